import type { Kysely } from 'kysely';

/**
 * Which file an origin was noted for, so that a renamed one keeps it and a changed one loses a good name; and what a
 * file of the prompt said before others' text came into it.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('file_origins').addColumn('inode', 'text').execute();
  await db.schema.alterTable('file_origins').addColumn('stamp', 'text').execute();
  await db.schema.createIndex('file_origins_inode').on('file_origins').column('inode').execute();
  await db.schema
    .createTable('reviewed_texts')
    .addColumn('path', 'text', (column) => column.primaryKey())
    .addColumn('text', 'text', (column) => column.notNull())
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('reviewed_texts').execute();
  await db.schema.dropIndex('file_origins_inode').execute();
  await db.schema.alterTable('file_origins').dropColumn('stamp').execute();
  await db.schema.alterTable('file_origins').dropColumn('inode').execute();
}
