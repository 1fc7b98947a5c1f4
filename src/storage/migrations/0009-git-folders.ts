import type { Kysely } from 'kysely';

/** What git obeyed in a workspace before sandboxed commands could change it. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('git_watches')
    .addColumn('workspace', 'text', (column) => column.primaryKey())
    .addColumn('is_open', 'integer', (column) => column.notNull())
    .addColumn('agreed', 'text', (column) => column.notNull())
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('git_watches').execute();
}
