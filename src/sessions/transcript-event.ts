import type { ContentPart, ProviderFacts, TextPart } from '../common/content-parts';

/** Tokens of one model call or of a turn, and its price in US dollars. */
export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  cost: { input: number; output: number; cacheRead: number; cacheWrite: number; total: number };
}

export const NO_USAGE: Usage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  totalTokens: 0,
  cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 },
};

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    totalTokens: a.totalTokens + b.totalTokens,
    cost: {
      input: a.cost.input + b.cost.input,
      output: a.cost.output + b.cost.output,
      cacheRead: a.cost.cacheRead + b.cost.cacheRead,
      cacheWrite: a.cost.cacheWrite + b.cost.cacheWrite,
      total: a.cost.total + b.cost.total,
    },
  };
}

export interface ThinkingPart {
  type: 'thinking';
  thinking: string;
  facts?: ProviderFacts;
}

export interface ToolCallPart {
  type: 'toolCall';
  id: string;
  name: string;
  arguments: Record<string, unknown>;
  facts?: ProviderFacts;
}

export type AssistantPart = TextPart | ThinkingPart | ToolCallPart;

export interface UserMessage {
  role: 'user';
  content: ContentPart[];
  /** Who wrote it, where that is not the owner at the keyboard. */
  sender?: { id?: string; name?: string; channel?: string; messageId?: string };
  /** Key by which the client named the request. */
  idempotencyKey?: string;
}

/** A file that an answer hands over. */
export interface HandedFile {
  /** In the folder that the conversation works in, or an address in the web. */
  path: string;
  name: string;
  /** Unknown of an address. */
  bytes?: number;
}

export interface AssistantMessage {
  role: 'assistant';
  content: AssistantPart[];
  api: string;
  provider: string;
  model: string;
  usage: Usage;
  stopReason: 'stop' | 'length' | 'toolUse' | 'error' | 'aborted' | 'injected';
  errorMessage?: string;
  /** Made by the deterministic offline provider. */
  offline?: boolean;
  label?: string;
  /** What it hands over; its text names it in lines of its own. */
  files?: HandedFile[];
}

export interface ToolResultMessage {
  role: 'toolResult';
  toolCallId: string;
  toolName: string;
  content: ContentPart[];
  isError: boolean;
  details?: Record<string, unknown>;
}

export type TranscriptMessage = UserMessage | AssistantMessage | ToolResultMessage;

/** One entry of a session's append-only log. */
export interface TranscriptEvent {
  id: string;
  seq: number;
  runId: string | null;
  /** Milliseconds since 1970. */
  at: number;
  message: TranscriptMessage;
  /** Shown to people, never sent to a model. */
  excludeFromContext?: boolean;
}

export type NewTranscriptEvent = Omit<TranscriptEvent, 'seq' | 'id'>;
