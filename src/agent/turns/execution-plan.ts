import type { Provenance, ToolContext } from '../../tools/agent-tool';
import type { ApprovalQuestion } from '../../tools/approvals/approval-question';
import type { ToolExecutor } from '../../tools/tool-executor.service';
import type { ProgramRequest } from '../../inbox/program-request';
import type { UsageAccount } from '../../usage/usage-account';
import type { PromptMessage } from '../prompt/derive-prompt';
import type { EnvelopeStyle } from '../prompt/envelope';
import type { OfferableTool } from '../prompt/offered-tools';
import type { SystemPrompt } from '../prompt/system-prompt';
import type { TokenGauges } from '../prompt/token-gauge.service';
import type { ModelInfo } from '../providers/model-info';
import type { ModelStepService } from '../runtime/model-step.service';
import type { RunAnnouncer } from '../runtime/run-announcer';
import type { TurnJournal } from './turn-journal';

/** What one execution of a turn needs; built by the runner. */
export interface ExecutionPlan {
  journal: TurnJournal;
  announcer: RunAnnouncer;
  models: ModelStepService;
  gauges: TokenGauges;
  /** Tokens that a model keeps free for its answer, of a window of so many. */
  answerRoom(info: ModelInfo, window: number): number;
  executor: ToolExecutor;
  candidates: readonly ModelInfo[];
  system: SystemPrompt;
  envelope: EnvelopeStyle;
  tools: readonly OfferableTool[];
  /** Names of those that the program runs which asks: where a model calls one, the turn is over. */
  functions: ReadonlySet<string>;
  /** What that program wants of the model. */
  program?: ProgramRequest;
  thinking?: string;
  /** What stands before an answer in its chat that a model has begun; undefined where nothing does. */
  leadOf(author: { provider: string; model: string }): string | undefined;
  /** Conversation before this turn. */
  history: readonly PromptMessage[];
  /** The same, made shorter because the provider refused it as too long. */
  shorten(): Promise<readonly PromptMessage[]>;
  /** Messages that the turn answers. */
  opening: readonly PromptMessage[];
  /** Messages of rows that a former attempt had put into the turn. */
  steered(rowIds: readonly string[]): Promise<PromptMessage[]>;
  /** Waiting messages that belong into the running turn now; claims and journals them. */
  takeSteering(isAsked: boolean): Promise<PromptMessage[]>;
  isIdempotent(tool: string): boolean;
  /** Whether calls of a tool may run at the same time as others of which that is true. */
  mayRunBeside(tool: string): boolean;
  /** Whether a call that a former attempt began was cut off before its action started, waiting for approval. */
  isUnstarted(callId: string): Promise<boolean>;
  /** Asks for several calls of one step in one question; `commit` goes before it. Waits for no answer. */
  askTogether(questions: readonly ApprovalQuestion[], commit: () => Promise<void>): Promise<void>;
  /** Takes back what these calls were asked for in common and did not come to. */
  withdraw(callIds: readonly string[]): Promise<void>;
  toolContext(callId: string, facts: CallFacts): ToolContext;
  account: UsageAccount;
  /** Requests of one session share their beginning. */
  cacheKey: string;
  signal: AbortSignal;
  /** Milliseconds of the monotonic clock. */
  deadline: number;
}

/** What differs from call to call of one turn. */
export interface CallFacts {
  provenance: Provenance;
  /** Model that asked for the call. */
  provider: string;
  model: string;
  update: ToolContext['update'];
  /** Most tokens of its result. */
  resultTokens: number;
}
