import { Injectable } from '@nestjs/common';
import type { CronJob, CronRun } from './cron-job';
import type { CronRunsParams } from './cron.dto';
import { type Page, pageOf, wantedRuns } from './cron-pages';
import { type CronDelivered, CronStore } from './cron.store';

const DEFAULT_RUNS = 200;
/** Newest runs that are looked through. */
const MOST_RUNS = 5000;

export interface LoggedRun {
  ts: number;
  jobId: string;
  jobName?: string;
  action: 'started' | 'finished';
  status?: string;
  error?: string;
  summary?: string;
  runAtMs: number;
  durationMs?: number;
  runId?: string;
  sessionId?: string;
  sessionKey?: string;
  model?: string;
  provider?: string;
  nextRunAtMs?: number;
  deliveryStatus?: string;
  deliveryError?: string;
}

/** What became of the planned times of jobs. */
@Injectable()
export class CronRunLog {
  constructor(private readonly store: CronStore) {}

  /** Runs of these jobs; undefined: of a job that is gone. Oldest first unless `sortDir` says more. */
  async page(jobs: readonly CronJob[], goneId: string | undefined, asked: CronRunsParams): Promise<Page<LoggedRun>> {
    const ids = goneId === undefined ? jobs.map(({ id }) => id) : [goneId];
    const runs = await this.store.runs(ids, MOST_RUNS);
    const logged = wantedRuns(await this.logged(runs, new Map(jobs.map((job) => [job.id, job]))), asked);
    const limit = asked.limit ?? DEFAULT_RUNS;
    const { entries, ...page } = pageOf(logged, { ...asked, limit });
    if (asked.sortDir === 'desc') return { entries, ...page };
    // The newest ones are on the first page in any case.
    return { entries: entries.reverse(), ...page };
  }

  private async logged(runs: readonly CronRun[], jobs: ReadonlyMap<string, CronJob>): Promise<LoggedRun[]> {
    const runIds = runs.flatMap(({ runId }) => runId ?? []);
    const [turns, deliveries] = [await this.store.turnsOf(runIds), await this.deliveries(runs, jobs)];
    return runs.map((run) => {
      const job = jobs.get(run.jobId);
      return {
        ts: run.finishedAt ?? run.claimedAt,
        jobId: run.jobId,
        ...(job ? { jobName: job.name } : {}),
        action: run.state === 'running' ? 'started' : 'finished',
        ...(run.state === 'running' ? {} : { status: run.state }),
        ...(run.reason ? { error: run.reason } : {}),
        ...(run.summary ? { summary: run.summary } : {}),
        runAtMs: run.slot,
        ...(run.finishedAt === null ? {} : { durationMs: run.finishedAt - run.claimedAt }),
        ...(run.runId ? { runId: run.runId, ...turns.get(run.runId) } : {}),
        ...(job?.nextRunAtMs ? { nextRunAtMs: job.nextRunAtMs } : {}),
        ...deliveries(run),
      };
    });
  }

  /** What became of each run's answer on its way to a chat or an address. */
  private async deliveries(
    runs: readonly CronRun[],
    jobs: ReadonlyMap<string, CronJob>,
  ): Promise<(run: CronRun) => Pick<LoggedRun, 'deliveryStatus' | 'deliveryError'>> {
    const modeOf = (jobId: string): string => jobs.get(jobId)?.delivery?.mode ?? 'none';
    const inMode = (mode: string): CronRun[] => runs.filter(({ jobId }) => modeOf(jobId) === mode);
    const announced = await this.store.announced(inMode('announce').flatMap(({ runId }) => runId ?? []));
    const posted = new Map<string, Map<number, CronDelivered>>();
    for (const id of new Set(inMode('webhook').map(({ jobId }) => jobId))) posted.set(id, await this.store.posted(id));
    return (run) => {
      const mode = modeOf(run.jobId);
      if (mode === 'none') return { deliveryStatus: 'not-requested' };
      // What was posted is not kept; a chat that was told nothing has no row either.
      const otherwise: CronDelivered | undefined =
        mode === 'webhook' && run.state !== 'running' ? { status: 'delivered' } : undefined;
      const found = announced.get(run.runId ?? '') ?? posted.get(run.jobId)?.get(run.slot) ?? otherwise;
      if (!found || run.state === 'skipped') return { deliveryStatus: 'not-delivered' };
      const deliveryStatus = { delivered: 'delivered', failed: 'not-delivered', pending: 'unknown' }[found.status];
      return { deliveryStatus, ...(found.error ? { deliveryError: found.error } : {}) };
    };
  }
}
