import type { BackoffPolicy } from '../common/backoff';

/** How often a platform's limit is waited out before a question counts as failed. */
export const MOST_WAITS = 5;
/** A search asks many questions: one that fails must not make it begin anew. */
export const MOST_FAILURES = 4;
export const FAILURE_BACKOFF: BackoffPolicy = { initialMs: 100, maxMs: 2000, factor: 2, jitter: 0.2 };
