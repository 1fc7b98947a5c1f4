import { type Kysely, sql } from 'kysely';

/** Names that clients have for runs, apart from our own ids; commands that wait and run as messages do; turns run alone. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('inbox').addColumn('run_name', 'text').execute();
  await sql`update inbox set run_name = run_id`.execute(db);
  await db.schema.createIndex('inbox_run_name').on('inbox').column('run_name').execute();
  await sql`create index inbox_commands on inbox (session_key, seq) where state = 'command'`.execute(db);
  await db.schema
    .alterTable('turns')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('turn'))
    .execute();
  await db.schema
    .alterTable('turns')
    .addColumn('alone', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.createIndex('turns_started').on('turns').column('started_at').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('turns_started').execute();
  await db.schema.alterTable('turns').dropColumn('alone').execute();
  await db.schema.alterTable('turns').dropColumn('kind').execute();
  await db.schema.dropIndex('inbox_commands').execute();
  await db.schema.dropIndex('inbox_run_name').execute();
  await db.schema.alterTable('inbox').dropColumn('run_name').execute();
}
