import { t } from '@lingui/core/macro';
import { failureInWords } from '../../gateway/model-failures';
import type { LiveTool } from './chat-state';
import {
  type HistoryMessage,
  type MessageOrigin,
  type Part,
  type TextPart,
  type ToolResult,
  textOf,
} from './chat-types';
import type { HandedFile } from './handed-files';
import { wordsOfJob } from '../../../../src/common/job-text';
import { unquoted } from '../../../../src/common/unquoted-words';
import { daysAgo } from '../../kit/time';

export interface AttachedFile {
  name: string;
  mimeType: string;
  /** Empty where nothing of it is written out. */
  text: string;
  bytes?: number;
  /** Where it is kept, in the folder that the conversation works in. */
  path?: string;
}

interface Placed {
  key: string;
  /** Id of its message. */
  id?: string;
  /** Number of the message in its conversation; absent while it waits. */
  seq?: number;
  at?: number;
}

/** One thing on the screen. */
export type Row =
  | (Placed & {
      kind: 'user';
      text: string;
      images: { mimeType: string; data: string }[];
      files: AttachedFile[];
      from?: string;
      /** Who caused it, where that is no person. */
      origin: MessageOrigin;
    })
  | (Placed & { kind: 'assistant'; text: string; model?: string; offline: boolean; runId?: string })
  | (Placed & { kind: 'note'; text: string; isFault: boolean; runId?: string })
  | (Placed & { kind: 'thinking'; text: string })
  | (Placed & { kind: 'handed'; files: HandedFile[] })
  | (Placed & { kind: 'steps'; tools: LiveTool[]; endedAt?: number })
  /** What the gateway said to itself: one line, the rest on demand. */
  | (Placed & { kind: 'housekeeping'; asked: string; answered: string })
  | (Placed & { kind: 'day'; at: number });

/** What the gateway puts before a file for the model; here its name stands beside it. */
const ATTACHED_LABEL = /^\s*\[attached [^\]]*\]\n?/;

/** Names under which answers are noted that no model has given. */
const NO_MODELS = new Set(['gateway-injected', 'unknown', '']);

/** Lays a history out: each tool call stands with its result, calls after one another stand together, days are marked. */
export function rowsOf(messages: readonly HistoryMessage[]): Row[] {
  const results = new Map<string, ToolResult & { at?: number }>();
  for (const message of messages) {
    if (message.role === 'toolResult' && message.toolCallId) {
      results.set(message.toolCallId, {
        content: asParts(message.content),
        isError: message.isError,
        ...(message.details === undefined ? {} : { details: message.details }),
        ...(message.timestamp === undefined ? {} : { at: message.timestamp }),
      });
    }
  }
  const rows: Row[] = [];
  for (const [index, message] of messages.entries()) {
    const key = message.__openclaw?.id ?? `m${index}`;
    if (message.role === 'user') rows.push(userRow(message, key));
    if (message.role === 'assistant') rows.push(...assistantRows(message, key, results));
  }
  return withDays(withSteps(withHousekeeping(rows)));
}

function placeOf({ timestamp, __openclaw }: HistoryMessage, key: string): Placed {
  return {
    key,
    ...(timestamp === undefined ? {} : { at: timestamp }),
    ...(__openclaw?.id === undefined ? {} : { id: __openclaw.id }),
    ...(__openclaw?.seq === undefined ? {} : { seq: __openclaw.seq }),
  };
}

/** What somebody said, without what was put around it for the model. */
export function userRow(message: HistoryMessage, key: string): Extract<Row, { kind: 'user' }> {
  const parts = asParts(message.content);
  const origin = message.__openclaw?.origin ?? 'person';
  const from = message.sender?.name ?? message.sender?.channel;
  const said = parts.filter((part): part is TextPart => part.type === 'text' && part.attached === undefined);
  return {
    kind: 'user',
    ...placeOf(message, key),
    text: origin === 'job' ? wordsOfJob(unquoted(textOf(said))) : unquoted(textOf(said)),
    images: parts.flatMap((part) => (part.type === 'image' ? [part] : [])),
    files: parts.flatMap((part) =>
      part.type === 'text' && part.attached
        ? [{ ...part.attached, text: unquoted(part.text.replace(ATTACHED_LABEL, '')).trim() }]
        : [],
    ),
    origin,
    ...(from ? { from } : {}),
  };
}

function assistantRows(
  message: HistoryMessage,
  key: string,
  results: ReadonlyMap<string, ToolResult & { at?: number }>,
): Row[] {
  const rows: Row[] = [];
  for (const [index, part] of asParts(message.content).entries()) {
    const placed = placeOf(message, `${key}.${index}`);
    if (part.type === 'text' && part.text.trim() !== '') {
      rows.push({
        kind: 'assistant',
        ...placed,
        text: part.text,
        offline: message.offline === true,
        ...(NO_MODELS.has(message.model ?? '') ? {} : { model: message.model }),
        ...(message.__openclaw?.runId === undefined ? {} : { runId: message.__openclaw.runId }),
      });
    } else if (part.type === 'thinking' && part.thinking.trim() !== '') {
      rows.push({ kind: 'thinking', ...placed, text: part.thinking });
    } else if (part.type === 'toolCall') {
      const result = results.get(part.id);
      const phase = !result ? 'running' : result.isError ? 'failed' : 'done';
      const tool: LiveTool = {
        id: part.id,
        name: part.name,
        args: part.arguments,
        phase,
        ...(result ? { result } : {}),
      };
      rows.push({
        kind: 'steps',
        ...placed,
        tools: [tool],
        ...(result?.at === undefined ? {} : { endedAt: result.at }),
      });
    }
  }
  const files = (message.files ?? []).flatMap(({ path, bytes }) => (bytes === undefined ? [] : [{ path, bytes }]));
  if (files.length > 0) rows.push({ kind: 'handed', ...placeOf(message, `${key}.files`), files });
  const note = noteOf(message);
  if (note)
    rows.push({
      kind: 'note',
      ...placeOf(message, `${key}.note`),
      ...note,
      ...(message.__openclaw?.runId === undefined ? {} : { runId: message.__openclaw.runId }),
    });
  return rows;
}

function noteOf(message: HistoryMessage): { text: string; isFault: boolean } | undefined {
  if (message.stopReason === 'error')
    return { text: failureInWords(message.errorMessage ?? t`The run failed.`), isFault: true };
  if (message.stopReason === 'aborted') return { text: t`Stopped.`, isFault: false };
  if (message.stopReason === 'length') return { text: t`Cut off: the model reached its output limit.`, isFault: true };
  return undefined;
}

/** What the gateway told the assistant, and all that came of it up to the next word of somebody. */
function withHousekeeping(rows: readonly Row[]): Row[] {
  const kept: Row[] = [];
  let open: Extract<Row, { kind: 'housekeeping' }> | undefined;
  for (const row of rows) {
    if (row.kind === 'user') {
      open = undefined;
      if (row.origin !== 'housekeeping') kept.push(row);
      else {
        const { key, seq, at, text } = row;
        open = {
          kind: 'housekeeping',
          key,
          asked: text,
          answered: '',
          ...(seq === undefined ? {} : { seq }),
          ...(at === undefined ? {} : { at }),
        };
        kept.push(open);
      }
    } else if (!open) kept.push(row);
    else if (row.kind === 'assistant') open.answered = `${open.answered}\n\n${row.text}`.trim();
    else if (row.kind === 'note' && row.isFault) kept.push(row);
  }
  return kept;
}

function withSteps(rows: readonly Row[]): Row[] {
  const kept: Row[] = [];
  for (const row of rows) {
    const last = kept.at(-1);
    if (row.kind === 'steps' && last?.kind === 'steps')
      kept[kept.length - 1] = {
        ...last,
        tools: [...last.tools, ...row.tools],
        ...(row.endedAt === undefined ? {} : { endedAt: row.endedAt }),
      };
    else kept.push(row);
  }
  return kept;
}

function withDays(rows: readonly Row[]): Row[] {
  let day: number | undefined;
  return rows.flatMap((row) => {
    const { at } = row;
    if (at === undefined || (day !== undefined && daysAgo(day, at) === 0)) return [row];
    day = at;
    return [{ kind: 'day', key: `day ${new Date(at).toDateString()} ${row.key}`, at } as const, row];
  });
}

const asParts = (content: string | Part[]): Part[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
