import { cutText } from '../../common/cut-text';
import type { ApprovalDecision } from './approval-decision';
import { factsOf } from './approval-request';
import type { EndedApproval, PendingApproval } from './pending-approval';

/** Answers that clients of protocol 4 know. */
const KNOWN: readonly ApprovalDecision[] = ['allow-once', 'allow-always', 'deny'];
const MOST_TITLE = 80;
const MOST_DESCRIPTION = 512;
const MOST_DETAIL = 16_384;
/** Where the page shows what waits, below its own address. */
const PAGE = '/permissions';

/** A question and what became of it, as clients of protocol 4 read it. Times in milliseconds since 1970. */
export interface ApprovalSnapshot {
  id: string;
  urlPath: string;
  createdAtMs: number;
  expiresAtMs: number;
  presentation: Record<string, unknown>;
  status: 'pending' | 'allowed' | 'denied' | 'expired';
  sourceSessionKey?: string;
  decision?: 'allow-once' | 'allow-always' | 'deny';
  /** Why it has ended so. */
  reason?: 'user' | 'timeout';
  resolvedAtMs?: number;
  source?: { agentId: string; sessionKey: string };
}

/** Of a question that waits. */
export function pendingSnapshot(asked: PendingApproval): ApprovalSnapshot {
  return { ...common(asked), status: 'pending', sourceSessionKey: asked.request.sessionKey };
}

/** Of one that has its answer, or had its time. */
export function endedSnapshot(ended: EndedApproval, asked: PendingApproval): ApprovalSnapshot {
  const { agentId, sessionKey } = ended.request;
  const end = {
    resolvedAtMs: ended.decidedAtMs ?? ended.expiresAtMs,
    source: { agentId, sessionKey },
  };
  if (ended.state === 'expired' || ended.state === 'pending')
    return { ...common(asked), ...end, status: 'expired', reason: 'timeout' };
  if (ended.decision === 'deny')
    return { ...common(asked), ...end, status: 'denied', decision: 'deny', reason: 'user' };
  // What holds for a conversation holds for more than the one call.
  const decision = ended.decision === 'allow-once' ? 'allow-once' : 'allow-always';
  return { ...common(asked), ...end, status: 'allowed', decision, reason: 'user' };
}

/** In short: what waits, and how it may be answered. */
export function pendingCommand(asked: PendingApproval): Record<string, unknown> {
  const { command, host, agentId } = asked.request;
  return {
    id: asked.id,
    commandText: command,
    commandPreview: null,
    allowedDecisions: decisionsOf(asked),
    host,
    nodeId: null,
    agentId,
    expiresAtMs: asked.expiresAtMs,
  };
}

const decisionsOf = ({ choices }: PendingApproval): ApprovalDecision[] =>
  KNOWN.filter((decision) => choices.includes(decision));

function common(
  asked: PendingApproval,
): Pick<ApprovalSnapshot, 'id' | 'urlPath' | 'createdAtMs' | 'expiresAtMs' | 'presentation'> {
  const { id, createdAtMs, expiresAtMs, request } = asked;
  const { kind, command, host, agentId, reason, tool } = request;
  const shared = { agentId, allowedDecisions: decisionsOf(asked) };
  return {
    id,
    urlPath: PAGE,
    createdAtMs,
    expiresAtMs,
    presentation:
      kind === 'exec'
        ? { kind, commandText: command, warningText: reason, host, ...shared }
        : {
            kind: 'plugin',
            title: cutText(tool, MOST_TITLE),
            description: cutText(reason, MOST_DESCRIPTION),
            detail: cutText(
              factsOf(request)
                .map(({ label, text }) => `${label}: ${text}`)
                .join('\n'),
              MOST_DETAIL,
            ),
            severity: 'warning',
            toolName: tool,
            ...shared,
          },
  };
}
