import { type Kysely, sql } from 'kysely';

/** Rows that are read and written in one step. */
const AT_ONCE = 200;

/**
 * Sessions kept the list of skills of their prompts, two kilobytes each. It is the same for all, and is made anew from
 * the skills themselves.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (let after = ''; ;) {
    const { rows } = await sql<{ key: string; entry: string }>`select key, entry from sessions
      where key > ${after} and entry like '%"skillsSnapshot"%' order by key limit ${AT_ONCE}`.execute(db);
    for (const { key, entry } of rows) {
      const text = withoutList(entry);
      if (text !== undefined) await sql`update sessions set entry = ${text} where key = ${key}`.execute(db);
    }
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) return;
    after = last.key;
  }
}

/** What is left out comes again with the next turn of a session. */
export function down(): Promise<void> {
  return Promise.resolve();
}

/** @returns undefined for what can't be read: it stays as it is, and is shown as damaged */
function withoutList(entry: string): string | undefined {
  try {
    const { skillsSnapshot: _list, ...kept } = JSON.parse(entry) as Record<string, unknown>;
    return JSON.stringify(kept);
  } catch {
    return undefined;
  }
}
