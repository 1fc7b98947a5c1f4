import fc from 'fast-check';
import { type Leave, TurnGate } from './turn-gate.service';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the gate of turns', () => {
  it('has nothing run beside what runs alone, whatever comes and goes, and lets everybody in at last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ isAlone: fc.boolean(), leaves: fc.nat(20), aborts: fc.boolean() }), { maxLength: 30 }),
        async (works) => {
          const gate = new TurnGate();
          const inside = new Map<number, boolean>();
          const leaves: Leave[] = [];
          let entered = 0;
          let left = 0;
          for (const [index, { isAlone, leaves: which, aborts }] of works.entries()) {
            const control = new AbortController();
            void (isAlone ? gate.enterAlone(control.signal) : gate.enter(control.signal)).then((leave) => {
              if (!leave) {
                left++;
                return;
              }
              entered++;
              inside.set(index, isAlone);
              expect([...inside.values()].some(Boolean) && inside.size > 1).toBe(false);
              leaves.push(() => {
                inside.delete(index);
                leave();
              });
            });
            await settled();
            if (aborts && !inside.has(index)) control.abort();
            await settled();
            if (leaves.length > 0 && which % 2 === 0) leaves.splice(which % leaves.length, 1)[0]?.();
            await settled();
          }
          while (leaves.length > 0) {
            leaves.pop()?.();
            await settled();
          }
          expect(entered + left).toBe(works.length);
        },
      ),
    );
  });

  it('lets others go before what runs alone, so that what it may wait for can end', async () => {
    const gate = new TurnGate();
    const { signal } = new AbortController();
    const first = await gate.enter(signal);
    let isAlone = false;
    const alone = gate.enterAlone(signal).then((leave) => {
      isAlone = true;
      return leave;
    });
    const second = await gate.enter(signal);
    first?.();
    await settled();
    expect(isAlone).toBe(false);
    second?.();
    (await alone)?.();
    expect(isAlone).toBe(true);
  });
});
