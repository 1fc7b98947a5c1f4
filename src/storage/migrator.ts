import { type Kysely, sql } from 'kysely';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import type { Dialect } from './dialect';
import { MIGRATIONS, type Migration } from './migrations/migration-list';

const TABLE = 'schema_migrations';
/** Any constant: serialises migrations of several processes on PostgreSQL. */
const POSTGRES_LOCK = 7_018_789;

export interface MigrationReport {
  applied: string[];
}

/**
 * Brings the schema up to date. Each migration is one transaction, so a failing one leaves the schema as it was.
 * @throws OpenclawError STORAGE_TOO_NEW when a newer release has written the database.
 */
export async function migrateUp(
  db: Kysely<never>,
  dialect: Dialect,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<MigrationReport> {
  if (dialect === 'sqlite') return migrate(db, dialect, migrations);
  // Held by the connection from the first statement on: `create table if not exists` fails as well when two do it at once.
  return db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${POSTGRES_LOCK})`.execute(connection);
    try {
      return await migrate(connection, dialect, migrations);
    } finally {
      await sql`select pg_advisory_unlock(${POSTGRES_LOCK})`.execute(connection).catch(() => undefined);
    }
  });
}

async function migrate(
  db: Kysely<never>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<MigrationReport> {
  await sql`create table if not exists ${sql.table(TABLE)} (name text primary key, applied_at text not null)`.execute(
    db,
  );
  const applied: string[] = [];
  const done = await appliedMigrations(db);
  const unknown = done.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new OpenclawError(
      'STORAGE_TOO_NEW',
      `the database was written by a newer release (migration ${unknown.join(', ')}); start that release, or restore a backup made before it`,
      { exitCode: ExitCode.failed },
    );
  }
  for (const migration of migrations) {
    if (done.includes(migration.name)) continue;
    await db.transaction().execute(async (transaction) => {
      await migration.up(transaction, dialect);
      await sql`insert into ${sql.table(TABLE)} (name, applied_at) values (${migration.name}, ${new Date().toISOString()})`.execute(
        transaction,
      );
    });
    applied.push(migration.name);
  }
  return { applied };
}

/** Migrations that are still to be applied; `isNew`: the database holds nothing yet. */
export async function pendingMigrations(db: Kysely<never>): Promise<{ names: string[]; isNew: boolean }> {
  const { rows } = await sql`select 1 from sqlite_master where name = ${TABLE}`.execute(db);
  if (rows.length === 0) return { names: MIGRATIONS.map(({ name }) => name), isNew: true };
  const done = await appliedMigrations(db);
  return {
    names: MIGRATIONS.map(({ name }) => name).filter((name) => !done.includes(name)),
    isNew: done.length === 0,
  };
}

/** Undoes migrations, newest first, until only `target` of them are left. */
export async function migrateDown(
  db: Kysely<never>,
  dialect: Dialect,
  target: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  const undone: string[] = [];
  const done = await appliedMigrations(db);
  for (const migration of [...migrations].reverse()) {
    if (!done.includes(migration.name) || migrations.indexOf(migration) < target) continue;
    await db.transaction().execute(async (transaction) => {
      await migration.down(transaction, dialect);
      await sql`delete from ${sql.table(TABLE)} where name = ${migration.name}`.execute(transaction);
    });
    undone.push(migration.name);
  }
  return undone;
}

async function appliedMigrations(db: Kysely<never>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(TABLE)} order by name`.execute(db);
  return rows.map((row) => row.name);
}
