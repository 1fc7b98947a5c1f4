import { foldText } from '../../common/fold-text';
import { type CronJob, sessionOf } from './cron-job';
import type { CronListParams, CronRunsParams } from './cron.dto';

/** Entries of an answer where nobody asks for fewer and there are none. */
const EMPTY_LIMIT = 50;

/** A part of a list, and where the rest begins. */
export interface Page<T> {
  entries: T[];
  total: number;
  offset: number;
  limit: number;
  hasMore: boolean;
  nextOffset: number | null;
}

export function pageOf<T>(all: readonly T[], wanted: { limit?: number; offset?: number }): Page<T> {
  const offset = Math.min(all.length, wanted.offset ?? 0);
  const limit = wanted.limit ?? (all.length || EMPTY_LIMIT);
  const entries = all.slice(offset, offset + limit);
  const next = offset + entries.length;
  const hasMore = next < all.length;
  return { entries, total: all.length, offset, limit, hasMore, nextOffset: hasMore ? next : null };
}

/** Jobs that are asked for, in the order that is asked for; the next one first by default. */
export function wantedJobs(jobs: readonly CronJob[], asked: CronListParams): CronJob[] {
  const enabled = asked.enabled ?? (asked.includeDisabled === true ? 'all' : 'enabled');
  const query = foldText(asked.query?.trim() ?? '');
  const found = jobs.filter(
    (job) =>
      (enabled === 'all' || job.enabled === (enabled === 'enabled')) &&
      isWanted(asked.agentId, job.agentId) &&
      isWanted(asked.scheduleKind, job.schedule.kind) &&
      isWanted(asked.lastRunStatus, job.state.lastStatus ?? 'unknown') &&
      // No job here depends on a condition.
      isWanted(asked.trigger, 'unconditional') &&
      (asked.sessionKey === undefined || boundTo(job).includes(asked.sessionKey)) &&
      foldText(`${job.name} ${job.description ?? ''}`).includes(query),
  );
  const direction = asked.sortDir === 'desc' ? -1 : 1;
  const { sortBy = 'nextRunAtMs' } = asked;
  if (sortBy === 'name') return found.sort((a, b) => direction * a.name.localeCompare(b.name));
  if (sortBy === 'updatedAtMs') return found.sort((a, b) => direction * (a.updatedAtMs - b.updatedAtMs));
  const next = ({ nextRunAtMs }: CronJob): number => nextRunAtMs ?? Number.MAX_SAFE_INTEGER;
  return found.sort((a, b) => direction * (next(a) - next(b)));
}

/** A run as `cron.runs` shows it, as far as it is filtered by. */
interface ShownRun {
  status?: string;
  deliveryStatus?: string;
  error?: string;
  summary?: string;
  jobName?: string;
  runId?: string;
}

/** Runs that are asked for, in their order. */
export function wantedRuns<T extends ShownRun>(runs: readonly T[], asked: CronRunsParams): T[] {
  const statuses = asked.statuses ?? (asked.status && asked.status !== 'all' ? [asked.status] : undefined);
  const deliveries = asked.deliveryStatuses ?? (asked.deliveryStatus ? [asked.deliveryStatus] : undefined);
  const query = foldText(asked.query?.trim() ?? '');
  return runs.filter(
    ({ status, deliveryStatus, error, summary, jobName, runId }) =>
      (!statuses || statuses.includes(status ?? '')) &&
      (!deliveries || deliveries.includes(deliveryStatus ?? '')) &&
      (asked.runId === undefined || asked.runId === runId) &&
      foldText([summary, error, jobName].join(' ')).includes(query),
  );
}

const isWanted = (asked: string | undefined, value: string): boolean =>
  asked === undefined || asked === 'all' || asked === value;

/** Conversations that a job speaks in. */
const boundTo = (job: CronJob): string[] => [sessionOf(job), job.sessionKey];
