/** Messages and events of a conversation, as the gateway sends them. */
export interface TextPart {
  type: 'text';
  text: string;
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
  sender?: { name?: string; channel?: string };
  __openclaw?: { id?: string; seq?: number; runId?: string; pending?: boolean };
}

export interface HistoryPayload {
  sessionKey: string;
  messages: HistoryMessage[];
  inFlightRun?: { runId: string };
}

export interface ToolResult {
  content: Part[];
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
