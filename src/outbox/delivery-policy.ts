import { type BackoffPolicy, type RetryPace, backoffDelay } from '../common/backoff';
import type { ChannelSendError } from '../channels/channel-adapter';

/** People are waiting: in the first minute nobody waits for longer than five seconds. */
const FIRST_MINUTE: BackoffPolicy = { initialMs: 400, maxMs: 4000, factor: 2, jitter: 0.25 };
const LATER: BackoffPolicy = { initialMs: 400, maxMs: 24_000, factor: 2, jitter: 0.25 };
const MINUTE_MS = 60_000;
/** A message that could not be delivered for so long is given up and kept as a dead letter. */
const MAX_AGE_MS = 24 * 3_600_000;
/** Each send whose outcome can't be found out may have arrived. */
export const MOST_COPIES = 2;
/** What the program itself failed over so often will fail again. */
const MOST_DEFECTS = 3;

export interface FailedDelivery {
  error: ChannelSendError;
  /** Failures of this kind one after the other, this one included. */
  inARow: number;
  /** Since the first failure of the row, of whatever kind, in this process. */
  failingForMs: number;
  /** Since the message was queued, by the clock on the wall. */
  ageMs: number;
  /** Sends that may have arrived, this one included. */
  copies: number;
  /** Whether a message that arrived in spite of the failure will be found before the next attempt. */
  canBeFound: boolean;
  /** What the account says of waits. */
  pace?: RetryPace | undefined;
}

export type DeliveryDecision =
  | { action: 'retry'; delayMs: number }
  /** It did not arrive. */
  | { action: 'fail' }
  /** It may have arrived, and nobody can find out. */
  | { action: 'leave-uncertain' };

/** A shorter pause than this is none: who asks for it may ask for it all the time. */
const LEAST_ASKED_MS = 50;

/** Pause after a failure, in milliseconds: what the platform asks for, else by how many there were in a row. */
export function pauseAfter(
  { retryAfterMs }: ChannelSendError,
  inARow: number,
  failingForMs: number,
  random: () => number = Math.random,
  pace?: RetryPace,
): number {
  const isAsked = retryAfterMs !== undefined && retryAfterMs >= LEAST_ASKED_MS;
  return isAsked ? retryAfterMs : backoffDelay(policyOf(failingForMs, pace), inARow - 1, random);
}

/** Pauses by how long it has been failing; what the account says of them holds at any time. */
function policyOf(failingForMs: number, { minDelayMs, maxDelayMs, jitter }: RetryPace = {}): BackoffPolicy {
  const policy = failingForMs < MINUTE_MS ? FIRST_MINUTE : LATER;
  const initialMs = Math.max(LEAST_ASKED_MS, minDelayMs ?? policy.initialMs);
  return {
    ...policy,
    initialMs,
    maxMs: Math.max(initialMs, maxDelayMs ?? policy.maxMs),
    jitter: jitter ?? policy.jitter,
  };
}

/** What happens after a failed attempt. Pure. */
export function decideDelivery(failed: FailedDelivery, random: () => number = Math.random): DeliveryDecision {
  const { error, inARow, failingForMs, ageMs, copies, canBeFound, pace } = failed;
  const retry: DeliveryDecision = {
    action: 'retry',
    delayMs: pauseAfter(error, inARow, failingForMs, random, pace),
  };
  const mayHaveArrived = copies > 0;
  const giveUp: DeliveryDecision = { action: mayHaveArrived ? 'leave-uncertain' : 'fail' };
  // A clock that was set forward makes nothing old: it has to have failed for a while as well.
  const isTooOld = ageMs > MAX_AGE_MS && failingForMs > MINUTE_MS;
  switch (error.failure) {
    case 'refused':
    case 'gone':
      return giveUp;
    case 'defect':
      return inARow >= MOST_DEFECTS ? { action: 'fail' } : retry;
    case 'rate_limited':
      return retry;
    case 'ambiguous':
      return isTooOld || (!canBeFound && copies >= MOST_COPIES) ? giveUp : retry;
    case 'not_delivered':
    case 'server_fault':
    case 'unauthorized':
      return isTooOld ? giveUp : retry;
  }
}
