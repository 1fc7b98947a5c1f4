import fc from 'fast-check';
import { ChannelSendError, type SendFailure } from '../channels/channel-adapter';
import { type FailedDelivery, decideDelivery } from './delivery-policy';

const DAY_MS = 86_400_000;
const FAILURES: readonly SendFailure[] = [
  'refused',
  'rate_limited',
  'not_delivered',
  'ambiguous',
  'server_fault',
  'unauthorized',
  'gone',
  'defect',
];

const failed = (failure: SendFailure, more: Partial<FailedDelivery> = {}, retryAfterMs?: number): FailedDelivery => ({
  error: new ChannelSendError(failure, 'no', retryAfterMs === undefined ? {} : { retryAfterMs }),
  inARow: 1,
  failingForMs: 0,
  ageMs: 0,
  copies: 0,
  canBeFound: false,
  ...more,
});

const anyFailure = fc.record({
  failure: fc.constantFrom(...FAILURES),
  inARow: fc.integer({ min: 1, max: 5000 }),
  failingForMs: fc.integer({ min: 0, max: 3 * DAY_MS }),
  ageMs: fc.integer({ min: -DAY_MS, max: 30 * DAY_MS }),
  copies: fc.integer({ min: 0, max: 5 }),
  canBeFound: fc.boolean(),
  retryAfterMs: fc.option(fc.oneof(fc.integer({ min: -1000, max: 3_600_000 }), fc.constant(NaN)), { nil: undefined }),
  random: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});

describe('a failed delivery', () => {
  it('is tried again as soon as the account says, but never in a rush or sooner than the platform asks', () => {
    const wait = (inARow: number, pace: FailedDelivery['pace'], retryAfterMs?: number): number => {
      const decision = decideDelivery(failed('server_fault', { inARow, pace }, retryAfterMs), () => 1);
      return decision.action === 'retry' ? decision.delayMs : NaN;
    };
    const pace = { minDelayMs: 1000, maxDelayMs: 3000, jitter: 0 };
    expect([1, 2, 3, 9].map((inARow) => wait(inARow, pace))).toEqual([1000, 2000, 3000, 3000]);
    expect(wait(1, { ...pace, jitter: 0.5 })).toBe(1500);
    expect(wait(1, { minDelayMs: 0, maxDelayMs: 0, jitter: 0 })).toBe(50);
    expect(wait(1, { minDelayMs: 60_000, jitter: 0 })).toBe(60_000);
    expect(wait(1, pace, 7000)).toBe(7000);
  });

  it('is tried again when the platform says, and else soon: within five seconds in the first minute', () => {
    fc.assert(
      fc.property(anyFailure, ({ failure, retryAfterMs, random, ...more }) => {
        const decision = decideDelivery(failed(failure, more, retryAfterMs), () => random);
        if (decision.action !== 'retry') return;
        expect(decision.delayMs).toBeGreaterThanOrEqual(50);
        if (retryAfterMs !== undefined && retryAfterMs >= 50) expect(decision.delayMs).toBe(retryAfterMs);
        else expect(decision.delayMs).toBeLessThanOrEqual(more.failingForMs < 60_000 ? 5000 : 30_000);
      }),
    );
  });

  it('waits longer with each failure of its kind, and not always as long', () => {
    const delays = (random: number): number[] =>
      [1, 2, 3, 4, 5].map((inARow) => {
        const decision = decideDelivery(failed('not_delivered', { inARow }), () => random);
        return decision.action === 'retry' ? decision.delayMs : NaN;
      });
    expect(delays(0.5)).toEqual([400, 800, 1600, 3200, 4000]);
    expect(delays(0)).toEqual([300, 600, 1200, 2400, 3000]);
  });

  it('that may have arrived and can not be looked for is left at two copies, and told from one that failed', () => {
    expect(decideDelivery(failed('ambiguous', { copies: 1 })).action).toBe('retry');
    expect(decideDelivery(failed('ambiguous', { copies: 2 })).action).toBe('leave-uncertain');
    expect(decideDelivery(failed('ambiguous', { copies: 9, canBeFound: true })).action).toBe('retry');
    expect(decideDelivery(failed('refused')).action).toBe('fail');
    expect(decideDelivery(failed('refused', { copies: 1 })).action).toBe('leave-uncertain');
  });

  it('of the program itself is tried three times', () => {
    const actions = [1, 2, 3].map((inARow) => decideDelivery(failed('defect', { inARow, copies: 1 })).action);
    expect(actions).toEqual(['retry', 'retry', 'fail']);
  });

  it('is given up after a day of failing, never because a clock was set forward', () => {
    const old = { ageMs: 2 * DAY_MS, inARow: 40 };
    for (const failure of ['not_delivered', 'ambiguous', 'server_fault', 'unauthorized'] as const) {
      expect(decideDelivery(failed(failure, { ...old, failingForMs: 1000 })).action).toBe('retry');
      expect(decideDelivery(failed(failure, { ...old, failingForMs: DAY_MS })).action).toBe('fail');
      expect(decideDelivery(failed(failure, { ...old, failingForMs: DAY_MS, copies: 1 })).action).toBe(
        'leave-uncertain',
      );
    }
  });
});
