import type { Selectable } from 'kysely';
import { labelledContent } from '../../sessions/stored-labels';
import type { TurnStepTable, TurnTable } from '../../storage/schema';
import type { LabelledResult } from '../../tools/agent-tool';
import type { CommandOutput, ModelStepOutput, TurnOutcomeKind, TurnRecord, TurnRequest, TurnStep } from './turn-record';

/** Most turns answer one message, whose run they are. */
export function storedRequest({
  runId,
  request: { runIds, ...request },
}: Pick<TurnRecord, 'runId' | 'request'>): Omit<TurnRequest, 'runIds'> | TurnRequest {
  return runIds.length === 1 && runIds[0] === runId ? request : { ...request, runIds };
}

/** Without its result, which may have to be looked for. */
export function turnFromRow(row: Selectable<TurnTable>): TurnRecord {
  return {
    runId: row.run_id,
    kind: row.kind,
    sessionKey: row.session_key,
    sessionId: row.session_id,
    agentId: row.agent_id,
    state: row.state,
    outcome: row.outcome as TurnOutcomeKind | null,
    reason: row.reason,
    request: { runIds: [row.run_id], ...(JSON.parse(row.request) as Omit<TurnRequest, 'runIds'>) },
    result: null,
    attempt: Number(row.attempt),
    alone: Number(row.alone),
    ...(row.stop_asked === null ? {} : { stopAsked: row.stop_asked }),
    startedAt: Number(row.started_at),
    deadlineAt: Number(row.deadline_at),
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
  };
}

const resultFrom = (tool: string, stored: LabelledResult | null): LabelledResult | null =>
  stored && { ...stored, content: labelledContent(tool, stored.content, stored.isError === true) };

export function stepFromRow(row: Selectable<TurnStepTable>): TurnStep {
  const base = {
    step: Number(row.step),
    startedAt: Number(row.started_at),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
  };
  const output: unknown = row.output === null ? null : JSON.parse(row.output);
  switch (row.kind) {
    case 'model':
      return { ...base, kind: 'model', name: row.name, output: output as ModelStepOutput | null };
    case 'command':
      return {
        ...base,
        kind: 'command',
        name: row.name,
        args: row.input === null ? '' : (JSON.parse(row.input) as string),
        idempotent: row.idempotent === 1,
        output: output as CommandOutput | null,
      };
    case 'steer':
      return { ...base, kind: 'steer', output: output as { rowIds: string[] } };
    case 'tool':
      return {
        ...base,
        kind: 'tool',
        name: row.name,
        callId: row.call_id ?? '',
        args: row.input === null ? {} : JSON.parse(row.input),
        idempotent: row.idempotent === 1,
        output: resultFrom(row.name, output as LabelledResult | null),
      };
  }
}
