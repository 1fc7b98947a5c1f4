import type { Kysely } from 'kysely';

/** People who were let in are called what they call themselves, and not by an id alone. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('channel_senders').addColumn('name', 'text').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('channel_senders').dropColumn('name').execute();
}
