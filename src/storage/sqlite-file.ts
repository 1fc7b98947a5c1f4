import { existsSync } from 'node:fs';
import type * as Sqlite from '@photostructure/sqlite';

type Driver = Pick<typeof Sqlite, 'DatabaseSync' | 'backup'>;
type Row = Record<string, unknown>;

export interface SqliteFileOptions {
  /** Never writes, and fails where there is no file. */
  readOnly?: boolean;
  /** Fails where there is no file instead of making one. */
  mustExist?: boolean;
  /** Milliseconds for which a lock of somebody else is waited for; 5000 by default. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 5000;
/** For connections that read much: at most 16 MB of pages are kept. Locks the file for an instant. */
export const LARGE_PAGE_CACHE = 'cache_size = -16000';

/** A prepared statement. Values are bound to `?` in order: strings, numbers, bigints, bytes and null. */
export class SqliteFileStatement {
  private readonly columns: readonly string[];

  constructor(private readonly statement: Sqlite.StatementSyncInstance) {
    this.columns = statement.columns().map(({ name }) => name);
    // The bindings make an object for each row more slowly than this class does.
    if (this.isReader) statement.setReturnArrays(true);
  }

  /** Whether it returns rows. */
  get isReader(): boolean {
    return this.columns.length > 0;
  }

  all(...values: unknown[]): unknown[] {
    return (this.statement.all(...(values as never[])) as unknown[][]).map((cells) => this.row(cells));
  }

  get(...values: unknown[]): unknown {
    const cells = this.statement.get(...(values as never[])) as unknown[] | undefined;
    return cells && this.row(cells);
  }

  run(...values: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.statement.run(...(values as never[]));
  }

  *iterate(...values: unknown[]): IterableIterator<unknown> {
    for (const cells of this.statement.iterate(...(values as never[]))) yield this.row(cells as unknown as unknown[]);
  }

  private row(cells: readonly unknown[]): Row {
    const row: Row = {};
    const { columns } = this;
    for (let index = 0; index < columns.length; index++) row[columns[index]!] = cells[index];
    return row;
  }
}

/** What went wrong, by the primary result code of SQLite (https://sqlite.org/rescode.html). */
export type SqliteFault = 'busy' | 'unreadable' | 'cannot-open' | 'no-shared-memory' | 'full' | 'io' | 'other';

/**
 * A SQLite database, opened by this class only. Node's own binding does the work where Node has one; Node 20 and early
 * releases of 22 get the same interface from a package that carries its binaries with it (docs/decisions/0020).
 */
export class SqliteFile {
  private readonly db: Sqlite.DatabaseSyncInstance;

  /** @throws Error of SQLite; {@link sqliteFaultOf} says which kind it is. */
  constructor(
    readonly path: string,
    { readOnly = false, mustExist = readOnly, timeoutMs = TIMEOUT_MS }: SqliteFileOptions = {},
  ) {
    if (mustExist && !existsSync(path)) throw new Error(`there is no database ${path}`);
    this.db = new (driver().DatabaseSync)(path, { readOnly, timeout: timeoutMs });
  }

  prepare(sql: string): SqliteFileStatement {
    return new SqliteFileStatement(this.db.prepare(sql));
  }

  /** Runs any number of statements that return nothing. */
  exec(sql: string): void {
    this.db.exec(sql);
  }

  /** Rows of a pragma, e.g. `wal_checkpoint(PASSIVE)`. */
  pragma(text: string): Row[] {
    return this.prepare(`pragma ${text}`).all() as Row[];
  }

  /** First value of the first row of a pragma. */
  pragmaValue(text: string): unknown {
    return Object.values(this.pragma(text)[0] ?? {})[0];
  }

  /** Runs the function in a transaction: all of it is done, or nothing. */
  transaction<T>(work: () => T): T {
    this.db.exec('begin');
    try {
      const result = work();
      this.db.exec('commit');
      return result;
    } catch (error) {
      // Some errors (a full disk) have ended the transaction already; the cause is what counts.
      if (this.db.isTransaction) this.db.exec('rollback');
      throw error;
    }
  }

  /** Writes a consistent copy while the database is in use. */
  async copyTo(path: string): Promise<void> {
    await driver().backup(this.db, path);
  }

  close(): void {
    this.db.close();
  }
}

/** Reads the result code that the bindings put into their errors. */
export function sqliteFaultOf(error: unknown): SqliteFault {
  const extended = (error as { errcode?: unknown } | null)?.errcode;
  if (typeof extended !== 'number') return 'other';
  const [primary, detail] = [extended & 0xff, extended >> 8];
  if (primary === RESULT.busy || primary === RESULT.locked) return 'busy';
  if (primary === RESULT.corrupt || primary === RESULT.notADatabase) return 'unreadable';
  if (primary === RESULT.cannotOpen) return 'cannot-open';
  if (primary === RESULT.full) return 'full';
  if (primary === RESULT.ioError) return SHARED_MEMORY.includes(detail) ? 'no-shared-memory' : 'io';
  return 'other';
}

const RESULT = { busy: 5, locked: 6, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };
/** Details of an I/O error: SHMOPEN, SHMSIZE, SHMLOCK, SHMMAP. */
const SHARED_MEMORY = [18, 19, 20, 21];

let loaded: Driver | undefined;

function driver(): Driver {
  loaded ??= builtIn() ?? packaged();
  return loaded;
}

/** Node's own binding; undefined where it is missing or can't copy a database yet (before 22.16). */
function builtIn(): Driver | undefined {
  const { emitWarning } = process;
  // Node 22 calls the module experimental with each start; nobody who reads the log can do anything about that.
  process.emitWarning = () => undefined;
  try {
    const found = process.getBuiltinModule('node:sqlite') as unknown as Driver | undefined;
    return typeof found?.backup === 'function' ? found : undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function packaged(): Driver {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where Node has no binding of its own
  return require('@photostructure/sqlite') as Driver;
}
