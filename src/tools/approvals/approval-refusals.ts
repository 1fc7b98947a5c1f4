import { invalidRequest } from '../../rpc/rpc-error';
import type { ApprovalDecision } from './approval-decision';
import { type ApprovalRequest, choicesOf } from './approval-request';

/** @throws RpcError when the answer is not among those offered */
export function requireOffered(request: ApprovalRequest, decision: ApprovalDecision): void {
  if (choicesOf(request).includes(decision)) return;
  // For other calls than commands, "always" of older clients means this conversation.
  if (decision === 'allow-always' && request.kind === 'tool' && request.canAlways) return;
  throw invalidRequest(
    request.kind === 'exec'
      ? "this command can be allowed once only: it starts a shell, an interpreter or a wrapper, or can't be analysed"
      : 'this can be allowed once only',
    { details: { code: 'APPROVAL_CHOICE', choices: choicesOf(request) } },
  );
}

/** @throws RpcError where an answer that writes no rule is to end with one */
export function requireRule({ kind }: ApprovalRequest, decision: ApprovalDecision): void {
  if (decision === 'allow-always' && kind === 'exec') return;
  throw invalidRequest(
    `grantExpiresInDays: only a rule has an end, and ${decision} of ${kind === 'exec' ? 'a command' : 'this'} writes none; leave it out${kind === 'exec' ? ', or answer allow-always' : ': what is allowed for a conversation ends with it, or by approval.revoke'}`,
    { details: { code: 'APPROVAL_NO_RULE' } },
  );
}

export const refused = (code: string, id: string, why: string): Error =>
  invalidRequest(`unknown approval id: ${why}`, { details: { code, id } });
