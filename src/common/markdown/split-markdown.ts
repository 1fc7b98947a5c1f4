import { alignTable } from './align-table';
import { largestFit } from './largest-fit';
import { splitInline } from './split-inline';
import { type Token, type Tokens, blocksOf, childrenOf, readMarkdown } from './markdown-tree';
import { cellWords } from './render-markdown';
import { withInlineLinks } from './inline-links';
import type { MathToken } from './math';
import { graphemes } from '../graphemes';

/** Whether a piece of Markdown fits one message of a platform; what is true of a text is true of its beginnings. */
export type Fits = (markdown: string) => boolean;

/** A context that a piece is put in, such as a quote; a piece has to fit with it. */
type Wrap = (piece: string) => string;

/**
 * Splits Markdown into pieces that fit. Breaks between blocks, then between list items and lines, sentences, words; what
 * has to be cut is closed and opened again: code with its language, quotes, emphasis, links. Nothing that can be seen is
 * lost or changed.
 */
export function splitMarkdown(markdown: string, fits: Fits): string[] {
  const text = trimBlankLines(markdown);
  if (text === '') return [];
  if (fits(text)) return [text];
  return packBlocks(readMarkdown(withInlineLinks(text)), fits, (piece) => piece);
}

const trimBlankLines = (text: string): string => text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();

function packBlocks(tokens: readonly Token[], fits: Fits, wrap: Wrap): string[] {
  const pieces: string[] = [];
  let current = '';
  // A rest stands apart from what follows: next to it, some blocks would not begin.
  let isPart = false;
  for (const { token, gap } of blocksOf(tokens)) {
    const raw = trimBlankLines(token.raw);
    const joined = current === '' ? raw : `${current}${'\n'.repeat(isPart ? 2 : Math.max(gap, 1))}${raw}`;
    if (fits(wrap(joined))) {
      current = joined;
      isPart = false;
      continue;
    }
    if (current !== '') pieces.push(current);
    isPart = !fits(wrap(raw));
    const parts = isPart ? splitBlock(token, fits, wrap) : [raw];
    current = parts.pop() ?? '';
    pieces.push(...parts);
  }
  if (current !== '') pieces.push(current);
  return pieces;
}

/** Pieces of one block, without the context that they have to fit in. */
function splitBlock(token: Token, fits: Fits, wrap: Wrap): string[] {
  switch (token.type) {
    case 'code': {
      const code = token as Tokens.Code;
      return splitFence(code.text, code.lang ?? '', fits, wrap);
    }
    case 'table':
      return splitFence(
        alignTable(token as Tokens.Table, (cell) => cellWords(cell.tokens)),
        '',
        fits,
        wrap,
      );
    case 'math':
      return splitFence(trimBlankLines((token as MathToken).text), '', fits, wrap);
    case 'html':
      return splitFence(trimBlankLines(token.raw), 'html', fits, wrap);
    case 'blockquote': {
      const quoted: Wrap = (piece) => piece.replace(/^/gm, '> ');
      return packBlocks(readMarkdown((token as Tokens.Blockquote).text), fits, (piece) => wrap(quoted(piece))).map(
        quoted,
      );
    }
    case 'list':
      return packItems(token as Tokens.List, fits, wrap);
    case 'heading': {
      const heading = token as Tokens.Heading;
      const mark = '#'.repeat(heading.depth);
      return splitInline(heading.tokens, fits, (piece) => wrap(`${mark} ${piece}`)).map((piece) => `${mark} ${piece}`);
    }
    default:
      return splitInline(childrenOf(token).length > 0 ? childrenOf(token) : [token], fits, wrap, true);
  }
}

function splitFence(text: string, info: string, fits: Fits, wrap: Wrap): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = (info.includes('`') ? '~' : '`').repeat(longest + 1);
  const fenced: Wrap = (piece) => `${mark}${info}\n${piece}\n${mark}`;
  const pieces: string[] = [];
  let current: string | undefined;
  for (const line of text.split('\n')) {
    const joined = current === undefined ? line : `${current}\n${line}`;
    if (fits(wrap(fenced(joined)))) {
      current = joined;
      continue;
    }
    if (current !== undefined) pieces.push(current);
    const parts = fits(wrap(fenced(line))) ? [line] : cutLine(line, (piece) => fits(wrap(fenced(piece))));
    current = parts.pop();
    pieces.push(...parts);
  }
  if (current !== undefined) pieces.push(current);
  return pieces.filter((piece) => piece.trim() !== '').map(fenced);
}

/** A line of code that is too long by itself: cut between what a reader takes for characters. */
function cutLine(line: string, fits: Fits): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (!fits(rest)) {
    const low = largestFit(rest.length - 1, (count) => fits(rest.slice(0, count)));
    const within = graphemes()
      .segment(rest.slice(0, low + 64))
      .containing(low);
    const cut = (within?.index ?? 0) > 0 && within ? within.index : firstGrapheme(rest);
    if (cut >= rest.length) break;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...pieces, rest];
}

const firstGrapheme = (text: string): number => graphemes().segment(text).containing(0)?.segment.length ?? text.length;

/** Items stay whole where they fit; of one that does not, the first piece has its marker. */
function packItems(list: Tokens.List, fits: Fits, wrap: Wrap): string[] {
  const pieces: string[] = [];
  let current = '';
  // A rest stands apart from what follows: next to it, some blocks would not begin.
  let isPart = false;
  for (const [index, item] of list.items.entries()) {
    const raw = numbered(trimBlankLines(item.raw), list.ordered ? Number(list.start) + index : undefined);
    const joined = current === '' ? raw : `${current}${list.loose || isPart ? '\n\n' : '\n'}${raw}`;
    if (fits(wrap(joined))) {
      current = joined;
      isPart = false;
      continue;
    }
    if (current !== '') pieces.push(current);
    isPart = !fits(wrap(raw));
    const parts = isPart ? splitItem(item, raw, fits, wrap) : [raw];
    current = parts.pop() ?? '';
    pieces.push(...parts);
  }
  if (current !== '') pieces.push(current);
  return pieces;
}

/** An item with the number that it is shown with; what else is in it is set in as its marker asks for. */
function numbered(raw: string, number: number | undefined): string {
  const [, blanks = '', written = ''] = /^(\s*)(\d+)/.exec(raw) ?? [];
  if (number === undefined || written === '' || Number(written) === number) return raw;
  const wider = String(number).length - written.length;
  const rest = raw.slice(blanks.length + written.length);
  return `${blanks}${number}${wider > 0 ? rest.replace(/\n(?=[^\n])/g, `\n${' '.repeat(wider)}`) : rest}`;
}

function splitItem(item: Tokens.ListItem, raw: string, fits: Fits, wrap: Wrap): string[] {
  const marker = `${/^\s*([-*+]|\d+[.)])/.exec(raw)?.[1] ?? '-'} `;
  const marked: Wrap = (piece) => `${marker}${piece.replace(/\n(?=[^\n])/g, `\n${' '.repeat(marker.length)}`)}`;
  const task = item.task ? (item.checked ? '[x] ' : '[ ] ') : '';
  const [first = '', ...others] = packBlocks(
    readMarkdown(`${task}${item.text.replace(/^\[[ xX]\]\s+/, '')}`),
    fits,
    (piece) => wrap(marked(piece)),
  );
  return [marked(first), ...others];
}
