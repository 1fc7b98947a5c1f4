import { type Kysely, type SchemaModule, type CreateTableBuilder, sql } from 'kysely';
import type { Dialect } from '../dialect';

/** Column types that differ between the databases. */
function types(dialect: Dialect): { ms: 'bigint' | 'integer'; serial: 'bigserial' | 'integer' } {
  return dialect === 'postgres' ? { ms: 'bigint', serial: 'bigserial' } : { ms: 'integer', serial: 'integer' };
}

export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const { ms } = types(dialect);
  const schema: SchemaModule = db.schema;
  const withSequence = <T extends string>(table: CreateTableBuilder<T>): CreateTableBuilder<T, 'seq' | never> =>
    dialect === 'postgres'
      ? (table.addColumn('seq', 'bigserial', (column) => column.primaryKey()) as CreateTableBuilder<T, 'seq'>)
      : (table.addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement()) as CreateTableBuilder<
          T,
          'seq'
        >);

  await withSequence(schema.createTable('inbox'))
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('external_id', 'text', (column) => column.notNull())
    .addColumn('session_key', 'text')
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('turn_id', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('received_at', ms, (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .addUniqueConstraint('inbox_external', ['channel', 'account', 'external_id'])
    .execute();
  await sql`create index inbox_open on inbox (session_key, seq) where state in ('pending', 'running')`.execute(db);
  await schema.createIndex('inbox_run').on('inbox').column('run_id').execute();
  await schema.createIndex('inbox_turn').on('inbox').column('turn_id').execute();
  await schema.createIndex('inbox_updated').on('inbox').column('updated_at').execute();

  await schema
    .createTable('sessions')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('label', 'text')
    .addColumn('entry', 'text', (column) => column.notNull())
    .addColumn('created_at', ms, (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .execute();
  await schema.createIndex('sessions_updated').on('sessions').column('updated_at').execute();
  await schema.createIndex('sessions_label').unique().on('sessions').column('label').execute();
  await schema.createIndex('sessions_session_id').on('sessions').column('session_id').execute();

  await schema
    .createTable('transcript_events')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('created_at', ms, (column) => column.notNull())
    .addPrimaryKeyConstraint('transcript_events_pk', ['session_id', 'seq'])
    .execute();

  await schema
    .createTable('turns')
    .addColumn('run_id', 'text', (column) => column.primaryKey())
    .addColumn('session_key', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text')
    .addColumn('reason', 'text')
    .addColumn('result', 'text')
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('fence', ms, (column) => column.notNull())
    .addColumn('started_at', ms, (column) => column.notNull())
    .addColumn('deadline_at', ms, (column) => column.notNull())
    .addColumn('ended_at', ms)
    .execute();
  await sql`create index turns_running on turns (session_key) where state = 'running'`.execute(db);

  await schema
    .createTable('turn_steps')
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('input', 'text')
    .addColumn('output', 'text')
    .addColumn('idempotent', 'integer', (column) => column.notNull())
    .addColumn('started_at', ms, (column) => column.notNull())
    .addColumn('finished_at', ms)
    .addPrimaryKeyConstraint('turn_steps_pk', ['run_id', 'step'])
    .execute();

  await withSequence(schema.createTable('outbox'))
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('part', 'integer', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', ms, (column) => column.notNull())
    .addColumn('platform_id', 'text')
    .addColumn('mark', 'text')
    .addColumn('error', 'text')
    .addColumn('created_at', ms, (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .addUniqueConstraint('outbox_part', ['run_id', 'part'])
    .execute();
  await schema.createIndex('outbox_target').on('outbox').columns(['channel', 'account', 'target', 'seq']).execute();
  await sql`create index outbox_arrived on outbox (channel, account, updated_at) where platform_id is not null`.execute(
    db,
  );
  await sql`create index outbox_open on outbox (channel, account, target, seq) where state in ('pending', 'sending', 'unknown')`.execute(
    db,
  );

  await schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('token', ms, (column) => column.notNull())
    .addColumn('expires_at', ms, (column) => column.notNull())
    .execute();

  await schema
    .createTable('devices')
    .addColumn('device_id', 'text', (column) => column.primaryKey())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('approved_at', ms, (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .execute();

  await schema
    .createTable('device_requests')
    .addColumn('request_id', 'text', (column) => column.primaryKey())
    .addColumn('device_id', 'text', (column) => column.notNull().unique())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('created_at', ms, (column) => column.notNull())
    .execute();

  await schema
    .createTable('pairing_requests')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('sender_id', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('failed_attempts', 'integer', (column) => column.notNull())
    .addColumn('meta', 'text', (column) => column.notNull())
    .addColumn('created_at', ms, (column) => column.notNull())
    .addColumn('last_seen_at', ms, (column) => column.notNull())
    .addPrimaryKeyConstraint('pairing_requests_pk', ['channel', 'account', 'sender_id'])
    .execute();

  await schema
    .createTable('channel_senders')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('sender_id', 'text', (column) => column.notNull())
    .addColumn('approved_at', ms, (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_senders_pk', ['channel', 'account', 'sender_id'])
    .execute();

  await schema
    .createTable('channel_cursors')
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .addPrimaryKeyConstraint('channel_cursors_pk', ['channel', 'account'])
    .execute();

  await schema
    .createTable('approvals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('decision', 'text')
    .addColumn('resolved_by', 'text')
    .addColumn('created_at', ms, (column) => column.notNull())
    .addColumn('expires_at', ms, (column) => column.notNull())
    .addColumn('decided_at', ms)
    .execute();

  await schema
    .createTable('cron_jobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('job', 'text', (column) => column.notNull())
    .addColumn('next_run_at', ms)
    .addColumn('created_at', ms, (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .execute();
  await schema.createIndex('cron_jobs_next').on('cron_jobs').column('next_run_at').execute();

  await schema
    .createTable('cron_runs')
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('slot', ms, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('run_id', 'text')
    .addColumn('claimed_at', ms, (column) => column.notNull())
    .addColumn('finished_at', ms)
    .addPrimaryKeyConstraint('cron_runs_pk', ['job_id', 'slot'])
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const tables = [
    'cron_runs',
    'cron_jobs',
    'approvals',
    'channel_cursors',
    'channel_senders',
    'pairing_requests',
    'device_requests',
    'devices',
    'leases',
    'outbox',
    'turn_steps',
    'turns',
    'transcript_events',
    'sessions',
    'inbox',
  ];
  for (const table of tables) await db.schema.dropTable(table).execute();
}
