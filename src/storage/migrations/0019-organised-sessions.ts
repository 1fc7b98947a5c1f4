import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect';

const TIMES = ['pinned_at', 'archived_at', 'interacted_at'] as const;

/** How people keep order among their sessions: pinned, put away, in groups with an order, and when they last spoke. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  const time = dialect === 'postgres' ? 'bigint' : 'integer';
  for (const name of TIMES) await db.schema.alterTable('sessions').addColumn(name, time).execute();
  await db.schema.alterTable('sessions').addColumn('category', 'text').execute();
  await db.schema
    .createTable('session_groups')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('position', 'integer', (column) => column.notNull())
    .execute();
}

export async function down(db: Kysely<never>): Promise<void> {
  await db.schema.dropTable('session_groups').execute();
  for (const name of [...TIMES, 'category']) await db.schema.alterTable('sessions').dropColumn(name).execute();
}
