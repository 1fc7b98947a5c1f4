import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type SqliteDatabase, type SqliteStatement } from 'kysely';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError } from '../common/openclaw-error';
import { readLockOwner } from '../common/lock-file';

const MAX_CACHED_STATEMENTS = 400;

/**
 * Opens the SQLite file as its only writer. `locking_mode=EXCLUSIVE` makes the operating system hold the lock, so it
 * is free again the moment the process ends, however it ends.
 * @throws OpenclawError STORAGE_LOCKED naming the process that holds the file.
 */
export function openSqlite(file: string, ownerFile: string): SqliteDatabase & { raw: Database.Database } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite gives its side files the mode of the database.
  closeSync(openSync(file, 'a', 0o600));
  const raw = new Database(file, { timeout: 0 });
  try {
    raw.pragma('locking_mode = EXCLUSIVE');
    raw.pragma('journal_mode = WAL');
    raw.pragma('synchronous = FULL');
    raw.pragma('foreign_keys = ON');
    raw.pragma('wal_autocheckpoint = 4000');
    raw.exec('BEGIN IMMEDIATE; COMMIT;');
  } catch (cause) {
    raw.close();
    throw explain(cause, file, ownerFile);
  }
  const statements = new Map<string, Database.Statement>();
  return {
    raw,
    close: () => {
      statements.clear();
      raw.close();
    },
    prepare: (text: string): SqliteStatement => {
      let statement = statements.get(text);
      if (statement) statements.delete(text);
      else statement = raw.prepare(text);
      statements.set(text, statement);
      if (statements.size > MAX_CACHED_STATEMENTS) statements.delete(statements.keys().next().value ?? '');
      return statement as unknown as SqliteStatement;
    },
  };
}

function explain(cause: unknown, file: string, ownerFile: string): OpenclawError {
  const code = (cause as { code?: string }).code ?? '';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    const owner = readLockOwner(ownerFile);
    const who = owner ? `process ${owner.pid}${owner.command ? ` (${owner.command})` : ''}` : 'another process';
    return new OpenclawError(
      'STORAGE_LOCKED',
      `${file} is in use by ${who}; stop it${owner ? ` (kill ${owner.pid})` : ''} or choose another OPENCLAW_STATE_DIR`,
      { cause, exitCode: ExitCode.failed },
    );
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new OpenclawError(
      'STORAGE_UNREADABLE',
      `${file} is no readable database (${code}); move it aside and restore a backup, nothing was changed`,
      { cause, exitCode: ExitCode.failed },
    );
  }
  return new OpenclawError('STORAGE_OPEN_FAILED', `${file} can't be opened: ${(cause as Error).message}`, {
    cause,
    exitCode: ExitCode.failed,
  });
}
