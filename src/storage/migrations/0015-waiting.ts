import { type Kysely, sql } from 'kysely';

/** What waits is found without looking through the whole conversation, messages and commands in one question. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index inbox_waiting on inbox (session_key, seq) where state in ('pending', 'command')`.execute(db);
  await db.schema.dropIndex('inbox_open').execute();
  await db.schema.dropIndex('inbox_commands').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`create index inbox_open on inbox (session_key, seq) where state in ('pending', 'running')`.execute(db);
  await sql`create index inbox_commands on inbox (session_key, seq) where state = 'command'`.execute(db);
  await db.schema.dropIndex('inbox_waiting').execute();
}
