import type { Kysely } from 'kysely';

/** What a conversation begins with: a list shows it and searches in it, however long the message is. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('conversation_titles')
    .addColumn('session_id', 'text', (column) => column.primaryKey())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('folded', 'text', (column) => column.notNull())
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('conversation_titles').execute();
}
