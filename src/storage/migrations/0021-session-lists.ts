import { type Kysely, sql } from 'kysely';

/** What a list of sessions leaves out stands in its index, so that to count those that remain reads no session. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('sessions_recent').execute();
  await sql`create index sessions_recent on sessions (updated_at desc, key, agent_id, archived_at)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('sessions_recent').execute();
  await sql`create index sessions_recent on sessions (updated_at desc, key, agent_id)`.execute(db);
}
