import { OpenclawError } from '../common/openclaw-error';
import { ConnectionLostError } from './postgres-connection';
import { sqliteFaultOf } from './sqlite-file';

/** SQLSTATE classes of faults that are the server's and go by: conflicts, resources, operators, the system below it. */
const PASSING_CLASSES = ['40', '53', '57', '58'];
/** Read-only: the server is about to hand over to another one. */
const READ_ONLY = '25006';
const DISK_FULL = '53100';
const PASSING_SQLITE = ['busy', 'full', 'io'];

/** Another program writes into the file. */
export class DatabaseBusyError extends OpenclawError {
  constructor(cause: Error) {
    super('STORAGE_BUSY', `another program writes into the database: ${cause.message}`, { cause, retryAfterMs: 1000 });
  }
}

/** There is no room for what was to be stored; nothing of it was. */
export class DatabaseFullError extends OpenclawError {
  constructor(cause: Error) {
    super('STORAGE_FULL', `the database has no room: ${cause.message}; make room on its disk`, {
      cause,
      retryAfterMs: 5000,
    });
  }
}

/** Whether a refusal is for want of room on the disk. */
export const isForRoom = (error: unknown): boolean =>
  sqliteFaultOf(error) === 'full' || (error as { code?: unknown } | null)?.code === DISK_FULL;

/** Faults after which SQLite may have taken back all of a transaction by itself, not the failed statement alone. */
export const endsTransaction = (error: unknown): boolean => ['full', 'io'].includes(sqliteFaultOf(error));

/** Whether the same write may go well later on: the database is away, busy or has no room; the write itself is sound. */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true;
  if (error instanceof DatabaseBusyError || error instanceof DatabaseFullError) return true;
  if (PASSING_SQLITE.includes(sqliteFaultOf(error))) return true;
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  if (typeof code !== 'string' || severity === undefined) return false;
  return code === READ_ONLY || PASSING_CLASSES.includes(code.slice(0, 2));
}
