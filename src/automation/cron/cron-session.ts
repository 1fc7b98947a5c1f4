import type { Transaction } from 'kysely';
import type { SessionStore } from '../../sessions/session.store';
import type { Schema } from '../../storage/schema';
import { type CronJob, sessionOf } from './cron-job';

/** The conversation that a job has by itself goes by the job's name. */
export async function nameSessionIn(
  transaction: Transaction<Schema>,
  sessions: SessionStore,
  job: CronJob,
): Promise<void> {
  if (job.sessionTarget !== 'isolated') return;
  const session = await sessions.ensureIn(transaction, sessionOf(job), job.agentId);
  if (session.displayName !== job.name) await sessions.saveIn(transaction, { ...session, displayName: job.name });
}
