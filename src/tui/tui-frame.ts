import { displayWidth } from '../common/cli/display-width';
import type { Tint } from '../common/cli/terminal-style';
import { visibleText } from '../common/visible-text';
import type { Conversation } from './conversation/conversation';
import type { InputBuffer } from './screen/input-buffer';
import { type Line, lineOf } from '../common/cli/line';
import type { Frame } from './screen/terminal-screen';

export interface Notice {
  text: string;
  tint?: Tint;
}

export interface Shown {
  columns: number;
  rows: number;
  conversation: Conversation;
  /** Why there is no gateway now. */
  offline: string | undefined;
  notice: Notice | undefined;
  input: InputBuffer;
  /** Stands in the place of the conversation, and takes the keys. */
  overlay: ((columns: number, rows: number) => readonly Line[]) | undefined;
  question(columns: number, most: number): readonly Line[];
  hasQuestionFocus: boolean;
  body(columns: number, rows: number): readonly Line[];
  isAtEnd: boolean;
  now: number;
}

const MOST_INPUT_ROWS = 8;
const PROMPT = '› ';

/** The whole screen: a head, the conversation or what stands over it, a question, the state, and what is being written. */
export function composeFrame(shown: Shown): Frame {
  const { columns, rows, overlay } = shown;
  const input = inputRows(shown);
  const state = stateLine(shown);
  const fixed = 1 + 1 + input.lines.length;
  // At least three rows of the conversation stay in sight beside a question.
  const question = overlay
    ? []
    : shown.question(columns, Math.max(0, Math.min(rows - fixed - 3, Math.ceil(rows / 2) + 4)));
  const room = Math.max(0, rows - fixed - question.length);
  const middle = overlay ? overlay(columns, room) : shown.body(columns, room);
  const filled = Array.from({ length: room }, (_, row) => middle[row] ?? []);
  const lines = [headLine(shown), ...filled, ...question, state, ...input.lines];
  const cursorRow = lines.length - input.lines.length + input.row;
  const isWriting = !overlay && !shown.hasQuestionFocus;
  return {
    // Where it is too small for all, what is being written stays.
    lines: lines.slice(Math.max(0, lines.length - rows)),
    ...(isWriting ? { cursor: { row: cursorRow - Math.max(0, lines.length - rows), column: input.column } } : {}),
  };
}

function headLine({ conversation, offline, columns }: Shown): Line {
  const { title, key, model, thinking } = conversation;
  const name = title ?? key;
  const facts = [...(model === undefined ? [] : [model]), ...(thinking === undefined ? [] : [`thinking ${thinking}`])];
  const right = offline === undefined ? 'connected' : 'not connected';
  const left = ` ${visibleText(name)}`;
  const middle = facts.length === 0 ? '' : ` · ${visibleText(facts.join(' · '))}`;
  const gap = Math.max(1, columns - displayWidth(left) - displayWidth(middle) - right.length - 1);
  return [
    { text: left, tint: 'title' },
    { text: middle, tint: 'faint' },
    { text: ' '.repeat(gap) },
    { text: right, tint: offline === undefined ? 'good' : 'bad' },
  ];
}

function stateLine({ conversation, offline, notice, isAtEnd, now }: Shown): Line {
  if (offline !== undefined) return lineOf(`─ no gateway: ${visibleText(offline)}; it is tried again`, 'bad');
  if (notice) return lineOf(`─ ${visibleText(notice.text)}`, notice.tint ?? 'faint');
  const { busySince } = conversation;
  if (busySince !== undefined)
    return lineOf(`─ answering, ${Math.max(0, Math.round((now - busySince) / 1000))} s · Esc stops it`, 'warn');
  if (!isAtEnd) return lineOf('─ further up · Page Down, or Ctrl-End to the newest', 'faint');
  return lineOf('─ /keys lists keys and commands', 'faint');
}

function inputRows({ input, columns }: Shown): { lines: Line[]; row: number; column: number } {
  const width = Math.max(1, columns - PROMPT.length - 1);
  const { rows, row, column } = input.layout(width);
  const from = Math.max(0, Math.min(row - MOST_INPUT_ROWS + 1, rows.length - MOST_INPUT_ROWS));
  const lines = rows
    .slice(from, from + MOST_INPUT_ROWS)
    .map((text, index): Line => [{ text: from + index === 0 ? PROMPT : '  ', tint: 'title' }, { text }]);
  return { lines, row: row - from, column: column + PROMPT.length };
}
