import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type SqliteDatabase, type SqliteStatement } from 'kysely';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import { readLockOwner } from '../common/lock-file';
import { LARGE_PAGE_CACHE, SqliteFile, type SqliteFileStatement, sqliteFaultOf } from './sqlite-file';

const MAX_CACHED_STATEMENTS = 400;

/** Pages of the log that the connection itself moves into the database where no thread can do it. */
const CHECKPOINT_PAGES = 4000;
/** The same where a thread does it: only if that one lags. */
const LATE_CHECKPOINT_PAGES = 8000;
/** Bytes of an emptied log that stay on the disk for the next one. */
const KEPT_LOG_BYTES = 4 * 1024 * 1024;
/** Milliseconds for which opening the file waits for somebody who writes into it with another program. */
const BUSY_MS = 1000;

export interface OpenedSqlite extends SqliteDatabase {
  raw: SqliteFile;
  /** Whether a thread of this process may open the file as well. */
  isShared: boolean;
}

/**
 * Opens the SQLite file as its only writer. An exclusive lock on an empty file beside it is held by the operating
 * system, so it is free again the moment the process ends, however it ends. The database itself stays open to readers
 * and to this process's threads; where the file system has no shared memory, it is locked as well.
 * @throws OpenclawError STORAGE_LOCKED naming the process that holds the file.
 */
export function openSqlite(file: string, ownerFile: string): OpenedSqlite {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite gives its side files the mode of the database.
  for (const name of [file, `${file}.guard`]) closeSync(openSync(name, 'a', 0o600));
  const guard = new SqliteFile(`${file}.guard`, { timeoutMs: 0 });
  let opened: { raw: SqliteFile; isShared: boolean };
  try {
    guard.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    opened = connect(file);
  } catch (cause) {
    guard.close();
    throw explain(cause, file, ownerFile);
  }
  const { raw, isShared } = opened;
  const statements = new Map<string, SqliteStatement>();
  return {
    raw,
    isShared,
    close: () => {
      statements.clear();
      raw.close();
      guard.close();
    },
    prepare: (text: string): SqliteStatement => {
      let statement = statements.get(text);
      if (statement) statements.delete(text);
      else statement = statementOf(raw.prepare(text));
      statements.set(text, statement);
      if (statements.size > MAX_CACHED_STATEMENTS) statements.delete(statements.keys().next().value ?? '');
      return statement;
    },
  };
}

/** The statement as the query builder wants it. */
function statementOf(statement: SqliteFileStatement): SqliteStatement {
  return {
    reader: statement.isReader,
    all: (values) => statement.all(...values),
    run: (values) => statement.run(...values),
    iterate: (values) => statement.iterate(...values),
  };
}

function connect(file: string): { raw: SqliteFile; isShared: boolean } {
  try {
    return { raw: connectAs(file, true), isShared: true };
  } catch (error) {
    if (!['no-shared-memory', 'cannot-open'].includes(sqliteFaultOf(error))) throw error;
  }
  return { raw: connectAs(file, false), isShared: false };
}

function connectAs(file: string, isShared: boolean): SqliteFile {
  const raw = new SqliteFile(file, { timeoutMs: BUSY_MS });
  try {
    raw.pragma(`locking_mode = ${isShared ? 'NORMAL' : 'EXCLUSIVE'}`);
    raw.pragma('journal_mode = WAL');
    raw.pragma('synchronous = FULL');
    raw.pragma('foreign_keys = ON');
    raw.pragma(LARGE_PAGE_CACHE);
    raw.pragma(`journal_size_limit = ${KEPT_LOG_BYTES}`);
    raw.pragma(`wal_autocheckpoint = ${isShared ? LATE_CHECKPOINT_PAGES : CHECKPOINT_PAGES}`);
    raw.exec('BEGIN IMMEDIATE; COMMIT;');
    // From here on nobody waits inside of a statement, where everything would stand still: the queue of writes does.
    raw.pragma('busy_timeout = 0');
    return raw;
  } catch (error) {
    raw.close();
    throw error;
  }
}

function explain(cause: unknown, file: string, ownerFile: string): OpenclawError {
  const fault = sqliteFaultOf(cause);
  if (fault === 'busy') {
    const owner = readLockOwner(ownerFile);
    const who = owner ? `process ${owner.pid}${owner.command ? ` (${owner.command})` : ''}` : 'another process';
    return new OpenclawError(
      'STORAGE_LOCKED',
      `${file} is in use by ${who}; stop it${owner ? ` (kill ${owner.pid})` : ''} or choose another OPENCLAW_STATE_DIR`,
      { cause, exitCode: ExitCode.failed },
    );
  }
  if (fault === 'unreadable') {
    return new OpenclawError(
      'STORAGE_UNREADABLE',
      `${file} is no readable database (${(cause as Error).message}); move it aside and restore a backup, nothing was changed`,
      { cause, exitCode: ExitCode.failed },
    );
  }
  return new OpenclawError('STORAGE_OPEN_FAILED', `${file} can't be opened: ${(cause as Error).message}`, {
    cause,
    exitCode: ExitCode.failed,
  });
}
