import type { GrantedRule } from '../../common/granted-rule';
import type { SenderIdentity } from '../../common/sender-identity';
import type { HeartbeatRules } from '../../inbox/inbound-message';
import type { ProgramRequest } from '../../inbox/program-request';
import type { DeliveryRoute } from '../../common/delivery-route';
import type { LabelledResult } from '../../tools/agent-tool';
import type { ToolCallPart, Usage } from '../../sessions/transcript-event';
import type { ModelOutput } from '../runtime/output-collector';
import type { JobBudget } from '../../usage/usage-account';

/** What a turn was started with; everything else about it follows from its inbox rows and journal. */
export interface TurnRequest {
  channel: string;
  account: string;
  isOwner: boolean;
  /** Everybody whose message it answers; absent for the owner at a client. */
  senders?: SenderIdentity[];
  /** Run ids of all messages that the turn answers, its own first. */
  runIds: string[];
  /** What clients call those runs, in the same order. */
  runNames?: string[];
  /** Cron job that it runs for. */
  jobId?: string;
  /** What that job may use. */
  jobBudget?: JobBudget;
  /** What that job may do unasked. */
  rules?: readonly GrantedRule[];
  route?: DeliveryRoute;
  /** Entries of the configuration whose rules for tools hold in the chat. */
  rulesAt?: readonly (readonly string[])[];
  spelledKey?: string;
  model?: string;
  thinking?: string;
  extraSystemPrompt?: string;
  /** What the program wants that it answers. */
  program?: ProgramRequest;
  /** It is a heartbeat. */
  heartbeat?: HeartbeatRules;
  timeoutMs: number;
}

/** What clients call the runs of a turn, its own first. */
export const namesOf = ({ runIds, runNames }: TurnRequest): string[] =>
  runIds.map((runId, index) => runNames?.[index] ?? runId);

export type TurnOutcomeKind = 'reply' | 'silent' | 'handoff' | 'aborted' | 'failed';

/** What remains of an ended turn for callers that ask again. */
export interface TurnResult {
  /** `mediaUrl`: the first of the files that it hands over, by path or address. */
  payloads: { text: string; mediaUrl: string | null; mediaUrls?: string[] }[];
  provider: string;
  model: string;
  usage: Usage;
  stopReason?: string;
  error?: string;
  errorKind?: string;
  durationMs: number;
  offline?: boolean;
  /** Functions that the program is asked to run. */
  calls?: ToolCallPart[];
}

export interface TurnRecord {
  runId: string;
  /** `command`: it carries out a chat command, in one step. */
  kind: 'turn' | 'command';
  sessionKey: string;
  sessionId: string;
  agentId: string;
  state: 'running' | 'closed';
  outcome: TurnOutcomeKind | null;
  reason: string | null;
  request: TurnRequest;
  result: TurnResult | null;
  attempt: number;
  /** How often it was picked up with nothing else running beside it. */
  alone: number;
  /** Why somebody wants it to end. */
  stopAsked?: string;
  startedAt: number;
  deadlineAt: number;
  endedAt: number | null;
}

export type StepInput =
  | { kind: 'model'; name: string }
  | { kind: 'tool'; name: string; callId: string; args: unknown; idempotent: boolean }
  | { kind: 'command'; name: string; args: string; idempotent: boolean };

/** What a chat command came to. */
export interface CommandOutput {
  kind: 'answer' | 'continue';
  text: string;
}

export interface ModelStepOutput extends ModelOutput {
  api: string;
  provider: string;
  model: string;
}

/** One journaled step. `started` without an end means that the process was cut off inside it. */
export type TurnStep = { step: number; startedAt: number; finishedAt: number | null } & (
  | { kind: 'model'; name: string; output: ModelStepOutput | null }
  | { kind: 'tool'; name: string; callId: string; args: unknown; idempotent: boolean; output: LabelledResult | null }
  | { kind: 'steer'; output: { rowIds: string[] } }
  | { kind: 'command'; name: string; args: string; idempotent: boolean; output: CommandOutput | null }
);
