/** Messages and events of a conversation, as the gateway sends them to clients. */
export interface TextPart {
  type: 'text';
  text: string;
}

export interface ToolCallPart {
  type: 'toolCall';
  id: string;
  name: string;
  arguments: unknown;
}

export type Part = TextPart | ToolCallPart | { type: 'thinking' | 'image' };

export interface WireMessage {
  role: string;
  content?: string | readonly Part[];
  /** Milliseconds since 1970. */
  timestamp?: number;
  idempotencyKey?: string;
  toolCallId?: string;
  isError?: boolean;
  errorMessage?: string;
  sender?: { name?: string; channel?: string };
  /** What an answer hands over. */
  files?: readonly { path: string }[];
  __openclaw?: { id?: string; seq?: number; runId?: string; pending?: boolean };
}

export interface WireHistory {
  /** Of the conversation that the key leads to now; after a reset it is another. */
  sessionId?: string;
  messages: readonly WireMessage[];
  hasMore?: boolean;
  thinkingLevel?: string;
  inFlightRun?: { runId: string; text?: string };
  sessionInfo?: { key: string; label?: string | null; model?: string; modelProvider?: string };
  defaults?: { model?: string; modelProvider?: string };
}

export interface AgentEvent {
  runId: string;
  sessionKey: string;
  stream: string;
  data: Readonly<Record<string, unknown>>;
}

export interface ChatEvent {
  runId: string;
  sessionKey: string;
  state: 'delta' | 'final' | 'aborted' | 'error';
  message?: WireMessage;
  errorMessage?: string;
}

/** What a message says, without pictures, thoughts and calls. */
export function textOf(content: WireMessage['content']): string {
  if (content === undefined || typeof content === 'string') return content ?? '';
  return content.map((part) => (part.type === 'text' ? (part as TextPart).text : '')).join('');
}
