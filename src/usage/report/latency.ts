import { byDay } from './grouped';
import type { SaidMessage } from './said-message';

/** How long somebody waited for an answer. */
export interface Wait {
  /** Of the answer, YYYY-MM-DD. */
  day: string;
  ms: number;
}

export interface Latency {
  count: number;
  avgMs: number;
  p95Ms: number;
  minMs: number;
  maxMs: number;
}

/** From each message of a person that is the last before an answer to the first thing the assistant says to it. */
export function waitsIn(said: readonly SaidMessage[]): Wait[] {
  const waits: Wait[] = [];
  let askedAt: number | undefined;
  for (const { at, day, isAsked, isAnswer } of said) {
    if (isAsked) askedAt = at;
    if (!isAnswer || askedAt === undefined) continue;
    waits.push({ day, ms: Math.max(0, at - askedAt) });
    askedAt = undefined;
  }
  return waits;
}

/** Undefined where nobody waited. */
export function latencyOf(waits: readonly Wait[]): Latency | undefined {
  if (waits.length === 0) return undefined;
  const sorted = waits.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  return {
    count: sorted.length,
    avgMs: sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length,
    p95Ms: at(Math.ceil(sorted.length * 0.95) - 1),
    minMs: at(0),
    maxMs: at(sorted.length - 1),
  };
}

export const dailyLatency = (waits: readonly Wait[]): (Latency & { date: string })[] =>
  byDay(waits).flatMap(([date, ofDay]) => {
    const latency = latencyOf(ofDay);
    return latency ? [{ date, ...latency }] : [];
  });
