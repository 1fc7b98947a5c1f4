import fc from 'fast-check';
import { SilentLoggerFactory } from '../../common/logger';
import type { BotPause } from '../channel-cursor.store';
import type { BotLoopProtectionConfig } from './bot-loop.config';
import { BOTS_PAUSED, BotLoopGuard } from './bot-loop-guard.service';

/** Guards of one account after another, on the same kept pauses. */
class Bench {
  now = 1_000_000;
  kept: BotPause[] = [];
  guard = this.open();

  constructor(readonly rules: BotLoopProtectionConfig = {}) {}

  open(): BotLoopGuard {
    const cursors = {
      botPauses: () => Promise.resolve([...this.kept]),
      keepBotPauses: (_: string, __: string, pauses: readonly BotPause[]) => {
        this.kept = [...pauses];
        return Promise.resolve();
      },
    };
    const config = { config: { channels: { defaults: { botLoopProtection: this.rules } } } };
    const clock = { now: () => this.now, monotonic: () => this.now };
    return (this.guard = new BotLoopGuard(config as never, cursors as never, new SilentLoggerFactory(), clock));
  }

  async hear(
    id: string,
    options: { chat?: string; threadId?: string; isPerson?: boolean; mayBeBot?: boolean } = {},
  ): Promise<boolean> {
    const { chat = 'c', threadId, isPerson = false, mayBeBot } = options;
    const update = {
      chat: { id: chat, type: 'group' as const, ...(threadId ? { threadId } : {}) },
      sender: { id, isBot: !isPerson && !mayBeBot, ...(mayBeBot ? { mayBeBot } : {}) },
      policy: {
        dmPolicy: 'open' as const,
        allowFrom: [],
        groupPolicy: 'open' as const,
        groupAllowFrom: [],
        allowBots: true,
      },
    };
    const refusal = await this.guard.refusal('x', 'default', update);
    await this.guard.taken('x', 'default', update, refusal === undefined);
    expect([undefined, BOTS_PAUSED]).toContain(refusal);
    return refusal === undefined;
  }

  async answered(times: number, ids: string[], stepMs: number, options = {}): Promise<number> {
    let count = 0;
    for (let index = 0; index < times; index++) {
      this.now += stepMs;
      if (await this.hear(ids[index % ids.length] ?? '', options)) count++;
    }
    return count;
  }
}

describe('messages of other bots', () => {
  it('are answered twenty times a minute by default, then no more, however long it takes', async () => {
    const bench = new Bench();
    expect(await bench.answered(300, ['b'], 100)).toBe(20);
    bench.now += 3 * 3_600_000;
    expect(await bench.hear('b')).toBe(false);
  });

  it('are answered again after a person has written in the same place, not in another', async () => {
    const bench = new Bench();
    await bench.answered(21, ['b'], 100, { threadId: 't' });
    expect(await bench.hear('ann', { isPerson: true, chat: 'elsewhere' })).toBe(true);
    expect(await bench.hear('ann', { isPerson: true })).toBe(true);
    expect(await bench.hear('b', { threadId: 't' })).toBe(false);
    expect(await bench.hear('ann', { isPerson: true, threadId: 't' })).toBe(true);
    expect(bench.kept).toEqual([]);
    expect(await bench.answered(30, ['b'], 100, { threadId: 't' })).toBe(20);
  });

  it('of one bot are no business of another’s, nor of another place', async () => {
    const bench = new Bench();
    await bench.answered(30, ['b'], 100);
    expect(await bench.hear('other')).toBe(true);
    expect(await bench.hear('b', { chat: 'elsewhere' })).toBe(true);
  });

  it('that go round between several, or are slow, end too', async () => {
    const several = new Bench();
    expect(await several.answered(2000, ['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8', 'b9'], 500)).toBe(120);
    const slow = new Bench();
    expect(await slow.answered(2000, ['b'], 10_000)).toBe(120);
    expect(await slow.hear('b2')).toBe(false);
    expect(await slow.hear('ann', { isPerson: true })).toBe(true);
    expect(await slow.hear('b2')).toBe(true);
  });

  it('stay paused over a restart', async () => {
    const bench = new Bench();
    await bench.answered(21, ['b'], 100);
    bench.open();
    expect(await bench.hear('b')).toBe(false);
    bench.open();
    expect(await bench.hear('ann', { isPerson: true })).toBe(true);
    expect(await bench.hear('b')).toBe(true);
  });

  it('follow the rules of the configuration', async () => {
    expect(await new Bench({ maxEventsPerWindow: 3, windowSeconds: 10 }).answered(50, ['b'], 100)).toBe(3);
    expect(await new Bench({ enabled: false }).answered(500, ['b'], 1)).toBe(500);
    const cooling = new Bench({ maxEventsPerWindow: 3, cooldownSeconds: 30 });
    expect(await cooling.answered(5, ['b'], 100)).toBe(3);
    cooling.now += 31_000;
    expect(await cooling.hear('b')).toBe(true);
  });

  it('in the name of a channel, which may be a person’s, are answered after a silence', async () => {
    const bench = new Bench();
    expect(await bench.answered(40, ['c'], 100, { mayBeBot: true })).toBe(20);
    bench.now += 601_000;
    expect(await bench.hear('c', { mayBeBot: true })).toBe(true);
  });

  it('never get more answers than the budgets between two messages of people', async () => {
    const event = fc.record({
      who: fc.constantFrom('b1', 'b2', 'b3', 'person', 'restart'),
      chat: fc.constantFrom('c1', 'c2'),
      waitMs: fc.nat(40_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 150 }), async (events) => {
        const bench = new Bench({ maxEventsPerWindow: 4, maxEventsPerHour: 9 });
        const times = new Map<string, number[]>();
        for (const { who, chat, waitMs } of events) {
          bench.now += waitMs;
          if (who === 'restart') {
            bench.open();
            times.clear();
          } else if (who === 'person') {
            await bench.hear('ann', { chat, isPerson: true });
            for (const key of [...times.keys()]) if (key.startsWith(chat)) times.delete(key);
          } else if (await bench.hear(who, { chat }))
            for (const key of [`${chat} ${who}`, chat]) times.set(key, [...(times.get(key) ?? []), bench.now]);
        }
        const most = (key: string): [number, number] => (key.includes(' ') ? [4, 60_000] : [9, 3_600_000]);
        for (const [key, all] of times) {
          const [limit, windowMs] = most(key);
          for (const at of all)
            expect(all.filter((other) => other > at - windowMs && other <= at).length).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 200 },
    );
  });
});
