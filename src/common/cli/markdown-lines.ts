import { displayWidth, wrapToWidth } from './display-width';
import type { Tint } from './terminal-style';
import { type MarkdownForm, renderMarkdown } from '../markdown/render-markdown';
import { readableText } from '../visible-text';
import type { Line, Span } from './line';

/** Characters that begin a look in a written text; text of others has none of them, they are spelt out there. */
const LOOKS: Readonly<Record<string, Tint>> = {
  '\u0001': 'title',
  '\u0002': 'slant',
  '\u0003': 'code',
  '\u0004': 'faint',
};
const END = '\u0005';
const [BOLD, SLANT, CODE, FAINT] = Object.keys(LOOKS) as [string, string, string, string];
const SIGNS = /[\u0001-\u0005]/g;
/** What stands before the words of a list's entry, of code and of a quotation: further rows are set in below it. */
const LEAD = /^(?:▌ )*(?: *(?:[•☐☑]|\d{1,9}\.) (?:[☐☑] )?| *)/;
const TAB = '    ';

const shown = (text: string): string => readableText(text).replaceAll('\t', TAB);

/** A look does not go over the end of a line. */
const looking = (sign: string, text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `${sign}${line}${END}`))
    .join('\n');

const TERMINAL: MarkdownForm = {
  text: shown,
  emphasis: (kind, inner) => looking({ strong: BOLD, em: SLANT, del: FAINT, spoiler: FAINT }[kind], inner),
  code: (text) => looking(CODE, shown(text)),
  link: (label, { href, isBare }) => (isBare || label === shown(href) ? label : `${label} (${shown(href)})`),
  codeBlock: (text) => looking(CODE, shown(text).replace(/^/gm, '  ')),
  heading: (inner) => looking(BOLD, inner),
  quote: (inner) => inner.replace(/^/gm, '▌ '),
  rule: '────────',
  bullet: '•',
  task: { open: '☐', done: '☑' },
};

/** What Markdown of anybody says, as lines of a terminal with so many columns. */
export const markdownLines = (markdown: string, columns: number): Line[] =>
  renderMarkdown(markdown, TERMINAL)
    .split('\n')
    .flatMap((line) => wrapped(spansOf(line), columns));

/** Pieces of a written line, each in its look; of two looks in one another the inner one counts. */
function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  const looks: Tint[] = [];
  let from = 0;
  const add = (to: number): void => {
    const tint = looks.at(-1);
    // eslint-disable-next-line openclaw/cut-text -- up to a sign that was found
    if (to > from) spans.push({ text: line.slice(from, to), ...(tint === undefined ? {} : { tint }) });
    from = to + 1;
  };
  for (const { 0: sign, index } of line.matchAll(SIGNS)) {
    add(index);
    const look = LOOKS[sign];
    if (look === undefined) looks.pop();
    else looks.push(look);
  }
  add(line.length);
  return spans;
}

/** A line in rows that take no more columns than there are, each piece still in its look. */
function wrapped(spans: readonly Span[], columns: number): Line[] {
  const text = spans.map((span) => span.text).join('');
  if (displayWidth(text) <= columns) return [spans];
  const lead = LEAD.exec(text)?.[0] ?? '';
  const indent = displayWidth(lead) * 2 < columns ? displayWidth(lead) : 0;
  const start = indent === 0 ? 0 : lead.length;
  let at = start;
  return wrapToWidth(text.slice(start), columns - indent).map((row, index) => {
    const from = text.indexOf(row, at);
    at = from + row.length;
    const piece = pieceOf(spans, from, at);
    if (indent === 0) return piece;
    return [...(index === 0 ? pieceOf(spans, 0, start) : [{ text: ' '.repeat(indent) }]), ...piece];
  });
}

/** What stands between two places of a line. */
function pieceOf(spans: readonly Span[], from: number, to: number): Span[] {
  let at = 0;
  return spans.flatMap((span) => {
    const begin = at;
    at += span.text.length;
    const text = span.text.slice(Math.max(0, from - begin), Math.max(0, to - begin));
    return text === '' ? [] : [{ ...span, text }];
  });
}
