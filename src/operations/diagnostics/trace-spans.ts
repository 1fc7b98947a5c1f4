import type { Selectable } from 'kysely';
import { cutText } from '../../common/cut-text';
import type { ApprovalTable, InboxTable, OutboxTable, TurnStepTable, TurnTable } from '../../storage/schema';
import type { TraceSpan } from './trace-facts';

const MAX_DETAIL = 600;

export interface TraceRows {
  inbox: readonly Selectable<InboxTable>[];
  turn: Selectable<TurnTable> | undefined;
  steps: readonly Selectable<TurnStepTable>[];
  approvals: readonly Selectable<ApprovalTable>[];
  parts: readonly Selectable<OutboxTable>[];
}

/** The way of a message as stretches of time, in the order in which they began. */
export function spansOf({ inbox, turn, steps, approvals, parts }: TraceRows): TraceSpan[] {
  return [
    ...inbox.flatMap((row) => messageSpans(row, turn)),
    ...(turn ? [turnSpan(turn)] : []),
    ...steps.flatMap((step, index) => stepSpan(step, turn, index === steps.length - 1)),
    ...approvals.map(approvalSpan),
    ...parts.map(deliverySpan),
  ].sort((a, b) => a.startedAt - b.startedAt);
}

function messageSpans(row: Selectable<InboxTable>, turn: Selectable<TurnTable> | undefined): TraceSpan[] {
  const name = `${row.channel}/${row.account}`;
  const receivedAt = Number(row.received_at);
  const isOver = row.state === 'dropped' || row.state === 'quarantined' || (row.state === 'failed' && !turn);
  const message: TraceSpan = { kind: 'message', name, startedAt: receivedAt, endedAt: receivedAt, state: 'done' };
  if (isOver && !turn)
    return [
      {
        ...message,
        endedAt: Number(row.updated_at),
        state: row.state === 'dropped' ? 'done' : 'failed',
        ...(row.reason === null ? {} : { detail: row.reason }),
      },
    ];
  const began = turn && Number(turn.started_at);
  // A message that came while the turn went on joined it.
  if (began !== undefined && began < receivedAt) return [{ ...message, detail: 'joined the turn that went on' }];
  return [
    message,
    began === undefined
      ? { kind: 'wait', name: 'for its turn', startedAt: receivedAt, state: 'open' }
      : { kind: 'wait', name: 'for its turn', startedAt: receivedAt, endedAt: began, state: 'done' },
  ];
}

function turnSpan(turn: Selectable<TurnTable>): TraceSpan {
  const again = Number(turn.attempt) - 1;
  const said = [
    ...(turn.reason === null ? [] : [turn.reason]),
    ...(again > 0 ? [`picked up ${again === 1 ? 'once' : `${again} times`} after a crash`] : []),
  ];
  return {
    kind: turn.kind === 'command' ? 'command' : 'turn',
    name: turn.agent_id,
    startedAt: Number(turn.started_at),
    ...(turn.ended_at === null ? {} : { endedAt: Number(turn.ended_at) }),
    state: turn.ended_at === null ? 'open' : turn.outcome === 'failed' ? 'failed' : 'done',
    ...(said.length > 0 ? { detail: said.join('; ') } : {}),
  };
}

interface StepOutput {
  usage?: { input?: number; output?: number };
  isError?: boolean;
  content?: { type: string; text?: string }[];
}

function stepSpan(
  step: Selectable<TurnStepTable>,
  turn: Selectable<TurnTable> | undefined,
  isLast: boolean,
): TraceSpan[] {
  if (step.kind === 'steer') return [];
  const output = step.output === null ? undefined : (JSON.parse(step.output) as StepOutput);
  const isOpen = step.finished_at === null;
  const failedTurn = isOpen && isLast && turn?.outcome === 'failed';
  const state = isOpen
    ? failedTurn
      ? 'failed'
      : turn?.state === 'running' && isLast
        ? 'open'
        : 'cut off'
    : output?.isError
      ? 'failed'
      : 'done';
  const words = output?.isError ? (output.content ?? []).map(({ text }) => text ?? '').join('\n') : '';
  const detail = failedTurn ? (turn.reason ?? '') : cutText(words.trim(), MAX_DETAIL);
  return [
    {
      kind: step.kind,
      name: step.name,
      startedAt: Number(step.started_at),
      ...(isOpen
        ? failedTurn && turn.ended_at !== null
          ? { endedAt: Number(turn.ended_at) }
          : {}
        : { endedAt: Number(step.finished_at) }),
      state,
      ...(step.kind === 'model' && output?.usage
        ? { tokens: { input: output.usage.input ?? 0, output: output.usage.output ?? 0 } }
        : {}),
      ...(detail === '' ? {} : { detail }),
    },
  ];
}

function approvalSpan(row: Selectable<ApprovalTable>): TraceSpan {
  const { tool = '', reason = '' } = JSON.parse(row.request) as { tool?: string; reason?: string };
  const isOpen = row.state === 'pending';
  const isExpired = row.state === 'expired';
  const answer = isExpired
    ? 'nobody decided in time'
    : `${row.decision ?? 'deny'}${row.resolved_by ? ` by ${row.resolved_by}` : ''}`;
  const endedAt = row.decided_at ?? (isExpired ? row.expires_at : null);
  return {
    kind: 'approval',
    name: tool,
    startedAt: Number(row.created_at),
    ...(isOpen || endedAt === null ? {} : { endedAt: Number(endedAt) }),
    state: isOpen ? 'open' : isExpired || row.decision === 'deny' ? 'failed' : 'done',
    detail: isOpen ? reason : answer,
    id: row.id,
  };
}

function deliverySpan(part: Selectable<OutboxTable>): TraceSpan {
  const isGivenUp = part.state === 'failed' || part.state === 'uncertain';
  const isOver = isGivenUp || part.state === 'sent';
  const detail = part.error ?? (part.platform_id === null ? '' : `as message ${part.platform_id}`);
  return {
    kind: 'delivery',
    name: `${part.channel}/${part.account}`,
    startedAt: Number(part.created_at),
    ...(isOver ? { endedAt: Number(part.updated_at) } : {}),
    state: isGivenUp ? 'failed' : isOver ? 'done' : 'open',
    attempts: Number(part.attempts),
    ...(detail === '' ? {} : { detail: cutText(detail, MAX_DETAIL) }),
    id: part.id,
  };
}
