import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Kysely, type RawBuilder, SqliteDialect, sql } from 'kysely';
import { Failpoints } from '../common/failpoints';
import { noteOwner } from '../common/lock-file';
import { type Logger, LoggerFactory } from '../common/logger';
import { preparePrivateFile } from '../common/private-files';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { CommitQueue, type Write } from './commit-queue';
import type { Dialect } from './dialect';
import { type Lease, endLeaseIn, requireLeaseIn } from './lease';
import { migrateUp, pendingMigrations } from './migrator';
import { openPostgres } from './postgres-connection';
import type { Schema } from './schema';
import { type OpenedSqlite, openSqlite } from './sqlite-connection';
import { fileFault, fileNumber } from './sqlite-file-state';
import { sqliteFaultOf } from './sqlite-file';
import { sqlitePath } from './sqlite-path';
import { SqliteUpkeep } from './sqlite-upkeep';
import { DatabaseFullError } from './storage-fault';

/** Copies of the database from before a change of its schema that are kept. */
const KEPT_BEFORE = 3;
/** Rows that can't be read which the log names at most. */
const MOST_TOLD = 1000;
/** Small writes may still fit where large ones don't: there is room again when nothing was refused for so long. */
const ROOM_MS = 10_000;

export interface WriteOptions {
  /** Lease that has to be this process's still: it is looked at, and held, inside the transaction. */
  under?: Lease;
  /** The write is the last one under the lease, and ends it. */
  ends?: boolean;
}

/**
 * The one handle on the database. Reads go through {@link read}, writes through {@link write}; nobody else opens it.
 * SQLite in the state directory by default, PostgreSQL when OPENCLAW_DATABASE_URL is set.
 */
@Injectable()
export class DatabaseService {
  private readonly log: Logger;
  private db: Kysely<Schema> | undefined;
  /** The same as `db` on SQLite. */
  private writer: Kysely<Schema> | undefined;
  private queue: CommitQueue | undefined;
  private removeOwner: (() => void) | undefined;
  private sqlite: OpenedSqlite['raw'] | undefined;
  private upkeep: SqliteUpkeep | undefined;
  dialect: Dialect = 'sqlite';
  /** Rows that the log has told of. */
  private readonly unreadable = new Set<string>();
  /** The last write that did not fit, until there is room again. */
  private refused: { reason: string; at: number } | undefined;
  /** What was found to be damaged, until a look finds nothing. */
  private damage: string | undefined;
  private fileNumber: number | undefined;

  constructor(
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('storage');
  }

  async open(): Promise<void> {
    const url = this.config.env.get('OPENCLAW_DATABASE_URL');
    this.dialect = url ? 'postgres' : 'sqlite';
    const { read, write } = url ? await openPostgres(url, this.log) : this.openSqlite();
    this.db = read;
    this.writer = write;
    this.queue = new CommitQueue(
      write,
      this.dialect,
      Failpoints.from((name) => this.config.env.get(name)),
    );
    try {
      if (this.dialect === 'sqlite') await this.keepBefore(write);
      const report = await migrateUp(write as unknown as Kysely<never>, this.dialect);
      if (report.applied.length > 0)
        this.log.info({ steps: report.applied.length, newest: report.applied.at(-1) }, 'database schema updated');
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { db, writer } = this;
    this.queue?.stop();
    this.db = undefined;
    this.writer = undefined;
    this.queue = undefined;
    this.sqlite = undefined;
    try {
      await this.upkeep?.stop();
      this.upkeep = undefined;
      if (writer !== db) await writer?.destroy();
      await db?.destroy();
    } finally {
      this.removeOwner?.();
      this.removeOwner = undefined;
    }
  }

  /** Query builder for reads. */
  get read(): Kysely<Schema> {
    if (!this.db) throw closed();
    return this.db;
  }

  /**
   * What rows of a table say. One that can't be read stands in no other's way: it is left out, and the log tells of it once.
   * @param idOf names a row for people
   */
  readable<R, T>(table: keyof Schema, rows: readonly R[], idOf: (row: R) => string, read: (row: R) => T): T[] {
    return rows.flatMap((row): T[] => {
      try {
        return [read(row)];
      } catch (error) {
        const id = idOf(row);
        if (this.unreadable.size < MOST_TOLD && !this.unreadable.has(`${table} ${id}`)) {
          this.unreadable.add(`${table} ${id}`);
          this.log.error({ table, row: id, error: messageOf(error) }, 'a stored row can not be read and is left out');
        }
        return [];
      }
    });
  }

  /**
   * Runs a write transaction; resolves after it is on disk.
   * @param label names the write for failpoints and logs
   * @throws LeaseLostError where `under` names a lease that has passed to another process
   */
  write<T>(label: string, write: Write<T>, { under, ends = false }: WriteOptions = {}): Promise<T> {
    if (!this.queue) return Promise.reject(closed());
    const guarded: Write<T> = under
      ? async (transaction) => {
          await (ends ? endLeaseIn(transaction, under) : requireLeaseIn(transaction, under, this.dialect));
          return write(transaction);
        }
      : write;
    const done = this.queue.run(label, guarded);
    this.upkeep?.written();
    void done.then(
      () => this.noteRoom(),
      (error: unknown) => this.noteRefusal(error),
    );
    return done;
  }

  /** Why not everything can be stored; undefined while there is room. */
  get fullBecause(): string | undefined {
    return this.refused?.reason;
  }

  /** What is damaged in the database, as far as it was come upon; asks the file, and reads only its beginning. */
  get brokenBecause(): string | undefined {
    return this.damage ?? (this.sqlite && fileFault(this.sqliteFile, this.fileNumber));
  }

  private noteRefusal(error: unknown): void {
    if (this.dialect === 'sqlite' && sqliteFaultOf(error) === 'unreadable')
      this.damage = `${this.sqliteFile} is damaged: ${messageOf(error)}`;
    if (!(error instanceof DatabaseFullError)) return;
    const reason = `${error.message} (${this.location})`;
    if (!this.refused) this.log.error({}, `${reason}; what came in waits, and so does what was to be stored`);
    this.refused = { reason, at: performance.now() };
  }

  private noteRoom(): void {
    if (!this.refused || performance.now() - this.refused.at < ROOM_MS) return;
    this.refused = undefined;
    this.log.info({}, 'the database has room again');
  }

  /**
   * Removes rows, some at a time: each transaction is repeated until it changes nothing any more. On SQLite a thread does it.
   * @returns how many rows each of them changed
   */
  async sweep(sweeps: readonly { label: string; statements: readonly RawBuilder<unknown>[] }[]): Promise<number[]> {
    if (this.upkeep) {
      const compiled = sweeps.map(({ statements }) => statements.map((each) => each.compile(this.read)));
      return this.upkeep.sweep(
        compiled.map((each) => each.map(({ sql: text, parameters }) => ({ sql: text, parameters }))),
      );
    }
    const removed: number[] = [];
    for (const { label, statements } of sweeps) {
      let total = 0;
      for (let changed = -1; changed !== 0; total += changed) {
        changed = await this.write(label, async (transaction) => {
          let rows = 0;
          for (const statement of statements)
            rows += Number((await statement.execute(transaction)).numAffectedRows ?? 0);
          return rows;
        });
      }
      removed.push(total);
    }
    return removed;
  }

  /** Where the data lives, for people: a path, or host and database without credentials. */
  get location(): string {
    const url = this.config.env.get('OPENCLAW_DATABASE_URL');
    if (!url) return this.sqliteFile;
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
  }

  /** Writes a consistent copy of the SQLite database while it is in use. @throws OpenclawError STORAGE_CLOSED */
  async snapshot(to: string): Promise<void> {
    if (!this.sqlite) throw closed();
    preparePrivateFile(to);
    await this.sqlite.copyTo(to);
  }

  /** Whether the database is sound; the first fault where it is not. */
  async integrity(): Promise<string> {
    if (this.dialect === 'postgres') return this.ping().then(() => 'ok');
    const result = this.upkeep
      ? await this.upkeep.integrity()
      : String(this.sqlite?.pragmaValue('quick_check(1)') ?? 'closed');
    this.damage = result === 'ok' ? undefined : `${this.sqliteFile} is damaged: ${result}`;
    return result;
  }

  /** Bytes of the database, and of SQLite's write-ahead log. */
  async sizes(): Promise<{ main: number; wal?: number }> {
    if (this.dialect === 'postgres') {
      const { rows } = await sql<{ n: string }>`select pg_database_size(current_database()) as n`.execute(this.read);
      return { main: Number(rows[0]?.n ?? 0) };
    }
    const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    return { main: sizeOf(this.sqliteFile), wal: sizeOf(`${this.sqliteFile}-wal`) };
  }

  /** Round trip to the database; rejects when it does not answer. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.read);
  }

  /** A copy of a database that is about to be changed for good; the last three are kept. */
  private async keepBefore(db: Kysely<Schema>): Promise<void> {
    const pending = await pendingMigrations(db as unknown as Kysely<never>);
    const [first] = pending.names;
    if (first === undefined || pending.isNew) return;
    const folder = join(this.config.stateDir, 'backups');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `before-${first}-${Date.now()}.sqlite`);
    await this.snapshot(path);
    chmodSync(path, 0o600);
    const kept = readdirSync(folder)
      .filter((name) => name.startsWith('before-'))
      .sort((a, b) => Number(/(\d+)\.sqlite$/.exec(b)?.[1]) - Number(/(\d+)\.sqlite$/.exec(a)?.[1]));
    for (const name of kept.slice(KEPT_BEFORE)) rmSync(join(folder, name), { force: true });
    this.log.info({ path }, 'kept a copy of the database before its schema changes');
  }

  private get sqliteFile(): string {
    return sqlitePath(this.config.stateDir);
  }

  private openSqlite(): { read: Kysely<Schema>; write: Kysely<Schema> } {
    const ownerFile = `${this.sqliteFile}.owner`;
    const database = openSqlite(this.sqliteFile, ownerFile);
    this.sqlite = database.raw;
    this.fileNumber = fileNumber(this.sqliteFile);
    if (database.isShared) this.upkeep = new SqliteUpkeep(this.sqliteFile, this.log);
    // The operating system's lock decides; the file only tells people who holds it.
    try {
      this.removeOwner = noteOwner(ownerFile);
    } catch (error) {
      this.log.warn({ error: messageOf(error) }, 'owner file not written');
    }
    const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
    return { read: db, write: db };
  }
}

const closed = (): OpenclawError =>
  new OpenclawError('STORAGE_CLOSED', 'the database is not open', { retryAfterMs: 500 });
