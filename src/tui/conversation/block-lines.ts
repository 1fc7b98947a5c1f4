import { wrapToWidth } from '../../common/cli/display-width';
import type { Tint } from '../../common/cli/terminal-style';
import { localTime } from '../../common/cli/output';
import { readableText, visibleText } from '../../common/visible-text';
import { type Line, lineOf, shownText } from '../../common/cli/line';
import { markdownLines } from '../../common/cli/markdown-lines';
import { type Block, type ToolCard, aboutCall } from './blocks';

/** What of a result a card shows while it is closed. */
const CLOSED_ROWS = 3;
/** An open card shows no more than this: whole results are in the trace. */
const OPEN_ROWS = 200;
const MARKS = { running: '…', done: '✓', failed: '✗' } as const;
const CARD_TINTS: Readonly<Record<ToolCard['phase'], Tint>> = { running: 'warn', done: 'good', failed: 'bad' };

/** A block as lines of so many columns; an empty one stands in front of it. */
export function blockLines(block: Block, columns: number, areCardsOpen: boolean): Line[] {
  const room = Math.max(1, columns - 2);
  switch (block.kind) {
    case 'user':
      return [
        [],
        [{ text: '› ', tint: 'title' }, ...headOf(block)],
        ...indented(prose(block.text, room), 'title'),
        ...(block.error === undefined ? [] : indented(prose(`not sent: ${block.error}`, room), 'bad')),
      ];
    case 'assistant':
      return [[], ...markdownLines(block.text, room).map((line) => [{ text: '  ' }, ...line])];
    case 'tool':
      return [[], ...cardLines(block.card, room, areCardsOpen)];
    case 'note':
      return [[], ...indented(prose(block.text, room), block.isBad ? 'bad' : 'faint')];
  }
}

function headOf({ at, who, state }: Extract<Block, { kind: 'user' }>): Line {
  const facts = [
    who === undefined ? 'you' : visibleText(who),
    ...(at === undefined ? [] : [localTime(at)]),
    ...(state === undefined ? [] : [state]),
  ];
  return [{ text: facts.join(' · '), tint: state === 'failed' ? 'bad' : 'faint' }];
}

function cardLines({ name, args, phase, text }: ToolCard, room: number, isOpen: boolean): Line[] {
  const tint = CARD_TINTS[phase];
  const head: Line = [
    { text: `  ${MARKS[phase]} ${visibleText(name)}`, tint },
    { text: `  ${visibleText(aboutCall(args))}`, tint: 'faint' },
  ];
  const inner = Math.max(1, room - 4);
  const result = text.trim() === '' ? [] : prose(text.trimEnd(), inner);
  const given = isOpen && args !== undefined ? prose(JSON.stringify(args, null, 2), inner) : [];
  const most = isOpen ? OPEN_ROWS : CLOSED_ROWS;
  const left = result.length - most;
  const more = left > 0 ? [`… ${left} more ${left === 1 ? 'line' : 'lines'}`] : [];
  return [head, ...[...given, ...result.slice(0, most), ...more].map((row) => lineOf(`    │ ${row}`, 'faint'))];
}

const indented = (rows: readonly string[], tint?: Tint): Line[] => rows.map((row) => lineOf(`  ${row}`, tint));

/** Several lines of anybody, wrapped. */
export const prose = (text: string, columns: number): string[] =>
  readableText(text)
    .split('\n')
    .flatMap((line) => wrapToWidth(shownText(line), columns));
