import fc from 'fast-check';
import { MODEL_ERROR_KINDS, ModelError } from '../providers/model-error';
import type { ConfigService } from '../../config/config.service';
import { ModelCooldown } from '../providers/model-cooldown.service';
import { type FailedCall, decideFailOver } from './fail-over';

const call = (kind: (typeof MODEL_ERROR_KINDS)[number], more: Partial<FailedCall> = {}): FailedCall => ({
  error: new ModelError(kind, 'no'),
  attempts: 1,
  hasNext: true,
  outputDelivered: false,
  remainingMs: 60_000,
  ...more,
});

describe('what follows a failed model call', () => {
  it('is never another attempt after output was delivered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODEL_ERROR_KINDS),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 100_000 }),
        (kind, attempts, hasNext, remainingMs) => {
          expect(decideFailOver(call(kind, { attempts, hasNext, remainingMs, outputDelivered: true }))).toEqual({
            action: 'stop',
          });
        },
      ),
    );
  });

  it('always comes to an end', () => {
    for (const kind of MODEL_ERROR_KINDS) {
      expect(decideFailOver(call(kind, { attempts: 9, hasNext: false }))).toEqual({ action: 'stop' });
      const last = decideFailOver(call(kind, { attempts: 9 }));
      expect(last.action).not.toBe('retry');
    }
  });

  it.each<[string, FailedCall, string]>([
    ['a wrong key: the next model', call('auth'), 'next'],
    ['a wrong key and no other model: the end', call('auth', { hasNext: false }), 'stop'],
    ['too long a conversation: the end, another model would fail too', call('context_overflow'), 'stop'],
    ['overload: once more', call('overloaded'), 'retry'],
    ['overload for the third time: the next model', call('overloaded', { attempts: 3 }), 'next'],
    ['a rate limit: the next model at once', call('rate_limit'), 'next'],
    ['a rate limit without another model: wait', call('rate_limit', { hasNext: false }), 'retry'],
    [
      'a rate limit that lasts too long: the end',
      call('rate_limit', { hasNext: false, error: new ModelError('rate_limit', 'no', { retryAfterMs: 60_000 }) }),
      'stop',
    ],
    ['a wait beyond the deadline: the next model', call('network', { remainingMs: 10 }), 'next'],
  ])('%s', (_, failed, action) => {
    expect(decideFailOver(failed, () => 0.5).action).toBe(action);
  });

  it('waits as long as the provider asks', () => {
    const error = new ModelError('rate_limit', 'no', { retryAfterMs: 1234 });
    expect(decideFailOver(call('rate_limit', { hasNext: false, error }))).toEqual({ action: 'retry', delayMs: 1234 });
  });
});

/** What follows, for each kind of error and each history: r = again, n = the next candidate, s = the end. */
const HISTORIES: readonly [string, Partial<FailedCall>][] = [
  ['first attempt, another candidate', {}],
  ['first attempt, nobody else', { hasNext: false }],
  ['second attempt, another candidate', { attempts: 2 }],
  ['second attempt, nobody else', { attempts: 2, hasNext: false }],
  ['third attempt, another candidate', { attempts: 3 }],
  ['third attempt, nobody else', { attempts: 3, hasNext: false }],
  ['asked to wait a second, nobody else', { hasNext: false, remainingMs: 60_000 }],
  ['asked to wait a minute, nobody else', { hasNext: false, remainingMs: 600_000 }],
  ['no time left, another candidate', { remainingMs: 5 }],
  ['something was said already', { outputDelivered: true }],
];
const EXPECTED: Readonly<Record<(typeof MODEL_ERROR_KINDS)[number], string>> = {
  //                 1st  2nd  3rd  wait time said
  overloaded: /*       */ 'rr rr ns rs ns',
  network: /*          */ 'rr rr ns rs ns',
  timeout: /*          */ 'rr ns ns rs ns',
  malformed: /*        */ 'rr ns ns rs ns',
  rate_limit: /*       */ 'nr nr ns rs ns',
  unknown: /*          */ 'rr ns ns rs ns',
  auth: /*             */ 'ns ns ns ss ns',
  billing: /*          */ 'ns ns ns ss ns',
  invalid_request: /*  */ 'ns ns ns ss ns',
  context_overflow: /* */ 'ss ss ss ss ss',
  content_filter: /*   */ 'ss ss ss ss ss',
  budget: /*           */ 'ss ss ss ss ss',
};
const ROWS = MODEL_ERROR_KINDS.flatMap((kind) =>
  HISTORIES.map(([history, facts], at): [string, string, Partial<FailedCall>, string] => [
    kind,
    history,
    history.startsWith('asked')
      ? { ...facts, error: new ModelError(kind, 'no', { retryAfterMs: history.includes('minute') ? 60_000 : 1000 }) }
      : facts,
    { r: 'retry', n: 'next', s: 'stop' }[EXPECTED[kind].replaceAll(' ', '')[at] ?? 's'] ?? 'stop',
  ]),
);

describe('the table of errors and histories', () => {
  it('has at least 120 rows', () => expect(ROWS.length).toBeGreaterThanOrEqual(120));

  it.each(ROWS)('%s, %s', (kind, _, facts, expected) => {
    expect(decideFailOver(call(kind as (typeof MODEL_ERROR_KINDS)[number], facts), () => 0.5).action).toBe(expected);
  });
});

describe('rest of what failed', () => {
  let now = 0;
  const a = { provider: 'x', id: 'a' };
  const b = { provider: 'x', id: 'b' };
  const work = { ...a, profile: 'x:work' };
  const home = { ...a, profile: 'x:home' };
  const cooldown = (auth?: object): ModelCooldown =>
    new ModelCooldown({ config: { auth } } as unknown as ConfigService, { now: () => now, monotonic: () => now });

  it('puts a model behind the others for a while, longer each time', () => {
    const rest = cooldown();
    rest.recordFailure(a, 'overloaded');
    expect(rest.order([a, b])).toEqual([b, a]);
    now += 60_001;
    expect(rest.order([a, b])).toEqual([a, b]);
    rest.recordFailure(a, 'overloaded');
    now += 60_001;
    expect(rest.order([a, b])).toEqual([b, a]);
    rest.recordSuccess(a);
    expect(rest.order([a, b])).toEqual([a, b]);
  });

  it('keeps credentials of one model apart, and servers together', () => {
    const rest = cooldown();
    rest.recordFailure(work, 'rate_limit');
    expect(rest.order([work, home])).toEqual([home, work]);
    rest.recordFailure(home, 'network');
    expect(rest.isCooling(home) && rest.isCooling({ ...a, profile: 'x:third' })).toBe(true);
    rest.recordFailure(a, 'invalid_request');
    expect(cooldown().isCooling(a)).toBe(false);
  });

  it('leaves an account without credit alone for hours, as configured', () => {
    const rest = cooldown({ cooldowns: { billingBackoffHours: 2, billingMaxHours: 3 } });
    rest.recordFailure(work, 'billing');
    now += 2 * 3_600_000 - 1;
    expect(rest.isCooling(work)).toBe(true);
    now += 2;
    expect(rest.isCooling(work)).toBe(false);
    rest.recordFailure(work, 'billing');
    now += 3 * 3_600_000 - 1;
    expect(rest.isCooling(work)).toBe(true);
    now += 2;
    expect(rest.isCooling(work)).toBe(false);
  });

  it('lets one that keeps failing be tried five times a minute at most', () => {
    const rest = cooldown();
    for (let count = 0; count < 4; count++) rest.recordFailure(a, 'overloaded');
    expect(rest.probeWaitMs(a)).toBe(0);
    rest.recordFailure(a, 'overloaded');
    const waits = Array.from({ length: 7 }, () => {
      now += 1000;
      return rest.probeWaitMs(a);
    });
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(waits[5]).toBe(55_000);
    now += 60_000;
    expect(rest.probeWaitMs(a)).toBe(0);
  });
});
