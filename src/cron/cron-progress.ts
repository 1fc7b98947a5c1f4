import type { CronJob, CronState } from './cron-job';

/** Missed times that are made up for, and since when. */
export const MOST_MISSED = 10;
const MISSED_WINDOW_MS = 24 * 3_600_000;
/** Pauses before a one-shot job that failed is tried again, each up to a tenth longer: not all at once. */
const AT_RETRIES_MS = [60_000, 300_000, 1_500_000] as const;

/** Which of the missed times are made up for. */
export function wantedOf(job: CronJob, missed: readonly number[], now: number): number[] {
  const recent = missed.filter((slot) => now - slot <= MISSED_WINDOW_MS);
  switch (job.misfire ?? 'last') {
    case 'none':
      return [];
    case 'last':
      return recent.slice(-1);
    case 'all':
      return recent.slice(-MOST_MISSED);
  }
}

export type Plan = (current: CronJob) => CronJob;

/** Moves a job on to its next time, unless it was planned anew since it was read. */
export const planned =
  (read: CronJob, nextRunAtMs: number | null): Plan =>
  (current) =>
    current.nextRunAtMs === read.nextRunAtMs ? { ...current, nextRunAtMs } : current;

/** The job after a run; undefined when it is not kept. */
export function afterRun(
  job: CronJob,
  run: { failed: boolean; reason: string | null; durationMs: number; claimedAt: number; now: number },
): CronJob | undefined {
  const errors = run.failed ? (job.state.consecutiveErrors ?? 0) + 1 : 0;
  const { runningAtMs: _, lastError: __, ...kept } = job.state;
  const state: CronState = {
    ...kept,
    lastRunAtMs: run.now,
    lastStatus: run.failed ? 'error' : 'ok',
    lastDurationMs: run.durationMs,
    consecutiveErrors: errors,
    ...(run.reason ? { lastError: run.reason } : {}),
  };
  const changed = { ...job, state, updatedAtMs: run.now };
  const isReplanned = job.nextRunAtMs !== null && job.updatedAtMs > run.claimedAt;
  if (job.schedule.kind !== 'at' || isReplanned) return changed;
  if (!run.failed) return job.deleteAfterRun ? undefined : { ...changed, enabled: false, nextRunAtMs: null };
  const pause = AT_RETRIES_MS[errors - 1];
  return pause === undefined
    ? { ...changed, enabled: false, nextRunAtMs: null }
    : { ...changed, nextRunAtMs: run.now + Math.round(pause * (1 + Math.random() / 10)) };
}
