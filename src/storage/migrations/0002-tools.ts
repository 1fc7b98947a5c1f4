import { type Kysely, type SchemaModule, sql } from 'kysely';
import type { Dialect } from '../dialect';

/** Approvals bound to one call, origins of files, sub-agent runs. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const schema: SchemaModule = db.schema;
  const ms = dialect === 'postgres' ? 'bigint' : 'integer';

  for (const column of ['run_id', 'call_id', 'session_key', 'session_id', 'target', 'fingerprint'])
    await sql`alter table approvals add column ${sql.ref(column)} text`.execute(db);
  await schema.createIndex('approvals_call').on('approvals').columns(['run_id', 'call_id']).execute();
  await sql`create index approvals_grants on approvals (session_id, target) where decision = 'allow-always'`.execute(
    db,
  );
  await sql`create index approvals_pending on approvals (expires_at) where state = 'pending'`.execute(db);

  await schema
    .createTable('file_origins')
    .addColumn('path', 'text', (column) => column.primaryKey())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('updated_at', ms, (column) => column.notNull())
    .execute();

  await schema
    .createTable('subagent_runs')
    .addColumn('run_id', 'text', (column) => column.primaryKey())
    .addColumn('parent_key', 'text', (column) => column.notNull())
    .addColumn('child_key', 'text', (column) => column.notNull())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', ms, (column) => column.notNull())
    .addColumn('ended_at', ms)
    .execute();
  await sql`create index subagent_runs_open on subagent_runs (child_key) where state = 'running'`.execute(db);
  await schema.createIndex('subagent_runs_parent').on('subagent_runs').columns(['parent_key', 'created_at']).execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  await schema.dropTable('subagent_runs').execute();
  await schema.dropTable('file_origins').execute();
  for (const index of ['approvals_pending', 'approvals_grants', 'approvals_call'])
    await schema.dropIndex(index).execute();
  for (const column of ['fingerprint', 'target', 'session_id', 'session_key', 'call_id', 'run_id'])
    await sql`alter table approvals drop column ${sql.ref(column)}`.execute(db);
}
