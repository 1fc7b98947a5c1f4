import { createHash } from 'node:crypto';
import { OpenclawError } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { type ApprovalsFile, type ApprovalsFileOf, rulesInWords } from './exec-approvals-file';

/** The rules of a machine as clients see them. */
export interface ShownApprovals {
  path: string;
  exists: boolean;
  /** Of the file's text; of an empty one where there is no file. Sent back as `baseHash` with new rules. */
  hash: string;
  /** The token of a program that listens is left out. */
  file: ApprovalsFile;
  /** Each rule of each list in words, in the order of the list. */
  rules: Record<string, string[]>;
  warnings: string[];
}

/** @throws OpenclawError EXEC_APPROVALS_UNREADABLE */
export function showApprovals(rules: ApprovalsFileOf): ShownApprovals {
  const hash = rules.hash();
  const file = rules.read();
  return {
    path: rules.path,
    exists: hash !== null,
    hash: hash ?? NO_FILE,
    file: withoutToken(file),
    rules: rulesInWords(file),
    warnings: rules.warnings(),
  };
}

const NO_FILE = createHash('sha256').update('').digest('hex');

/**
 * Replaces the rules by what a client sends. What was left out when they were shown stays as it is.
 * @throws OpenclawError EXEC_APPROVALS_INVALID, EXEC_APPROVALS_UNREAD, EXEC_APPROVALS_CHANGED, EXEC_APPROVALS_UNREADABLE
 */
export function replaceApprovals(
  rules: ApprovalsFileOf,
  file: Readonly<Record<string, unknown>>,
  baseHash: string | null | undefined,
): ShownApprovals {
  if (file['version'] !== 1)
    throw new OpenclawError(
      'EXEC_APPROVALS_INVALID',
      `invalid exec.approvals.set params: file.version must be 1, got ${JSON.stringify(file['version'])}`,
    );
  if (rules.hash() !== null && baseHash === undefined)
    throw new OpenclawError(
      'EXEC_APPROVALS_UNREAD',
      'exec approvals base hash required; call exec.approvals.get and send its hash as baseHash',
    );
  rules.replace(withStoredToken(rules, file as ApprovalsFile), baseHash === NO_FILE ? null : (baseHash ?? null));
  return showApprovals(rules);
}

function withStoredToken(rules: ApprovalsFileOf, file: ApprovalsFile): ApprovalsFile {
  const { socket: stored } = rules.read();
  const { socket } = file;
  if (!isPlainObject(stored) || !isPlainObject(socket) || socket['token'] !== undefined) return file;
  return { ...file, socket: { ...socket, ...(stored['token'] === undefined ? {} : { token: stored['token'] }) } };
}

function withoutToken(file: ApprovalsFile): ApprovalsFile {
  const { socket, ...rest } = file;
  const whole = { defaults: {}, agents: {}, ...rest };
  if (!isPlainObject(socket)) return whole;
  const { token: _, ...shown } = socket;
  return { ...whole, socket: shown };
}
