import fc from 'fast-check';
import { Slots } from './slots';

const settled = (): Promise<void> => new Promise((next) => setImmediate(next));

describe('free places', () => {
  it('are given to who waits longest, never more than there are, and none is lost with those who leave', async () => {
    const step = fc.oneof(
      fc.constant({ kind: 'take' as const }),
      fc.record({ kind: fc.constantFrom('release' as const, 'leave' as const), which: fc.nat(20) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (size, steps) => {
        const slots = new Slots(() => size);
        const held = new Map<number, () => void>();
        const came: number[] = [];
        const line = new Map<number, AbortController>();
        let next = 0;
        const take = (): void => {
          const [who, leaving] = [next++, new AbortController()];
          line.set(who, leaving);
          void slots.take(leaving.signal).then((release) => {
            line.delete(who);
            if (!release) return;
            came.push(who);
            held.set(who, release);
          });
        };
        for (const each of steps) {
          if (each.kind === 'take') take();
          else if (each.kind === 'leave') [...line.values()].at(each.which % Math.max(1, line.size))?.abort();
          else {
            const who = [...held.keys()][each.which % Math.max(1, held.size)];
            const release = who === undefined ? undefined : held.get(who);
            if (who !== undefined) held.delete(who);
            // A place that is given back twice is still one place.
            release?.();
            release?.();
          }
          await settled();
          expect(held.size).toBeLessThanOrEqual(size);
          // Nobody waits while a place is free.
          expect(line.size === 0 || held.size === size).toBe(true);
        }
        expect(came).toEqual([...came].sort((a, b) => a - b));
        for (const leaving of line.values()) leaving.abort();
        for (const release of held.values()) release();
        await settled();
        // All places are there again.
        held.clear();
        for (let each = 0; each < size; each++) take();
        await settled();
        expect(held.size).toBe(size);
      }),
    );
  });

  it('are not given to who has left before he came', async () => {
    const slots = new Slots(() => 1);
    expect(await slots.take(AbortSignal.abort())).toBeUndefined();
    expect(await slots.take()).toBeInstanceOf(Function);
  });
});
