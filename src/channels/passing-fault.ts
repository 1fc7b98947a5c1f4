import { OpenclawError } from '../common/openclaw-error';
import { isPassingFault } from '../storage/storage-fault';

/** Codes of our own that say: not now. */
const NOT_NOW = ['DRAINING', 'INTAKE_PAUSED', 'STORAGE_CLOSED', 'STORAGE_BUSY', 'STORAGE_UNREACHABLE', 'LEASE_LOST'];
/** Names that errors of deadlines and of somebody's stopping have. */
const CUT_SHORT = ['AbortError', 'TimeoutError'];
const DEEPEST = 5;

/**
 * Whether a failure to take an update is that of the database, the network or the moment, so that the same update may go
 * well later; otherwise it is the update's own, and will fail again.
 */
export function goesBy(error: unknown): boolean {
  let each: unknown = error;
  for (let depth = 0; depth < DEEPEST && each instanceof Error; depth++, each = each.cause) {
    if (isPassingFault(each) || CUT_SHORT.includes(each.name)) return true;
    if (each instanceof OpenclawError && NOT_NOW.includes(each.code)) return true;
    const { code, syscall, status, statusCode, response } = each as Error & Record<string, unknown>;
    // Of the operating system, of the HTTP client, of an API that was asked meanwhile.
    if (typeof syscall === 'string' || (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+|slack_\w+)$/.test(code)))
      return true;
    if (typeof status === 'number' || typeof statusCode === 'number' || response !== undefined) return true;
  }
  return false;
}
