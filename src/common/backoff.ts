export interface BackoffPolicy {
  initialMs: number;
  maxMs: number;
  factor: number;
  /** Share of the delay that is random, 0 to 1. */
  jitter: number;
}

/** Waits that people have chosen, in milliseconds; what is left out is as it is without them. */
export interface RetryPace {
  minDelayMs?: number;
  maxDelayMs?: number;
  /** Share of a wait that is left to chance, 0 to 1. */
  jitter?: number;
}

/** Delay before attempt `attempt` (0 = first retry), in milliseconds. */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: () => number = Math.random): number {
  const base = Math.min(policy.maxMs, policy.initialMs * policy.factor ** attempt);
  return Math.round(base * (1 - policy.jitter + random() * 2 * policy.jitter));
}
