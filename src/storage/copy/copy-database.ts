import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { OpenclawError } from '../../common/openclaw-error';
import { MIGRATIONS } from '../migrations/migration-list';
import { migrateUp } from '../migrator';
import { type AnySchema, type DatabaseEnd, NOTE_TABLE, type TableShape, shapesOf } from './database-end';

/** Rows of one transaction. Both databases take so many values in one statement. */
const BATCH = 100;

export interface CopiedTable {
  name: string;
  rows: number;
  /** Of these, how many were there from an earlier try. */
  before: number;
}

export interface CopyReport {
  from: string;
  to: string;
  tables: CopiedTable[];
}

type Row = Record<string, unknown>;

/**
 * Copies every row, and then compares each with its original. A copy that was cut off goes on where it was. The source is
 * only read; nothing may write to it meanwhile.
 * @param told is told of each batch
 * @throws OpenclawError COPY_SCHEMA, COPY_TARGET_USED, COPY_DIFFERS
 */
export async function copyDatabase(
  source: DatabaseEnd,
  target: DatabaseEnd,
  told: (table: string, done: number, of: number) => void = () => undefined,
): Promise<CopyReport> {
  await needNewestSchema(source);
  await migrateUp(target.db as unknown as Kysely<never>, target.dialect);
  const tables = await shapesOf(source);
  await begin(source, target, tables);
  const copied: CopiedTable[] = [];
  for (const table of tables) copied.push(await copyTable(source, target, table, told));
  for (const table of tables) await compareTable(source, target, table);
  await carryCounters(source, target, tables);
  await sql`drop table ${sql.table(NOTE_TABLE)}`.execute(target.db);
  return { from: source.location, to: target.location, tables: copied };
}

/** @throws OpenclawError COPY_SCHEMA where another release has written it */
async function needNewestSchema({ db, location }: DatabaseEnd): Promise<void> {
  const { rows } = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(db);
  const have = rows.map(({ name }) => name);
  const differs = MIGRATIONS.length !== have.length || MIGRATIONS.some(({ name }) => !have.includes(name));
  if (differs)
    throw new OpenclawError(
      'COPY_SCHEMA',
      `${location} was last used by another release; start the gateway of this one with it once, and stop it again`,
    );
}

/** Notes where the rows come from, or finds the note of an earlier try. @throws OpenclawError COPY_TARGET_USED */
async function begin(source: DatabaseEnd, target: DatabaseEnd, tables: readonly TableShape[]): Promise<void> {
  const { db } = target;
  const note = await sql<{ place: string }>`select place from ${sql.table(NOTE_TABLE)}`.execute(db).then(
    ({ rows }) => rows[0]?.place,
    () => undefined,
  );
  if (note === source.location) return;
  if (note !== undefined)
    throw new OpenclawError(
      'COPY_TARGET_USED',
      `${target.location} holds an unfinished copy of ${note}; empty it first`,
    );
  for (const { name } of tables)
    if ((await countOf(db, name)) > 0)
      throw new OpenclawError('COPY_TARGET_USED', `${target.location} is in use: its table ${name} has rows`);
  await db.transaction().execute(async (transaction) => {
    await sql`create table ${sql.table(NOTE_TABLE)} (place text primary key)`.execute(transaction);
    await sql`insert into ${sql.table(NOTE_TABLE)} (place) values (${source.location})`.execute(transaction);
  });
}

/** Rows in the order of the source: as many as are there already are skipped, for each batch was one transaction. */
async function copyTable(
  source: DatabaseEnd,
  target: DatabaseEnd,
  table: TableShape,
  told: (table: string, done: number, of: number) => void,
): Promise<CopiedTable> {
  const { name } = table;
  const rows = await countOf(source.db, name);
  const before = await countOf(target.db, name);
  for (let done = before; done < rows;) {
    const batch = await batchOf(source.db, table, done);
    if (batch.length === 0) break;
    await target.db.insertInto(name).values(batch).execute();
    done += batch.length;
    told(name, done, rows);
  }
  return { name, rows, before: Math.min(before, rows) };
}

/** @throws OpenclawError COPY_DIFFERS naming the first row that is not the same */
async function compareTable(source: DatabaseEnd, target: DatabaseEnd, table: TableShape): Promise<void> {
  const { name, key } = table;
  const [rows, there] = [await countOf(source.db, name), await countOf(target.db, name)];
  if (rows !== there) throw differs(target, `${name} has ${there} rows, and ${rows} at the source`);
  for (let done = 0; done < rows;) {
    const batch = await batchOf(source.db, table, done);
    if (batch.length === 0) throw differs(target, `${name} has become shorter at the source`);
    const found = await rowsWithKeys(target.db, table, batch);
    const copies = new Map(found.map((row) => [keyOf(row, key), printOf(row, table)]));
    for (const row of batch) {
      const id = keyOf(row, key);
      if (copies.get(id) !== printOf(row, table))
        throw differs(target, `${name} ${id} is another row than at the source`);
    }
    done += batch.length;
  }
}

const differs = ({ location }: DatabaseEnd, what: string): OpenclawError =>
  new OpenclawError('COPY_DIFFERS', `${location}: ${what}; empty it and start again`);

async function batchOf(db: Kysely<AnySchema>, { name, key }: TableShape, offset: number): Promise<Row[]> {
  let query = db.selectFrom(name).selectAll();
  for (const column of key) query = query.orderBy(column);
  return query.limit(BATCH).offset(offset).execute();
}

function rowsWithKeys(db: Kysely<AnySchema>, { name, key }: TableShape, rows: readonly Row[]): Promise<Row[]> {
  return db
    .selectFrom(name)
    .selectAll()
    .where((eb) => eb.or(rows.map((row) => eb.and(key.map((column) => eb(column, '=', row[column]))))))
    .execute();
}

async function countOf(db: Kysely<AnySchema>, name: string): Promise<number> {
  const { rows } = await sql<{ count: number | string }>`select count(*) as count from ${sql.table(name)}`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

const keyOf = (row: Row, key: readonly string[]): string => JSON.stringify(key.map((column) => plain(row[column])));

/** The same for the same row of either database. */
const printOf = (row: Row, { columns }: TableShape): string =>
  createHash('sha256')
    .update(JSON.stringify(columns.map((column) => plain(row[column]))))
    .digest('hex');

const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? { bytes: createHash('sha256').update(value).digest('hex') } : (value ?? null);

/** Numbers that were given out once are not given out again: the counters go on where they were. */
async function carryCounters(source: DatabaseEnd, target: DatabaseEnd, tables: readonly TableShape[]): Promise<void> {
  for (const { name } of tables) {
    const last = await counterOf(source, name);
    if (last === undefined) continue;
    if (target.dialect === 'postgres')
      await sql`select setval(pg_get_serial_sequence(${name}, 'seq'), ${last})`.execute(target.db);
    else {
      await sql`delete from sqlite_sequence where name = ${name}`.execute(target.db);
      await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(target.db);
    }
  }
}

/** The last number that a table has given out; undefined where it gives out none, or has not yet. */
async function counterOf({ db, dialect }: DatabaseEnd, table: string): Promise<number | undefined> {
  if (dialect === 'sqlite') {
    const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = ${table}`.execute(db);
    return rows[0]?.seq;
  }
  const { rows } = await sql<{ seq: string | null }>`
    select pg_get_serial_sequence(${table}, column_name) as seq from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} and column_name = 'seq'`.execute(db);
  const sequence = rows[0]?.seq;
  if (!sequence) return undefined;
  const state = await sql<{ last: number; used: boolean }>`
    select last_value as last, is_called as used from ${sql.raw(sequence)}`.execute(db);
  const [row] = state.rows;
  return row?.used ? Number(row.last) : undefined;
}
