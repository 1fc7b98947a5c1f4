import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import type { ChannelSendError } from '../channels/channel-adapter';

const BACKOFF: BackoffPolicy = { initialMs: 400, maxMs: 30_000, factor: 2, jitter: 0.1 };
/** A message that could not be delivered for so long is given up and kept as a dead letter. */
const MAX_AGE_MS = 24 * 3_600_000;
/** Each attempt whose outcome can't be found out may have arrived, so their number is limited. */
const MAX_AMBIGUOUS_ATTEMPTS = 8;

export interface FailedDelivery {
  error: ChannelSendError;
  /** Attempts so far, this one included. */
  attempts: number;
  ageMs: number;
  /** Whether a message that arrived in spite of the failure will be found before the next attempt. */
  canBeFound: boolean;
}

export type DeliveryDecision = { action: 'retry'; delayMs: number } | { action: 'give-up' };

/** What happens after a failed attempt. Pure. */
export function decideDelivery(failed: FailedDelivery, random: () => number = Math.random): DeliveryDecision {
  const { error, attempts, ageMs, canBeFound } = failed;
  const delayMs = backoffDelay(BACKOFF, attempts - 1, random);
  switch (error.failure === 'ambiguous' && canBeFound ? 'not_delivered' : error.failure) {
    case 'refused':
      return { action: 'give-up' };
    case 'rate_limited':
      return { action: 'retry', delayMs: error.retryAfterMs ?? delayMs };
    case 'ambiguous':
      return attempts >= MAX_AMBIGUOUS_ATTEMPTS ? { action: 'give-up' } : { action: 'retry', delayMs };
    case 'not_delivered':
    case 'unauthorized':
      return ageMs > MAX_AGE_MS ? { action: 'give-up' } : { action: 'retry', delayMs: error.retryAfterMs ?? delayMs };
  }
}
