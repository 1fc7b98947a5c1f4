import type { CronJob, CronState } from './cron-job';
import { nextSlot } from './cron-schedule';
import type { TimeContext } from './cron-time';

/** Missed times that are made up for, and since when. */
export const MOST_MISSED = 10;
const MISSED_WINDOW_MS = 24 * 3_600_000;
/** Pauses before a job that failed is tried again, each up to a tenth longer: not all at once. */
const RETRIES_MS = [60_000, 300_000, 1_500_000] as const;

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

/**
 * A job whose next time was planned in another zone is planned anew where its expression names none; any other is returned
 * as it is. What is due is left as planned, and a failed run is tried again when it was said.
 */
export function inZone(job: CronJob, { now, zone }: TimeContext): CronJob {
  const { schedule, nextRunAtMs, createdAtMs, id, state } = job;
  if (schedule.kind !== 'cron' || schedule.tz !== undefined || nextRunAtMs === null) return job;
  if (nextRunAtMs <= now || (state.consecutiveErrors ?? 0) > 0) return job;
  if (nextSlot(schedule, nextRunAtMs - 1, createdAtMs, zone, id) === nextRunAtMs) return job;
  return { ...job, nextRunAtMs: nextSlot(schedule, now, createdAtMs, zone, id) ?? null };
}

export interface JobEnd {
  failed: boolean;
  /** It failed by itself; nobody stopped it. */
  mayRetry?: boolean;
  /** A chat is told of it. */
  isTold?: boolean;
  /** Somebody is told that it fails again and again. */
  isAlert?: boolean;
  reason: string | null;
  durationMs: number;
  claimedAt: number;
  now: number;
}

/** The job after a run; undefined when it is not kept. */
export function afterRun(job: CronJob, run: JobEnd): CronJob | undefined {
  const errors = run.failed ? (job.state.consecutiveErrors ?? 0) + 1 : 0;
  const { runningAtMs: _, lastError: __, failureTold, lastFailureAlertAtMs: alertedAt, ...kept } = job.state;
  const lastFailureAlertAtMs = run.failed ? (run.isAlert ? run.now : alertedAt) : undefined;
  const state: CronState = {
    ...kept,
    lastRunAtMs: run.now,
    lastStatus: run.failed ? 'error' : 'ok',
    lastDurationMs: run.durationMs,
    consecutiveErrors: errors,
    ...(run.reason ? { lastError: run.reason } : {}),
    ...(run.failed && (failureTold || run.isTold) ? { failureTold: true } : {}),
    ...(lastFailureAlertAtMs === undefined ? {} : { lastFailureAlertAtMs }),
  };
  const changed = { ...job, state, updatedAtMs: run.now };
  const isReplanned = job.nextRunAtMs !== null && job.updatedAtMs > run.claimedAt;
  if (isReplanned) return changed;
  const retryAt = run.failed && run.mayRetry ? retryOf(job, errors, run.now) : undefined;
  if (job.schedule.kind !== 'at')
    return retryAt === undefined
      ? changed
      : { ...changed, nextRunAtMs: Math.min(retryAt, job.nextRunAtMs ?? Infinity) };
  if (!run.failed) return job.deleteAfterRun ? undefined : { ...changed, enabled: false, nextRunAtMs: null };
  return retryAt === undefined
    ? { ...changed, enabled: false, nextRunAtMs: null }
    : { ...changed, nextRunAtMs: retryAt };
}

/** When a job that failed so often in a row is tried again; undefined: not before its next time. */
function retryOf(job: CronJob, errors: number, now: number): number | undefined {
  const pause = errors <= retriesOf(job) ? RETRIES_MS[errors - 1] : undefined;
  return pause === undefined ? undefined : now + Math.round(pause * (1 + Math.random() / 10));
}

const retriesOf = (job: CronJob): number =>
  job.enabled ? Math.min(job.retries ?? (job.schedule.kind === 'at' ? RETRIES_MS.length : 0), RETRIES_MS.length) : 0;

/** Whether people are to be told of a failure: not of one that is tried again, nor of each that follows. */
export const isNews = (job: CronJob): boolean =>
  !job.state.failureTold && (job.state.consecutiveErrors ?? 0) >= retriesOf(job);
