import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { silentLogger } from '../../src/common/logger';
import { copyDatabase } from '../../src/storage/copy/copy-database';
import { type DatabaseEnd, openServer, readSqlite, shapesOf, writeSqlite } from '../../src/storage/copy/database-end';
import { sqlitePath } from '../../src/storage/sqlite-path';
import { TestDatabase, createPostgresDatabase } from '../harness/stores';

/** Rows of a table: enough for several batches of the first, some of each. */
const ROWS = 7;

describe('copying a database', () => {
  let source: TestDatabase;
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-copy-'));
    source = await TestDatabase.create('sqlite');
    file = sqlitePath(source.stateDir);
    await (await source.open()).close();
    const end = writeSqlite(file);
    await fill(end);
    await end.close();
  });
  afterEach(async () => {
    await source.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Rows of every table, of every type that it has. */
  async function fill(end: DatabaseEnd): Promise<void> {
    for (const { name } of await shapesOf(end)) {
      const { rows: columns } = await sql<{ name: string; type: string }>`
        select name, type from pragma_table_info(${name})`.execute(end.db);
      for (let number = 1; number <= (name === 'inbox' ? 250 : ROWS); number++) {
        const values = columns.map(({ name: column, type }) => [
          column,
          /int/i.test(type)
            ? number
            : /blob/i.test(type)
              ? Buffer.from([0, 255, number])
              : /real|double/i.test(type)
                ? number + 0.5
                : `${column} 漢字 👩‍💻 ${number}`,
        ]);
        await end.db.insertInto(name).values(Object.fromEntries(values)).execute();
      }
    }
    // A number that was given out, and whose row is gone.
    await sql`delete from inbox where seq = 250`.execute(end.db);
  }
  const hash = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  const countOf = async ({ db }: DatabaseEnd, table: string): Promise<number> =>
    Number((await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)).rows[0]?.n);

  (process.env['TEST_POSTGRES_URL'] ? it : it.skip)(
    'to PostgreSQL and back: every row the same, goes on after it was cut off, and leaves the source as it is',
    async () => {
      const before = hash();
      const server = await createPostgresDatabase();
      try {
        let to = await openServer(server.url, silentLogger);
        let from = readSqlite(file);
        await expect(
          copyDatabase(from, to, (table, done) => {
            if (table === 'inbox' && done >= 200) throw new Error('cut off');
          }),
        ).rejects.toThrow('cut off');
        await Promise.all([from.close(), to.close()]);

        to = await openServer(server.url, silentLogger);
        from = readSqlite(file);
        const { tables } = await copyDatabase(from, to);
        expect(tables.find(({ name }) => name === 'inbox')).toEqual({ name: 'inbox', rows: 249, before: 200 });
        expect(tables.length).toBeGreaterThan(20);
        expect(hash()).toBe(before);
        await expect(copyDatabase(from, to)).rejects.toMatchObject({ code: 'COPY_TARGET_USED' });

        const backFile = join(folder, 'back.sqlite');
        const back = writeSqlite(backFile);
        await copyDatabase(to, back);
        for (const { name } of tables)
          expect([name, await countOf(back, name)]).toEqual([name, await countOf(from, name)]);
        for (const { name, columns, key } of await shapesOf(from)) {
          const read = (end: DatabaseEnd): Promise<unknown> =>
            sql`select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(name)}
              order by ${sql.join(key.map((column) => sql.ref(column)))}`
              .execute(end.db)
              .then(({ rows }) => rows);
          expect(await read(back)).toEqual(await read(from));
        }
        // The next message gets a number that no other had, there and back.
        const next = `select seq from sqlite_sequence where name = 'inbox'`;
        expect((await sql.raw(next).execute(back.db)).rows).toEqual([{ seq: 250 }]);
        await Promise.all([from.close(), to.close(), back.close()]);
      } finally {
        await server.drop();
      }
    },
  );

  it('names a row that is not the same, and a database that is in use or of another release', async () => {
    const from = readSqlite(file);
    const target = join(folder, 'other.sqlite');
    let to = writeSqlite(target);
    await expect(
      copyDatabase(from, to, (table, done, of) => {
        if (table === 'turns' && done === of) throw new Error('cut off');
      }),
    ).rejects.toThrow('cut off');
    await sql`update blobs set bytes = ${Buffer.from([1])} where hash = (select min(hash) from blobs)`.execute(to.db);
    await expect(copyDatabase(from, to)).rejects.toMatchObject({
      code: 'COPY_DIFFERS',
      message: expect.stringMatching(/blobs .* is another row/) as string,
    });
    await to.close();

    const third = await TestDatabase.create('sqlite');
    to = writeSqlite(join(third.stateDir, 'x.sqlite'));
    await sql`create table schema_migrations (name text primary key, applied_at text not null)`.execute(to.db);
    await expect(copyDatabase(to, from)).rejects.toMatchObject({ code: 'COPY_SCHEMA' });
    await Promise.all([to.close(), from.close()]);
    await third.remove();
  });
});
