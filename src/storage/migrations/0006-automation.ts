import type { Kysely, SchemaModule } from 'kysely';
import type { Dialect } from '../dialect';

/** What the assistant is to be told at the next heartbeat, what heartbeats came to, and webhooks in both directions. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const schema: SchemaModule = db.schema;
  const ms = dialect === 'postgres' ? 'bigint' : 'integer';
  await schema
    .createTable('system_events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('session_key', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('origin', 'text')
    .addColumn('created_at', ms, (column) => column.notNull())
    .execute();
  await schema
    .createIndex('system_events_session')
    .on('system_events')
    .columns(['session_key', 'created_at'])
    .execute();
  await schema
    .createTable('heartbeats')
    .addColumn('agent_id', 'text', (column) => column.primaryKey())
    .addColumn('last_run_at', ms, (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('last_text', 'text')
    .addColumn('last_text_at', ms)
    .addColumn('outcome', 'text')
    .execute();
  await schema
    .createTable('hook_requests')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('at', ms, (column) => column.notNull())
    .execute();
  await schema
    .createTable('webhook_deliveries')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', ms, (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('created_at', ms, (column) => column.notNull())
    .execute();
  await schema
    .createIndex('webhook_deliveries_due')
    .on('webhook_deliveries')
    .columns(['state', 'next_attempt_at'])
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  for (const table of ['webhook_deliveries', 'hook_requests', 'heartbeats', 'system_events'])
    await schema.dropTable(table).execute();
}
