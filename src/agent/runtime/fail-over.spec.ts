import fc from 'fast-check';
import { MODEL_ERROR_KINDS, ModelError } from '../providers/model-error';
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

describe('rest of a model that failed', () => {
  let now = 0;
  const models = ['a', 'b'];
  const cooldown = (): ModelCooldown => new ModelCooldown({ now: () => now, monotonic: () => now });

  it('puts it behind the others for a while, longer each time', () => {
    const rest = cooldown();
    rest.recordFailure('a', 'overloaded');
    expect(rest.order(models, String)).toEqual(['b', 'a']);
    now += 60_001;
    expect(rest.order(models, String)).toEqual(['a', 'b']);
    rest.recordFailure('a', 'overloaded');
    now += 60_001;
    expect(rest.order(models, String)).toEqual(['b', 'a']);
    rest.recordSuccess('a');
    expect(rest.order(models, String)).toEqual(['a', 'b']);
  });

  it('leaves the only model in place', () => {
    const rest = cooldown();
    rest.recordFailure('a', 'auth');
    expect(rest.order(['a'], String)).toEqual(['a']);
  });

  it('is not for failures that are the request’s own', () => {
    const rest = cooldown();
    rest.recordFailure('a', 'content_filter');
    rest.recordFailure('a', 'invalid_request');
    expect(rest.isCooling('a')).toBe(false);
  });
});
