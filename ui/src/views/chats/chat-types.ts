/** Messages and events of a conversation, as the gateway sends them. */
export interface TextPart {
  type: 'text';
  text: string;
  /** Instead of a text that the page has named as known. */
  sha256?: string;
  /** A file that came with the message; the text is what it says. */
  attached?: { name: string; mimeType: string; bytes?: number; path?: string };
}

export interface ThinkingPart {
  type: 'thinking';
  thinking: string;
}

export interface ToolCallPart {
  type: 'toolCall';
  id: string;
  name: string;
  arguments: unknown;
}

export interface ImagePart {
  type: 'image';
  mimeType: string;
  data: string;
}

export type Part = TextPart | ThinkingPart | ToolCallPart | ImagePart;

export interface HistoryMessage {
  role: 'user' | 'assistant' | 'toolResult';
  content: string | Part[];
  timestamp?: number;
  provider?: string;
  model?: string;
  stopReason?: string;
  errorMessage?: string;
  offline?: boolean;
  idempotencyKey?: string;
  toolCallId?: string;
  toolName?: string;
  isError?: boolean;
  details?: Record<string, unknown>;
  sender?: { name?: string; channel?: string };
  /** What an answer hands over, by path; addresses stand in its text. */
  files?: { path: string; name: string; bytes?: number }[];
  __openclaw?: {
    id?: string;
    /** Number in the conversation; what is not answered yet has none. */
    seq?: number;
    runId?: string;
    pending?: boolean;
    /** Behind what is being answered. */
    waiting?: boolean;
    /** Who caused it, of messages to the assistant. */
    origin?: MessageOrigin;
  };
}

export type MessageOrigin = 'person' | 'job' | 'agent' | 'housekeeping';

export interface HistoryPayload {
  sessionKey: string;
  /** Of the conversation that the key leads to now; after a reset it is another. */
  sessionId?: string;
  messages: HistoryMessage[];
  hasMore?: boolean;
  hasNewer?: boolean;
  inFlightRun?: { runId: string; text?: string; thinking?: string };
}

export interface ToolResult {
  content: Part[];
  /** Facts for programs, such as which file was made. */
  details?: Record<string, unknown>;
  isError?: boolean;
}

export interface ToolEventData {
  phase: 'start' | 'update' | 'result';
  name: string;
  toolCallId: string;
  args?: unknown;
  partialResult?: ToolResult;
  result?: ToolResult;
  isError?: boolean;
}

export interface AgentEvent {
  runId: string;
  sessionKey: string;
  stream: string;
  data: Record<string, unknown>;
}

/** What a run says or thinks next, and where in the whole it belongs. */
export interface Piece {
  runId: string;
  at: number;
  text?: string;
  thought?: string;
}

export interface ChatEvent {
  runId: string;
  sessionKey: string;
  state: 'delta' | 'final' | 'aborted' | 'error';
  message?: HistoryMessage;
  errorMessage?: string;
}

export function textOf(content: string | Part[]): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
