import { type Kysely, type SchemaModule, sql } from 'kysely';
import type { Dialect } from '../dialect';

/**
 * Which conversations have ended, so that they can go after a while; single model calls become sums by day; and an index
 * for each question that tidying up and lists of sessions ask.
 */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const schema: SchemaModule = db.schema;
  const ms = dialect === 'postgres' ? 'bigint' : 'integer';
  await schema
    .createTable('ended_conversations')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('ended_at', ms, (column) => column.notNull())
    .execute();
  await schema.createIndex('ended_conversations_at').on('ended_conversations').column('ended_at').execute();
  await sql`insert into ended_conversations (session_id, ended_at)
    select session_id, max(created_at) from transcript_events
    where session_id not in (select session_id from sessions) group by session_id`.execute(db);

  await schema
    .alterTable('usage_calls')
    .addColumn('calls', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
  await sql`create index usage_single on usage_calls (day) where state in ('settled', 'lost')`.execute(db);

  await schema.dropIndex('sessions_updated').execute();
  await sql`create index sessions_recent on sessions (updated_at desc, key, agent_id)`.execute(db);
  await sql`create index turns_ended on turns (ended_at) where state = 'closed'`.execute(db);
  await schema.dropIndex('inbox_updated').execute();
  await schema.createIndex('inbox_received').on('inbox').column('received_at').execute();
  await sql`create index outbox_settled on outbox (updated_at)
    where state not in ('pending', 'streaming', 'sending', 'unknown')`.execute(db);
  await schema.createIndex('approvals_created').on('approvals').column('created_at').execute();
  await schema.createIndex('subagent_runs_ended').on('subagent_runs').column('ended_at').execute();
  await schema.createIndex('cron_runs_finished').on('cron_runs').column('finished_at').execute();
  await schema.createIndex('file_origins_updated').on('file_origins').column('updated_at').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  for (const index of [
    'file_origins_updated',
    'cron_runs_finished',
    'subagent_runs_ended',
    'approvals_created',
    'outbox_settled',
    'inbox_received',
    'turns_ended',
    'sessions_recent',
    'usage_single',
  ])
    await schema.dropIndex(index).execute();
  await schema.createIndex('inbox_updated').on('inbox').column('updated_at').execute();
  await schema.createIndex('sessions_updated').on('sessions').column('updated_at').execute();
  await schema.alterTable('usage_calls').dropColumn('calls').execute();
  await schema.dropTable('ended_conversations').execute();
}
