import type { Kysely } from 'kysely';

/** Why whoever runs a turn is asked to end it, by somebody else than its own process. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('turns').addColumn('stop_asked', 'text').execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('turns').dropColumn('stop_asked').execute();
}
