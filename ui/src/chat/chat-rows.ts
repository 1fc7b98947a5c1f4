import { type HistoryMessage, type Part, type ToolResult, textOf } from './chat-types';
import type { LiveTool } from './chat-state';

/** One thing on the screen. */
export type Row =
  | {
      kind: 'user';
      key: string;
      text: string;
      images: { mimeType: string; data: string }[];
      at?: number;
      from?: string;
    }
  | { kind: 'assistant'; key: string; text: string; at?: number; model?: string; offline: boolean; note?: string }
  | { kind: 'thinking'; key: string; text: string }
  | { kind: 'tool'; key: string; tool: LiveTool };

/** Lays a history out: each tool call stands with its result. */
export function rowsOf(messages: readonly HistoryMessage[]): Row[] {
  const results = new Map<string, ToolResult & { isError?: boolean }>();
  for (const message of messages) {
    if (message.role === 'toolResult' && message.toolCallId) {
      results.set(message.toolCallId, { content: asParts(message.content), isError: message.isError });
    }
  }
  return messages.flatMap((message, index) => {
    const key = message.__openclaw?.id ?? `m${index}`;
    if (message.role === 'user') return [userRow(message, key)];
    if (message.role === 'assistant') return assistantRows(message, key, results);
    return [];
  });
}

function userRow(message: HistoryMessage, key: string): Row {
  const images = asParts(message.content).flatMap((part) => (part.type === 'image' ? [part] : []));
  const from = message.sender?.name ?? message.sender?.channel;
  return {
    kind: 'user',
    key,
    text: textOf(message.content),
    images,
    ...(message.timestamp === undefined ? {} : { at: message.timestamp }),
    ...(from ? { from } : {}),
  };
}

function assistantRows(message: HistoryMessage, key: string, results: ReadonlyMap<string, ToolResult>): Row[] {
  const rows: Row[] = [];
  for (const [index, part] of asParts(message.content).entries()) {
    const partKey = `${key}.${index}`;
    if (part.type === 'text' && part.text.trim() !== '') {
      rows.push({
        kind: 'assistant',
        key: partKey,
        text: part.text,
        offline: message.offline === true,
        ...(message.timestamp === undefined ? {} : { at: message.timestamp }),
        ...(message.model ? { model: message.model } : {}),
      });
    } else if (part.type === 'thinking' && part.thinking.trim() !== '') {
      rows.push({ kind: 'thinking', key: partKey, text: part.thinking });
    } else if (part.type === 'toolCall') {
      const result = results.get(part.id);
      const phase = !result ? 'running' : result.isError ? 'failed' : 'done';
      rows.push({
        kind: 'tool',
        key: partKey,
        tool: { id: part.id, name: part.name, args: part.arguments, phase, ...(result ? { result } : {}) },
      });
    }
  }
  const note = noteOf(message);
  if (note) rows.push({ kind: 'assistant', key: `${key}.note`, text: '', offline: false, note });
  return rows;
}

function noteOf(message: HistoryMessage): string | undefined {
  if (message.stopReason === 'error') return message.errorMessage ?? 'The run failed.';
  if (message.stopReason === 'aborted') return 'Stopped.';
  if (message.stopReason === 'length') return 'Cut off: the model reached its output limit.';
  return undefined;
}

const asParts = (content: string | Part[]): Part[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
