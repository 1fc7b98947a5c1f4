import { shortId } from '../../common/short-id';
import type { ToolContext } from '../agent-tool';
import { type ApprovalDecision, isPermission } from './approval-decision';
import type { ApprovalRequest } from './approval-request';
import type { ApprovalRow } from './pending-approval';

export type ApprovalOutcome =
  { decision: ApprovalDecision; by?: string; reason?: string } | { decision: 'timeout' } | { decision: 'aborted' };

/** What comes with an answer. */
export interface AnswerFacts {
  /** With a no: why not. */
  reason?: string;
  /** Of the question that was shown. */
  hash?: string;
  /** It was shown in a chat, which has less room. */
  inChat?: boolean;
  /** How long the rule holds that it writes. */
  forDays?: number;
}

/** Lets whoever watches the call know what it waits for. */
export function tellWaiting(
  { id, question_id, expires_at }: ApprovalRow,
  { update }: Pick<ToolContext, 'update'>,
): void {
  update({
    content: [{ type: 'text', text: 'waiting for approval' }],
    details: {
      status: 'approval-pending',
      approvalId: question_id ?? id,
      slug: shortId(question_id ?? id),
      expiresAtMs: Number(expires_at),
    },
  });
}

/** How a row that is open no more has ended. */
export function endOf({ state, decision, request }: ApprovalRow): ApprovalOutcome {
  if (state === 'expired') return { decision: 'timeout' };
  const { refusal } = JSON.parse(request) as ApprovalRequest;
  return {
    decision: isPermission(decision) ? decision : 'deny',
    ...(refusal === undefined ? {} : { reason: refusal }),
  };
}
