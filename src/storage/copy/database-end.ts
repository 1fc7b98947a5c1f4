import { existsSync } from 'node:fs';
import { Kysely, SqliteDialect, type SqliteDatabase, sql } from 'kysely';
import type { Logger } from '../../common/logger';
import { OpenclawError } from '../../common/openclaw-error';
import type { Dialect } from '../dialect';
import { openPostgres } from '../postgres-connection';
import { openSqlite } from '../sqlite-connection';
import { SqliteFile } from '../sqlite-file';

/** Any tables: which there are is asked of the database. */
export type AnySchema = Record<string, Record<string, unknown>>;

export interface TableShape {
  name: string;
  columns: string[];
  /** In their order; every table has some. */
  key: string[];
}

/** A database that rows are copied from or to. */
export interface DatabaseEnd {
  dialect: Dialect;
  db: Kysely<AnySchema>;
  /** For people, without credentials. */
  location: string;
  close(): Promise<void>;
}

/** Opened to be read only: nothing in the file changes. @throws OpenclawError for one that there is not */
export function readSqlite(path: string): DatabaseEnd {
  if (!existsSync(path)) throw new OpenclawError('STORAGE_MISSING', `there is no database ${path}`);
  const file = new SqliteFile(path, { readOnly: true });
  const database: SqliteDatabase = {
    close: () => file.close(),
    prepare: (text) => {
      const statement = file.prepare(text);
      return {
        reader: statement.isReader,
        all: (values) => statement.all(...values),
        run: (values) => statement.run(...values),
        iterate: (values) => statement.iterate(...values),
      };
    },
  };
  return sqliteEnd(path, database);
}

/** Opened as its only writer. @throws OpenclawError STORAGE_LOCKED */
export const writeSqlite = (path: string): DatabaseEnd => sqliteEnd(path, openSqlite(path, `${path}.owner`));

function sqliteEnd(path: string, database: SqliteDatabase): DatabaseEnd {
  const db = new Kysely<AnySchema>({ dialect: new SqliteDialect({ database }) });
  return { dialect: 'sqlite', db, location: path, close: () => db.destroy() };
}

/** @throws OpenclawError STORAGE_OPEN_FAILED naming the server, without credentials */
export async function openServer(url: string, log: Logger): Promise<DatabaseEnd> {
  const { read, write } = await openPostgres(url, log);
  const { host, pathname } = new URL(url);
  return {
    dialect: 'postgres',
    db: write as unknown as Kysely<AnySchema>,
    location: `${host}${pathname}`,
    close: async () => {
      await Promise.all([read.destroy(), write.destroy()]);
    },
  };
}

/** Every table of ours by name, without what the migrations note. */
export async function shapesOf({ db, dialect }: DatabaseEnd): Promise<TableShape[]> {
  const names = await tableNames(db, dialect);
  return Promise.all(names.map((name) => shapeOf(db, dialect, name)));
}

async function tableNames(db: Kysely<AnySchema>, dialect: Dialect): Promise<string[]> {
  const { rows } =
    dialect === 'sqlite'
      ? await sql<{ name: string }>`
          select name from sqlite_master where type = 'table' and name not like 'sqlite%'`.execute(db)
      : await sql<{ name: string }>`
          select table_name as name from information_schema.tables
          where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db);
  const own = new Set([NOTE_TABLE, 'schema_migrations']);
  return rows
    .map(({ name }) => name)
    .filter((name) => !own.has(name))
    .sort();
}

async function shapeOf(db: Kysely<AnySchema>, dialect: Dialect, name: string): Promise<TableShape> {
  if (dialect === 'sqlite') {
    const { rows } = await sql<{ name: string; pk: number }>`select name, pk from pragma_table_info(${name})`.execute(
      db,
    );
    const key = rows.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    return { name, columns: rows.map((row) => row.name), key: key.map((row) => row.name) };
  }
  const columns = await sql<{ name: string }>`
    select column_name as name from information_schema.columns
    where table_schema = current_schema() and table_name = ${name} order by ordinal_position`.execute(db);
  const key = await sql<{ name: string }>`
    select attribute.attname as name
    from pg_index, unnest(pg_index.indkey) with ordinality as part(number, place), pg_attribute as attribute
    where pg_index.indrelid = to_regclass(${name}) and pg_index.indisprimary
      and attribute.attrelid = pg_index.indrelid and attribute.attnum = part.number
    order by part.place`.execute(db);
  return { name, columns: columns.rows.map((row) => row.name), key: key.rows.map((row) => row.name) };
}

/** In a database that is being filled: where from. It goes when all is there. */
export const NOTE_TABLE = 'copied_from';
