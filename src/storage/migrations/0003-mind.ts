import { type Kysely, type SchemaModule, sql } from 'kysely';
import type { Dialect } from '../dialect';

/** What model calls cost; what older parts of a conversation were summed up to. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const schema: SchemaModule = db.schema;
  const big = dialect === 'postgres' ? 'bigint' : 'integer';

  await schema
    .createTable('usage_calls')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', big, (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('session_key', 'text')
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('sender', 'text')
    .addColumn('job_id', 'text')
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('input', big, (column) => column.notNull())
    .addColumn('output', big, (column) => column.notNull())
    .addColumn('cache_read', big, (column) => column.notNull())
    .addColumn('cache_write', big, (column) => column.notNull())
    .addColumn('cost_micros', big, (column) => column.notNull())
    .addColumn('priced', 'integer', (column) => column.notNull())
    .execute();
  await schema.createIndex('usage_day').on('usage_calls').columns(['day', 'agent_id']).execute();
  await schema.createIndex('usage_session').on('usage_calls').columns(['session_key', 'day']).execute();
  await schema.createIndex('usage_run').on('usage_calls').column('run_id').execute();
  await sql`create index usage_sender on usage_calls (sender, day) where sender is not null`.execute(db);
  await sql`create index usage_job on usage_calls (job_id, day) where job_id is not null`.execute(db);

  await schema
    .createTable('compactions')
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('through_seq', big, (column) => column.notNull())
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('created_at', big, (column) => column.notNull())
    .addPrimaryKeyConstraint('compactions_key', ['session_id', 'through_seq'])
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  await schema.dropTable('compactions').execute();
  await schema.dropTable('usage_calls').execute();
}
