import type { ContentOrigin, ContentPart } from '../../common/content-parts';
import { isPlainObject } from '../../common/plain-object';
import {
  type AssistantPart,
  NO_USAGE,
  type NewTranscriptEvent,
  type TranscriptMessage,
  type Usage,
} from '../../sessions/transcript-event';

export interface ImportedSession {
  sessionId?: string;
  createdAt?: number;
  events: NewTranscriptEvent[];
  /** Summaries, each for everything before the event at that index. */
  compactions: { before: number; summary: string; tokensBefore: number; at: number }[];
  /** Lines that could not be read: number from 1 and reason. */
  skipped: { line: number; reason: string }[];
}

type Line = Record<string, unknown>;

/** Reads a transcript in OpenClaw's JSON lines; a line that makes no sense is named and left out. */
export function readTranscriptLines(text: string): ImportedSession {
  const skipped: ImportedSession['skipped'] = [];
  const lines: { line: number; value: Line }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.trim() === '') continue;
    try {
      const value: unknown = JSON.parse(raw);
      if (!isPlainObject(value)) throw new Error('no object');
      lines.push({ line: index + 1, value });
    } catch {
      skipped.push({ line: index + 1, reason: 'no JSON object' });
    }
  }
  return readTranscriptObjects(lines, skipped);
}

/** The same from objects that were read elsewhere. */
export function readTranscriptObjects(
  lines: readonly { line: number; value: Line }[],
  skipped: ImportedSession['skipped'] = [],
): ImportedSession {
  const events: NewTranscriptEvent[] = [];
  const compactions: ImportedSession['compactions'] = [];
  const positions = new Map<string, number>();
  let head: { sessionId?: string; createdAt?: number } = {};
  for (const { line, value } of lines) {
    const at = timeOf(value['timestamp']);
    if (typeof value['id'] === 'string') positions.set(value['id'], events.length);
    switch (value['type']) {
      case 'session':
        head = {
          ...(typeof value['id'] === 'string' ? { sessionId: value['id'] } : {}),
          ...(at === undefined ? {} : { createdAt: at }),
        };
        break;
      case 'message':
      case 'custom_message': {
        const source = value['type'] === 'message' ? value['message'] : { role: 'user', content: value['content'] };
        const message = isPlainObject(source) ? messageOf(source) : undefined;
        if (message) events.push({ message, at: timeOf((source as Line)['timestamp']) ?? at ?? 0, runId: null });
        else skipped.push({ line, reason: 'no message that can be read' });
        break;
      }
      case 'compaction': {
        const kept = value['firstKeptEntryId'];
        const before = typeof kept === 'string' ? (positions.get(kept) ?? events.length) : events.length;
        compactions.push({
          before,
          summary: String(value['summary'] ?? ''),
          tokensBefore: typeof value['tokensBefore'] === 'number' ? value['tokensBefore'] : 0,
          at: at ?? 0,
        });
        break;
      }
      default:
        // Small state lines (labels, levels, branches) say nothing that was said.
        break;
    }
  }
  return { ...head, events, compactions, skipped };
}

function messageOf(source: Line): TranscriptMessage | undefined {
  switch (source['role']) {
    case 'user': {
      // What came from a chat there may have been a forward, or somebody else's.
      const content = contentOf(source['content'], 'file');
      return content.length > 0 ? { role: 'user', content } : undefined;
    }
    case 'assistant':
      return {
        role: 'assistant',
        content: assistantParts(source['content']),
        api: text(source['api'], 'unknown'),
        provider: text(source['provider'], 'unknown'),
        model: text(source['model'], 'unknown'),
        usage: usageOf(source['usage']),
        stopReason: stopReasonOf(source['stopReason']),
        ...(typeof source['errorMessage'] === 'string' ? { errorMessage: source['errorMessage'] } : {}),
      };
    case 'toolResult':
      if (typeof source['toolCallId'] !== 'string') return undefined;
      return {
        role: 'toolResult',
        toolCallId: source['toolCallId'],
        toolName: text(source['toolName'], 'unknown'),
        // What tools brought home before is no more the owner's word than what they bring home now.
        content: contentOf(source['content'], 'tool'),
        isError: source['isError'] === true,
        ...(isPlainObject(source['details']) ? { details: source['details'] } : {}),
      };
    default:
      return undefined;
  }
}

function contentOf(content: unknown, origin: ContentOrigin): ContentPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content, origin }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): ContentPart[] => {
    if (!isPlainObject(part)) return [];
    if (part['type'] === 'text' && typeof part['text'] === 'string')
      return [{ type: 'text', text: part['text'], origin }];
    if (part['type'] === 'image' && typeof part['data'] === 'string')
      return [{ type: 'image', data: part['data'], mimeType: text(part['mimeType'], 'image/png'), origin }];
    return [];
  });
}

function assistantParts(content: unknown): AssistantPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content, origin: 'assistant' }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown): AssistantPart[] => {
    if (!isPlainObject(part)) return [];
    if (part['type'] === 'text' && typeof part['text'] === 'string')
      return [{ type: 'text', text: part['text'], origin: 'assistant' }];
    // A signature of another program's session is worth nothing here; the thought stays readable.
    if (part['type'] === 'thinking' && typeof part['thinking'] === 'string')
      return [{ type: 'thinking', thinking: part['thinking'] }];
    if (part['type'] === 'toolCall' && typeof part['id'] === 'string' && typeof part['name'] === 'string')
      return [
        {
          type: 'toolCall',
          id: part['id'],
          name: part['name'],
          arguments: isPlainObject(part['arguments']) ? part['arguments'] : {},
        },
      ];
    return [];
  });
}

const STOP_REASONS = ['stop', 'length', 'toolUse', 'error', 'aborted', 'injected'] as const;

const stopReasonOf = (value: unknown): (typeof STOP_REASONS)[number] =>
  STOP_REASONS.find((reason) => reason === value) ?? 'stop';

function usageOf(value: unknown): Usage {
  if (!isPlainObject(value)) return NO_USAGE;
  const number = (source: unknown, key: string): number => {
    const found = isPlainObject(source) ? source[key] : undefined;
    return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : 0;
  };
  const [input, output, cacheRead, cacheWrite] = ['input', 'output', 'cacheRead', 'cacheWrite'].map((key) =>
    number(value, key),
  ) as [number, number, number, number];
  const { cost } = value;
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    totalTokens: number(value, 'totalTokens') || input + output + cacheRead + cacheWrite,
    cost: {
      input: number(cost, 'input'),
      output: number(cost, 'output'),
      cacheRead: number(cost, 'cacheRead'),
      cacheWrite: number(cost, 'cacheWrite'),
      total: number(cost, 'total'),
    },
  };
}

const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
