export interface BackoffPolicy {
  initialMs: number;
  maxMs: number;
  factor: number;
  /** Share of the delay that is random, 0 to 1. */
  jitter: number;
}

/** Delay before attempt `attempt` (0 = first retry), in milliseconds. */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: () => number = Math.random): number {
  const base = Math.min(policy.maxMs, policy.initialMs * policy.factor ** attempt);
  return Math.round(base * (1 - policy.jitter + random() * 2 * policy.jitter));
}
