import type { Kysely, SchemaModule } from 'kysely';

/** What a run said is kept with it, and runs are found by their turn. */
export async function up(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  await schema.alterTable('cron_runs').addColumn('summary', 'text').execute();
  await schema.createIndex('cron_runs_run').on('cron_runs').column('run_id').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  const schema: SchemaModule = db.schema;
  await schema.dropIndex('cron_runs_run').execute();
  await schema.alterTable('cron_runs').dropColumn('summary').execute();
}
