const FIRST_MS = 250;
const MAX_MS = 8000;
const FACTOR = 1.7;

/** Milliseconds to wait before connect attempt `attempt` (0 = first retry), with jitter so that tabs spread out. */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(MAX_MS, FIRST_MS * FACTOR ** attempt);
  return Math.round(base * (0.75 + random() * 0.5));
}
