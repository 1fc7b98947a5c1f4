import { type Kysely, sql } from 'kysely';
import { foldText } from '../../common/fold-text';
import type { Dialect } from '../dialect';

interface Named {
  key: string;
  label: string | null;
  entry: string;
}

const AT_ONCE = 500;

/** By what a session is found, folded, without reading the rest of it. */
export async function up(db: Kysely<never>, dialect: Dialect): Promise<void> {
  await db.schema
    .alterTable('sessions')
    .addColumn('names', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  for (let after = ''; ;) {
    const { rows } =
      await sql<Named>`select key, label, entry from sessions where key > ${after} order by key limit ${AT_ONCE}`.execute(
        db,
      );
    for (const row of rows) await sql`update sessions set names = ${namesOf(row)} where key = ${row.key}`.execute(db);
    if (rows.length < AT_ONCE) break;
    after = rows.at(-1)?.key ?? '';
  }
  // SQLite looks through this instead of the rows; PostgreSQL keeps what is long outside of them.
  if (dialect === 'sqlite') await sql`create index sessions_names on sessions (names, key)`.execute(db);
}

export async function down(db: Kysely<never>, dialect: Dialect): Promise<void> {
  if (dialect === 'sqlite') await db.schema.dropIndex('sessions_names').execute();
  await db.schema.alterTable('sessions').dropColumn('names').execute();
}

function namesOf({ key, label, entry }: Named): string {
  let fields: { displayName?: unknown; subject?: unknown } = {};
  try {
    fields = JSON.parse(entry) as typeof fields;
  } catch {
    // It has no other names than these.
  }
  return [key, label, fields.displayName, fields.subject]
    .filter((name) => typeof name === 'string')
    .map(foldText)
    .join('\n');
}
