import { type BackoffPolicy, backoffDelay } from '../../common/backoff';
import type { ModelError, ModelErrorKind } from '../providers/model-error';

/** Facts about one failed call, from which what happens next follows. */
export interface FailedCall {
  error: ModelError;
  /** Attempts made with this candidate so far, this one included. */
  attempts: number;
  /** Whether another candidate is left. */
  hasNext: boolean;
  /** Whether any output had reached the person. */
  outputDelivered: boolean;
  /** Milliseconds left until the turn's deadline. */
  remainingMs: number;
}

export type FailOverDecision = { action: 'retry'; delayMs: number } | { action: 'next' } | { action: 'stop' };

const RETRY_BACKOFF: BackoffPolicy = { initialMs: 400, maxMs: 8000, factor: 2.5, jitter: 0.2 };

/** Attempts with one candidate before the next is tried. */
const MAX_ATTEMPTS: Readonly<Record<ModelErrorKind, number>> = {
  overloaded: 3,
  network: 3,
  timeout: 2,
  malformed: 2,
  rate_limit: 3,
  unknown: 2,
  auth: 1,
  billing: 1,
  context_overflow: 1,
  content_filter: 1,
  invalid_request: 1,
  budget: 1,
};

/** Another model would fail on these just the same. */
const FINAL: ReadonlySet<ModelErrorKind> = new Set(['context_overflow', 'content_filter', 'budget']);

/** A wait for a rate limit longer than this is not worth it while a person waits. */
const MAX_WAIT_MS = 20_000;

/** Pure: the same facts give the same decision. Never a retry after output was delivered. */
export function decideFailOver(call: FailedCall, random: () => number = Math.random): FailOverDecision {
  const { error, attempts, hasNext, outputDelivered, remainingMs } = call;
  if (outputDelivered || FINAL.has(error.kind)) return { action: 'stop' };
  const otherwise: FailOverDecision = hasNext ? { action: 'next' } : { action: 'stop' };
  if (attempts >= MAX_ATTEMPTS[error.kind]) return otherwise;
  if (error.kind === 'rate_limit' && hasNext) return { action: 'next' };
  const delayMs = error.retryAfterMs ?? backoffDelay(RETRY_BACKOFF, attempts - 1, random);
  if (delayMs > MAX_WAIT_MS || delayMs >= remainingMs) return otherwise;
  return { action: 'retry', delayMs };
}
