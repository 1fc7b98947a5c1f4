import 'reflect-metadata';
import type { ContentOrigin, ContentPart, UnlabelledPart } from '../common/content-parts';
import type { GrantedRule } from '../common/granted-rule';
import { OpenclawError } from '../common/openclaw-error';
import type { SenderIdentity } from '../common/sender-identity';
import type { DtoClass } from '../common/validation/validate-dto';
import type { ApprovalQuestion } from './approvals/approval-question';
import type { CallSinks } from './provenance/sinks';

/** What a tool hands back; the executor labels what does not say itself whose it is. */
export interface ToolResult {
  /** What the model reads. */
  content: UnlabelledPart[];
  /** Data for user interfaces. */
  details?: Record<string, unknown>;
  isError?: boolean;
}

/** A result as it may go to a model. */
export interface LabelledResult extends ToolResult {
  content: ContentPart[];
}

/** Facts that decide which tools a caller has. */
export interface PolicySubject {
  agentId: string;
  /** Model provider and model of the turn. */
  provider?: string;
  model?: string;
  channel?: string;
  account?: string;
  /** Group, and topic in it, that the turn answers in. */
  groupId?: string;
  threadId?: string;
  /** Further entries of the configuration whose rules hold there. */
  rulesAt?: readonly (readonly string[])[];
  /** Everybody whose message the turn answers. */
  senders?: readonly SenderIdentity[];
  /** False: somebody who does not own this gateway has a say in the turn. */
  isOwner?: boolean;
  isSubagent?: boolean;
  /** The session runs under `agents.*.sandbox`. */
  isSandboxed?: boolean;
  /** How the call came in, where that is not a turn. */
  via?: 'http' | 'mcp';
}

/** Whether what is done is done for somebody who does not own the gateway: they have rooms of their own. */
export const isGuest = ({ isOwner }: Pick<PolicySubject, 'isOwner'>): boolean => isOwner === false;

/** What else the model has read before a call, as far as it matters for trust. */
export interface Provenance {
  /** Origins of everything in the model's view. */
  origins: ReadonlySet<ContentOrigin>;
  /** Whether an address stands literally in what the owner said or in a page that was read: the model did not make it up. */
  vouchesFor(address: string): boolean;
  /** Whether each word stands in what the owner said or in a page that was read. */
  saidOpenly(text: string): boolean;
  /** Skills whose instructions the model has read. */
  skills?: ReadonlySet<string>;
}

export interface ExecChoices {
  host?: string;
  security?: string;
  ask?: string;
  node?: string;
  network?: string;
  elevated?: string;
}

/** What a tool may know about the turn that calls it. */
export interface ToolContext {
  runId: string;
  /** What clients call the run, where that is not its id. */
  runName?: string;
  callId: string;
  sessionKey: string;
  sessionId: string;
  agentId: string;
  /** Absolute path of the folder that tools work in: the agent's workspace, or a guest's or sandboxed session's own. */
  workspace: string;
  /** Nothing may be written there. */
  readOnly?: boolean;
  /** First choice of the turn, as provider/model. */
  model: string;
  /** The turn was started by somebody who owns this gateway. */
  isOwner: boolean;
  /** Where the turn's answer goes: channel, account, chat. */
  origin: {
    channel: string;
    account: string;
    to?: string;
    threadId?: string;
    /** Message that is being answered, where the channel has ids. */
    messageId?: string;
    chatType?: 'direct' | 'group' | 'channel';
  };
  /** What the conversation has chosen about commands (`/exec`, `/elevated`). */
  choices?: ExecChoices;
  /** Job that the turn is run for. */
  jobId?: string;
  /** What a job or a sub-agent was allowed when it was made; absent: a conversation, which has what holds now. */
  rules?: readonly GrantedRule[];
  subject: PolicySubject;
  provenance: Provenance;
  signal: AbortSignal;
  /** Most tokens of a result, where the model that reads it is known. */
  resultTokens?: number;
  /** Shows partial output while the tool runs. */
  update(partial: ToolResult): void;
}

export interface AgentToolDeclaration {
  /** Canonical name, lower case. */
  name: string;
  /** Further names accepted in model calls and policy lists. */
  aliases?: readonly string[];
  description: string;
  params: DtoClass;
  /** Further spellings of parameters → declared name. */
  paramAliases?: Readonly<Record<string, string>>;
  /** May be run again after a crash without harm. If not, an interrupted call is reported to the model instead. */
  idempotent: boolean;
  /** It only reads, and its calls may run at the same time as others of which that is true. */
  parallel?: true;
  /** May be called before a plan is approved, although it does more than read. */
  whilePlanning?: true;
  /** One of the core tools that the banner counts first. */
  core: boolean;
  /** Seldom needed: a model is told of it in these words and gets its schema when it asks for it. */
  rare?: string;
  /** Rare tools that are offered once this one has been called. */
  companions?: readonly string[];
  /** How the rest of a result is reached that was too long; for the model. */
  wayOn?: string;
  /** Whose text its results and errors hold, where they do not say so themselves. */
  origin: ContentOrigin;
}

/** A tool of the assistant. Declare it with `@AgentTool`; the registry finds it at boot. */
export interface AgentToolHandler {
  execute(params: never, context: ToolContext): Promise<ToolResult>;
  /** Bytes that the call itself asks for, where they are more than a result usually has. */
  askedBytes?(params: never): number | undefined;
  /** Why the tool can't work here right now; undefined when it can. */
  unavailableReason?(): string | undefined;
  /** What leaves by parameters of this call, where that depends on more than the parameter; the rest is as declared. */
  sinksOf?(params: never, context: ToolContext): CallSinks | Promise<CallSinks>;
  /**
   * What the tool will ask for by itself while this call runs, as far as that is known before; undefined: nothing.
   * @throws ToolError where the call will be refused
   */
  questionOf?(params: never, context: ToolContext): Promise<ApprovalQuestion | undefined>;
  /**
   * Looks whether the call can be done at all, before anybody is asked whether it may. Leaves no trace outside: no name is
   * looked up, nothing is connected to.
   * @throws ToolError
   */
  precheck?(params: never, context: ToolContext): void;
  /**
   * For people who ask what would happen: where the call would run, in words. Changes nothing.
   * @throws ToolError where it would be refused whatever anybody answers
   */
  foresee?(params: never, context: ToolContext): Promise<string | undefined>;
}

const AGENT_TOOL = Symbol('agent-tool');

export const AgentTool =
  (declaration: AgentToolDeclaration): ClassDecorator =>
  (target) => {
    Reflect.defineMetadata(AGENT_TOOL, declaration, target);
  };

export function agentToolOf(cls: object): AgentToolDeclaration | undefined {
  return Reflect.getOwnMetadata(AGENT_TOOL, cls) as AgentToolDeclaration | undefined;
}

export type ToolErrorCode =
  | 'invalid_args'
  | 'not_found'
  | 'outside_workspace'
  | 'denied_by_policy'
  | 'approval_denied'
  | 'approval_timeout'
  | 'sandbox_unavailable'
  | 'blocked_address'
  | 'too_large'
  | 'timeout'
  | 'aborted'
  | 'interrupted'
  | 'not_configured'
  | 'node_unavailable'
  | 'upstream_error'
  | 'unknown_tool'
  | 'loop_stopped'
  | 'failed';

/** A tool says what was wrong and the way out; the model reads it as the result. */
export class ToolError extends OpenclawError {
  /** @param origin whose words the message holds, where they are others' than the tool's results hold anyway */
  constructor(
    override readonly code: ToolErrorCode,
    message: string,
    details?: Record<string, unknown>,
    readonly origin?: ContentOrigin,
  ) {
    super(code, message, details ? { details } : {});
  }
}

export const textResult = (text: string, details?: Record<string, unknown>, origin?: ContentOrigin): ToolResult => ({
  content: [{ type: 'text', text, ...(origin ? { origin } : {}) }],
  ...(details ? { details } : {}),
});

export const errorResult = (
  code: ToolErrorCode,
  message: string,
  origin: ContentOrigin,
  details?: Record<string, unknown>,
): LabelledResult => ({
  content: [{ type: 'text', text: `Error (${code}): ${message}`, origin }],
  details: { ...details, status: 'error', code },
  isError: true,
});
