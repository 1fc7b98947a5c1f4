import { Injectable } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { storedOrigin } from '../../common/content-parts';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { DatabaseService } from '../../storage/database.service';
import type { CronJobTable, CronRunTable, Schema } from '../../storage/schema';
import type { CronJob, CronRun, CronRunState } from './cron-job';

/** The job after a change; undefined: it goes. */
export type JobChange = (job: CronJob) => CronJob | undefined;

/** Jobs, and for each planned time of a job at most one run. */
@Injectable()
export class CronStore {
  constructor(private readonly database: DatabaseService) {}

  async add(job: CronJob): Promise<void> {
    await this.database.write('cron.add', (transaction) =>
      transaction.insertInto('cron_jobs').values(toRow(job)).execute(),
    );
  }

  /** All jobs, or those of an agent, the next one first. */
  async list(agentId?: string): Promise<CronJob[]> {
    const rows = await this.database.read
      .selectFrom('cron_jobs')
      .selectAll()
      .$if(agentId !== undefined, (query) => query.where('agent_id', '=', agentId ?? ''))
      .orderBy('next_run_at')
      .orderBy('created_at')
      .execute();
    return rows.map(readJob).sort((a, b) => (a.nextRunAtMs ?? Infinity) - (b.nextRunAtMs ?? Infinity));
  }

  async find(id: string): Promise<CronJob | undefined> {
    const row = await this.database.read.selectFrom('cron_jobs').selectAll().where('id', '=', id).executeTakeFirst();
    return row && readJob(row);
  }

  async count(): Promise<number> {
    const row = await this.database.read
      .selectFrom('cron_jobs')
      .select((eb) => eb.fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** @returns the changed job; undefined where there is none, or none any more */
  change(id: string, change: JobChange): Promise<CronJob | undefined> {
    return this.database.write('cron.change', (transaction) => this.changeIn(transaction, id, change));
  }

  /** Changes a job as it is now, so that what somebody else changed since it was read stays. */
  async changeIn(transaction: Transaction<Schema>, id: string, change: JobChange): Promise<CronJob | undefined> {
    const row = await transaction
      .selectFrom('cron_jobs')
      .selectAll()
      .where('id', '=', id)
      .$if(this.database.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirst();
    if (!row) return undefined;
    const changed = change(readJob(row));
    if (!changed) {
      await transaction.deleteFrom('cron_jobs').where('id', '=', id).execute();
      return undefined;
    }
    const { id: _, ...values } = toRow(changed);
    await transaction.updateTable('cron_jobs').set(values).where('id', '=', id).execute();
    return changed;
  }

  /** Returns whether there was such a job. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.database.write('cron.remove', (transaction) =>
      transaction.deleteFrom('cron_jobs').where('id', '=', id).executeTakeFirst(),
    );
    return numDeletedRows > 0n;
  }

  /** Jobs whose time has come, in order. One that can't be read is never due again. */
  async due(now: number): Promise<CronJob[]> {
    const rows = await this.database.read
      .selectFrom('cron_jobs')
      .selectAll()
      .where('next_run_at', '<=', now)
      .orderBy('next_run_at')
      .execute();
    const jobs = this.database.readable('cron_jobs', rows, ({ id }) => id, fromRow);
    const known = new Set(jobs.map(({ id }) => id));
    for (const { id } of rows) if (!known.has(id)) await this.stop(id);
    return jobs;
  }

  /** Makes a job never due again, and leaves what is stored of it as it is. */
  private async stop(id: string): Promise<void> {
    await this.database.write('cron.stop', (transaction) =>
      transaction.updateTable('cron_jobs').set({ enabled: 0, next_run_at: null }).where('id', '=', id).execute(),
    );
  }

  /** When the next job is due; undefined when none waits. */
  async nextDue(): Promise<number | undefined> {
    const row = await this.database.read
      .selectFrom('cron_jobs')
      .select((eb) => eb.fn.min('next_run_at').as('next'))
      .executeTakeFirst();
    return row?.next === null || row?.next === undefined ? undefined : Number(row.next);
  }

  /** Runs of these jobs, newest first. */
  async runs(jobIds: readonly string[], limit: number): Promise<CronRun[]> {
    if (jobIds.length === 0) return [];
    const rows = await this.database.read
      .selectFrom('cron_runs')
      .selectAll()
      .where('job_id', 'in', [...jobIds])
      .orderBy('slot', 'desc')
      .limit(limit)
      .execute();
    return rows.map(runFromRow);
  }

  /** Runs whose planned time is in [from, until), of all jobs but some, newest first. */
  async runsBetween(
    from: number,
    until: number,
    { without, limit }: { without: readonly string[]; limit: number },
  ): Promise<CronRun[]> {
    const rows = await this.database.read
      .selectFrom('cron_runs')
      .selectAll()
      .where('slot', '>=', from)
      .where('slot', '<', until)
      .$if(without.length > 0, (query) => query.where('job_id', 'not in', without))
      .orderBy('slot', 'desc')
      .limit(limit)
      .execute();
    return rows.map(runFromRow);
  }

  /** Conversation and model of runs that were turns, as far as those are kept. */
  async turnsOf(
    runIds: readonly string[],
  ): Promise<Map<string, { sessionId: string; sessionKey: string; model?: string; provider?: string }>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.database.read
      .selectFrom('turns')
      .select(['run_id', 'session_id', 'session_key', 'result'])
      .where('run_id', 'in', [...runIds])
      .execute();
    const modelOf = ({ result }: (typeof rows)[number]): { model?: string; provider?: string } => {
      const { model, provider } = (JSON.parse(result ?? '{}') ?? {}) as { model?: string; provider?: string };
      return { ...(model ? { model } : {}), ...(provider ? { provider } : {}) };
    };
    return new Map(
      rows.map((row) => {
        const { run_id: runId, session_id: sessionId, session_key: sessionKey } = row;
        const [facts = {}] = this.database.readable('turns', [row], () => runId, modelOf);
        return [runId, { sessionId, sessionKey, ...facts }];
      }),
    );
  }

  /** What became of what runs were to send to a chat, by run; runs that sent nothing are not in it. */
  async announced(runIds: readonly string[]): Promise<Map<string, CronDelivered>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.database.read
      .selectFrom('outbox')
      .select(['run_id', 'state', 'error'])
      .where('run_id', 'in', [...runIds])
      .orderBy('part')
      .execute();
    const found = new Map<string, CronDelivered>();
    for (const { run_id: runId, state, error } of rows)
      found.set(runId, worse(found.get(runId), deliveredOf(state, error)));
    return found;
  }

  /** The same for what was posted to an address: by planned time, while it waits or after it was given up. */
  async posted(jobId: string): Promise<Map<number, CronDelivered>> {
    const rows = await this.database.read
      .selectFrom('webhook_deliveries')
      .select(['id', 'body', 'state', 'error'])
      .where('event', '=', 'cron.finished')
      .where('body', 'like', `%"jobId":"${jobId}"%`)
      .execute();
    const read = ({ body, state, error }: (typeof rows)[number]): [number, CronDelivered] => {
      const { payload } = JSON.parse(body) as { payload?: { runAtMs?: number } };
      return [Number(payload?.runAtMs), deliveredOf(state, error)];
    };
    return new Map(this.database.readable('webhook_deliveries', rows, ({ id }) => String(id), read));
  }

  async running(): Promise<CronRun[]> {
    const rows = await this.database.read.selectFrom('cron_runs').selectAll().where('state', '=', 'running').execute();
    return rows.map(runFromRow);
  }

  async runOf(runId: string): Promise<CronRun | undefined> {
    const row = await this.database.read
      .selectFrom('cron_runs')
      .selectAll()
      .where('run_id', '=', runId)
      .executeTakeFirst();
    return row && runFromRow(row);
  }

  /** Claims a planned time. Returns false where somebody has it already. */
  async claimIn(
    transaction: Transaction<Schema>,
    jobId: string,
    slot: number,
    run: { state: 'running'; runId: string } | { state: 'skipped'; reason: string } | { state: 'ok'; summary: string },
    now: number,
  ): Promise<boolean> {
    const row = await transaction
      .insertInto('cron_runs')
      .values({
        job_id: jobId,
        slot,
        state: run.state,
        reason: 'reason' in run ? run.reason : null,
        run_id: 'runId' in run ? run.runId : null,
        summary: 'summary' in run ? run.summary : null,
        claimed_at: now,
        finished_at: run.state === 'running' ? null : now,
      })
      .onConflict((conflict) => conflict.columns(['job_id', 'slot']).doNothing())
      .returning('slot')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Ends a run. Returns whether it was open. */
  async finishIn(
    transaction: Transaction<Schema>,
    run: CronRun,
    end: { state: CronRunState; reason: string | null; summary: string | null },
    now: number,
  ): Promise<boolean> {
    const row = await transaction
      .updateTable('cron_runs')
      .set({ ...end, finished_at: now })
      .where('job_id', '=', run.jobId)
      .where('slot', '=', run.slot)
      .where('state', '=', 'running')
      .returning('slot')
      .executeTakeFirst();
    return row !== undefined;
  }

  transaction<T>(name: string, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.database.write(name, work);
  }
}

/** What became of a delivery. */
export interface CronDelivered {
  status: 'delivered' | 'pending' | 'failed';
  error?: string;
}

function deliveredOf(state: string, error: string | null): CronDelivered {
  if (state === 'sent') return { status: 'delivered' };
  const isOver = state === 'failed' || state === 'uncertain';
  return { status: isOver ? 'failed' : 'pending', ...(error ? { error } : {}) };
}

const RANK = ['delivered', 'pending', 'failed'] as const;
const worse = (a: CronDelivered | undefined, b: CronDelivered): CronDelivered =>
  a && RANK.indexOf(a.status) >= RANK.indexOf(b.status) ? a : b;

function toRow(job: CronJob): Selectable<CronJobTable> {
  const { id, agentId, name, enabled, nextRunAtMs, createdAtMs, updatedAtMs, ...rest } = job;
  return {
    id,
    agent_id: agentId,
    name,
    enabled: enabled ? 1 : 0,
    job: JSON.stringify(rest),
    next_run_at: enabled ? nextRunAtMs : null,
    created_at: createdAtMs,
    updated_at: updatedAtMs,
  };
}

function fromRow(row: Selectable<CronJobTable>): CronJob {
  type Kept = Omit<CronJob, 'id' | 'agentId' | 'name' | 'enabled' | 'nextRunAtMs' | 'createdAtMs' | 'updatedAtMs'>;
  const rest = JSON.parse(row.job) as Kept;
  for (const part of ['schedule', 'payload'] as const)
    if (!isPlainObject(rest) || !isPlainObject(rest[part])) throw new Error(`job.${part} is missing`);
  return {
    ...rest,
    origin: storedOrigin((rest as Partial<Kept>).origin, 'owner'),
    // Jobs of the first release say none of these.
    sessionTarget: (rest as Partial<Kept>).sessionTarget ?? 'main',
    wakeMode: (rest as Partial<Kept>).wakeMode ?? 'now',
    state: (rest as Partial<Kept>).state ?? {},
    id: row.id,
    agentId: row.agent_id,
    name: row.name,
    enabled: row.enabled === 1,
    nextRunAtMs: row.next_run_at === null ? null : Number(row.next_run_at),
    createdAtMs: Number(row.created_at),
    updatedAtMs: Number(row.updated_at),
  };
}

/** A job that can't be read is one that does nothing and says so: it can be seen, written anew and removed. */
function readJob(row: Selectable<CronJobTable>): CronJob {
  try {
    return fromRow(row);
  } catch (error) {
    return {
      id: row.id,
      agentId: row.agent_id,
      name: row.name,
      enabled: false,
      deleteAfterRun: false,
      schedule: { kind: 'at', atMs: Number(row.created_at) },
      sessionTarget: 'main',
      wakeMode: 'now',
      payload: { kind: 'systemEvent', text: '' },
      sessionKey: '',
      rules: [],
      origin: 'stranger',
      state: { lastStatus: 'error', lastError: `what is stored of it can't be read: ${messageOf(error)}` },
      nextRunAtMs: null,
      createdAtMs: Number(row.created_at),
      updatedAtMs: Number(row.updated_at),
    };
  }
}

const runFromRow = (row: Selectable<CronRunTable>): CronRun => ({
  jobId: row.job_id,
  slot: Number(row.slot),
  state: row.state === 'ran' ? 'ok' : (row.state as CronRunState),
  reason: row.reason,
  runId: row.run_id,
  summary: row.summary,
  claimedAt: Number(row.claimed_at),
  finishedAt: row.finished_at === null ? null : Number(row.finished_at),
});
