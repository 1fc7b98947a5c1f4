import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { ApprovalTable } from '../../storage/schema';
import type { ApprovalDecision } from './approval-decision';
import { type ApprovalRequest, choicesOf, together } from './approval-request';
import type { AskedApproval } from './approval-text';

export type ApprovalRow = Selectable<ApprovalTable>;

/** A question that waits for its answer: about one call, or about several calls of one step of a turn. */
export interface PendingApproval extends AskedApproval {
  /** Of everything that will be used; whoever answers may name it, so that the answer is to what was shown. */
  hash: string;
  /** Answers that may be given. */
  choices: ApprovalDecision[];
  /** The calls of a common question that are not decided yet; each can be answered by its own id as well. */
  calls?: PendingApproval[];
}

/** SHA-256 over everything an approval covers. */
export const fingerprintOf = (...facts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex');

/** Hash of a common question: of exactly the calls that it is about. */
export const hashOf = (calls: readonly PendingApproval[]): string =>
  fingerprintOf(calls.map(({ id, hash }) => [id, hash]));

/** Open questions in the order in which they were asked; calls that were asked for together are one. */
export function questionsOf(rows: readonly ApprovalRow[]): PendingApproval[] {
  const questions = new Map<string, [ApprovalRow, ...ApprovalRow[]]>();
  for (const row of rows) {
    const known = questions.get(row.question_id ?? row.id);
    if (known) known.push(row);
    else questions.set(row.question_id ?? row.id, [row]);
  }
  return [...questions].map(([id, of]) => (of[0].question_id === null ? pendingOf(of[0]) : pendingTogether(id, of)));
}

/** The question about one call. */
export function pendingOf({ id, request: text, created_at, expires_at, fingerprint }: ApprovalRow): PendingApproval {
  const request = JSON.parse(text) as ApprovalRequest;
  const [createdAtMs, expiresAtMs] = [Number(created_at), Number(expires_at)];
  return { id, request, createdAtMs, expiresAtMs, hash: fingerprint ?? '', choices: choicesOf(request) };
}

/** One question about several calls. */
export function pendingTogether(id: string, rows: readonly [ApprovalRow, ...ApprovalRow[]]): PendingApproval {
  const calls = rows.map(pendingOf);
  const [{ createdAtMs, expiresAtMs }] = calls as [PendingApproval];
  const request = together(calls.map((call) => call.request) as [ApprovalRequest, ...ApprovalRequest[]]);
  return {
    id,
    request,
    createdAtMs,
    expiresAtMs,
    hash: hashOf(calls),
    choices: choicesOf(request),
    calls,
  };
}

/** A call that was asked for and has its answer. */
export interface EndedApproval extends AskedApproval {
  /** `used`: it has run by this answer; `decided`: it was answered; `expired`: nobody answered, which is a no. */
  state: string;
  decision: string | null;
  /** Who answered; null where nobody did. */
  resolvedBy: string | null;
  decidedAtMs: number | null;
  /** Question that several calls of one step had in common. */
  questionId?: string;
}

export function endedOf(row: ApprovalRow): EndedApproval {
  const { id, request, createdAtMs, expiresAtMs } = pendingOf(row);
  return {
    id,
    request,
    createdAtMs,
    expiresAtMs,
    state: row.state,
    decision: row.decision,
    resolvedBy: row.resolved_by,
    decidedAtMs: row.decided_at === null ? null : Number(row.decided_at),
    ...(row.question_id === null ? {} : { questionId: row.question_id }),
  };
}
