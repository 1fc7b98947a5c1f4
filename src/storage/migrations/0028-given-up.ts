import { type Kysely, sql } from 'kysely';

/** What was given up is found without looking through everything that went well. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index outbox_given_up on outbox (channel, updated_at, run_id) where state in ('failed', 'uncertain')`.execute(
    db,
  );
  await sql`create index inbox_failed on inbox (seq) where state in ('failed', 'quarantined')`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('inbox_failed').execute();
  await db.schema.dropIndex('outbox_given_up').execute();
}
