import { Injectable } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { DatabaseService } from '../storage/database.service';
import type { CronJobTable, Schema } from '../storage/schema';
import type { CronJob } from './cron-job';

/** Jobs, and for each slot of a job at most one run. */
@Injectable()
export class CronStore {
  constructor(private readonly database: DatabaseService) {}

  async add(job: CronJob): Promise<void> {
    await this.database.write('cron.add', (transaction) =>
      transaction.insertInto('cron_jobs').values(toRow(job)).execute(),
    );
  }

  /** Jobs of an agent, the next one first. */
  async list(agentId: string): Promise<CronJob[]> {
    const rows = await this.database.read
      .selectFrom('cron_jobs')
      .selectAll()
      .where('agent_id', '=', agentId)
      .orderBy('next_run_at')
      .orderBy('created_at')
      .execute();
    return rows.map(fromRow);
  }

  async save(job: CronJob): Promise<void> {
    const { id, ...values } = toRow(job);
    await this.database.write('cron.save', (transaction) =>
      transaction.updateTable('cron_jobs').set(values).where('id', '=', id).execute(),
    );
  }

  /** Runs of a job, newest first. */
  async runs(agentId: string, jobId: string): Promise<{ slot: number; state: string; runId: string | null }[]> {
    const rows = await this.database.read
      .selectFrom('cron_runs')
      .innerJoin('cron_jobs', 'cron_jobs.id', 'cron_runs.job_id')
      .select(['cron_runs.slot', 'cron_runs.state', 'cron_runs.run_id'])
      .where('cron_runs.job_id', '=', jobId)
      .where('cron_jobs.agent_id', '=', agentId)
      .orderBy('cron_runs.slot', 'desc')
      .limit(50)
      .execute();
    return rows.map((row) => ({ slot: Number(row.slot), state: row.state, runId: row.run_id }));
  }

  /** Returns whether there was such a job. */
  async remove(agentId: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.database.write('cron.remove', (transaction) =>
      transaction.deleteFrom('cron_jobs').where('id', '=', id).where('agent_id', '=', agentId).executeTakeFirst(),
    );
    return numDeletedRows > 0n;
  }

  /** Jobs whose time has come, in order. */
  async due(now: number): Promise<CronJob[]> {
    const rows = await this.database.read
      .selectFrom('cron_jobs')
      .selectAll()
      .where('next_run_at', '<=', now)
      .orderBy('next_run_at')
      .execute();
    return rows.map(fromRow);
  }

  /** When the next job is due; undefined when none waits. */
  async nextDue(): Promise<number | undefined> {
    const row = await this.database.read
      .selectFrom('cron_jobs')
      .select((eb) => eb.fn.min('next_run_at').as('next'))
      .executeTakeFirst();
    return row?.next === null || row?.next === undefined ? undefined : Number(row.next);
  }

  /** Notes that a slot was handed to a run and takes the job off the schedule. */
  async ranIn(transaction: Transaction<Schema>, job: CronJob, runId: string, now: number): Promise<void> {
    await transaction
      .insertInto('cron_runs')
      .values({
        job_id: job.id,
        slot: job.schedule.atMs,
        state: 'ran',
        reason: null,
        run_id: runId,
        claimed_at: now,
        finished_at: now,
      })
      .execute();
    if (job.deleteAfterRun) await transaction.deleteFrom('cron_jobs').where('id', '=', job.id).execute();
    else {
      const done = toRow({ ...job, enabled: false, updatedAtMs: now });
      await transaction.updateTable('cron_jobs').set(done).where('id', '=', job.id).execute();
    }
  }
}

function toRow(job: CronJob): Selectable<CronJobTable> {
  const { id, agentId, name, enabled, createdAtMs, updatedAtMs, ...rest } = job;
  return {
    id,
    agent_id: agentId,
    name,
    enabled: enabled ? 1 : 0,
    job: JSON.stringify(rest),
    next_run_at: enabled ? job.schedule.atMs : null,
    created_at: createdAtMs,
    updated_at: updatedAtMs,
  };
}

function fromRow(row: Selectable<CronJobTable>): CronJob {
  return {
    id: row.id,
    agentId: row.agent_id,
    name: row.name,
    enabled: row.enabled === 1,
    ...(JSON.parse(row.job) as Pick<
      CronJob,
      'deleteAfterRun' | 'schedule' | 'payload' | 'sessionKey' | 'route' | 'origin'
    >),
    createdAtMs: Number(row.created_at),
    updatedAtMs: Number(row.updated_at),
  };
}
