import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { MIGRATIONS } from '../../src/storage/migrations/migration-list';
import { migrateDown, migrateUp } from '../../src/storage/migrator';
import { STORE_KINDS, TestDatabase } from '../harness/stores';
import { type SchemaDump, dumpSchema } from './schema-dump';

/**
 * `FREEZE_SCHEMA=1 npm test -- test/storage/migrations`, with PostgreSQL, writes down the schema of migrations that have
 * none written down yet. What is written down is how a release left a database, so it is never changed.
 */
const IS_FREEZING = process.env['FREEZE_SCHEMA'] === '1';
const FOLDER = join(__dirname, 'schemas');
const fileOf = (name: string): string => join(FOLDER, `${name}.json`);
const readFixture = (name: string): Record<string, SchemaDump> =>
  existsSync(fileOf(name)) ? (JSON.parse(readFileSync(fileOf(name), 'utf8')) as Record<string, SchemaDump>) : {};
const LAST = MIGRATIONS.at(-1)?.name ?? '';

it('there is a fixture for the schema of every migration', () => {
  const names = MIGRATIONS.map(({ name }) => `${name}.json`);
  if (!IS_FREEZING) expect(readdirSync(FOLDER).sort()).toEqual(names);
  for (const name of names)
    if (!IS_FREEZING) expect(Object.keys(readFixture(name.replace('.json', '')))).toEqual(['sqlite', 'postgres']);
});

describe.each(STORE_KINDS)('a database on %s', (kind) => {
  let home: TestDatabase;
  let db: Kysely<never>;
  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    db = (await home.open()).read as unknown as Kysely<never>;
    await migrateDown(db, kind, 0);
  });
  afterEach(() => home.remove());

  it.each(MIGRATIONS.map(({ name }, index) => [name, index + 1] as const))(
    'as the release with %s left it comes up to date and back again with everything in it',
    async (name, count) => {
      await migrateUp(db, kind, MIGRATIONS.slice(0, count));
      const left = await dumpSchema(db, kind);
      const fixture = readFixture(name);
      if (IS_FREEZING && fixture[kind] === undefined)
        writeFileSync(fileOf(name), `${JSON.stringify({ ...fixture, [kind]: left }, null, 1)}\n`);
      // A migration that a release has used is never edited.
      expect(left).toEqual(readFixture(name)[kind]);
      for (const [table, columns] of Object.entries(left.columns))
        for (const row of [1, 2]) await insert(table, columns, row);
      const before = await contents(left);

      await migrateUp(db, kind);
      expect(await dumpSchema(db, kind)).toEqual(readFixture(LAST)[kind]);
      expect(await contents(left)).toEqual(before);

      await migrateDown(db, kind, count);
      expect(await dumpSchema(db, kind)).toEqual(left);
      expect(await contents(left)).toEqual(before);
    },
  );

  it('sessions lose the list of skills that they kept, and nothing else', async () => {
    const before = MIGRATIONS.findIndex(({ name }) => name === '0026-skill-lists');
    await migrateUp(db, kind, MIGRATIONS.slice(0, before));
    const columns = (await dumpSchema(db, kind)).columns['sessions'] ?? [];
    const entries = new Map<string, string>(
      Array.from({ length: 450 }, (_, index) => [
        `agent:main:${index}`,
        `{"note":"a \\u00e9 ${index}","skillsSnapshot":{"prompt":"x"}}`,
      ]),
    );
    entries.set('agent:main:plain', '{ "note": "as it was" }').set('agent:main:broken', '{"skillsSnapshot":');
    for (const [key, entry] of entries) {
      await insert('sessions', columns, 1);
      await sql`update sessions set key = ${key}, session_id = ${key}, entry = ${entry}, label = ${key}
        where key not like 'agent:main:%'`.execute(db);
    }
    await migrateUp(db, kind);
    const { rows } = await sql<{ key: string; entry: string }>`select key, entry from sessions`.execute(db);
    const after = new Map(rows.map(({ key, entry }) => [key, entry]));
    expect(after.size).toBe(452);
    for (const key of ['agent:main:plain', 'agent:main:broken']) expect(after.get(key)).toBe(entries.get(key));
    for (let index = 0; index < 450; index++)
      expect(JSON.parse(after.get(`agent:main:${index}`) ?? '')).toEqual({ note: `a é ${index}` });
  });

  const nameOf = (column: string): string => column.split(' ')[0] ?? '';
  /** A row with a value in each column: numbers count on, everything else is its own name. */
  const insert = async (table: string, columns: readonly string[], row: number): Promise<void> => {
    const values = columns.map((column) =>
      / (integer|bigint|real|double)/i.test(column) ? row : `${nameOf(column)} ${row}`,
    );
    const names = sql.join(columns.map((column) => sql.ref(nameOf(column))));
    await sql`insert into ${sql.table(table)} (${names}) values (${sql.join(values)})`.execute(db);
  };
  /** What stands in the columns of a schema. */
  const contents = async ({ columns }: SchemaDump): Promise<Record<string, unknown>> => {
    const found: Record<string, unknown> = {};
    for (const [table, list] of Object.entries(columns)) {
      const names = list.map((column) => sql.ref(nameOf(column)));
      const { rows } =
        await sql`select ${sql.join(names)} from ${sql.table(table)} order by ${sql.join(names)}`.execute(db);
      found[table] = rows;
    }
    return found;
  };
});
