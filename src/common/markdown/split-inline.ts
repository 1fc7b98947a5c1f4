import { graphemeBorder } from '../cut-text';
import { largestFit } from './largest-fit';
import { type Token, type Tokens, childrenOf, isBareLink, linkTarget, readMarkdown } from './markdown-tree';
import { graphemes } from '../graphemes';

/** Marks around a stretch of text; a cut inside closes and opens them again. */
interface Marks {
  open: string;
  close: string;
  /** Links and code are cut only where they do not fit as a whole. */
  isWhole: boolean;
}

/** A stretch of source with the marks that it stands in. */
interface Stretch {
  raw: string;
  marks: readonly Marks[];
  /** Escapes, pictures, addresses: nothing inside is a place to cut. */
  isAtom: boolean;
}

interface Place {
  stretch: number;
  offset: number;
}

/** How good a place to cut is; the lowest there is wins. */
enum Quality {
  line,
  sentence,
  word,
  lineInMarks,
  sentenceInMarks,
  wordInMarks,
  whole,
}

interface Candidate extends Place {
  quality: Quality;
}

/** No good place further in front than this share of what fits is taken: pieces would become too many. */
const LEAST_SHARE = 0.4;

/**
 * Cuts the text of one paragraph so that each piece fits: at line breaks, sentences, words, and only then inside a word.
 * @param isParagraph whether a piece stands by itself, so that its beginning must not read as a list or a heading
 */
export function splitInline(
  tokens: readonly Token[],
  fits: (piece: string) => boolean,
  wrap: (piece: string) => string,
  isParagraph = false,
): string[] {
  const stretches = stretchesOf(tokens, []);
  const candidates = candidatesOf(stretches);
  const end: Place = { stretch: stretches.length, offset: 0 };
  const shape = (from: Place, to: Place): string => {
    const piece = write(stretches, from, to).trim();
    return isParagraph && from.stretch + from.offset > 0 ? asParagraph(piece) : piece;
  };
  const isFit = (from: Place, to: Place): boolean => fits(wrap(shape(from, to)));
  const pieces: string[] = [];
  let from: Place = { stretch: 0, offset: 0 };
  while (!isFit(from, end)) {
    const to =
      bestPlace(candidates, from, isFit, (place) => lengthOf(stretches, from, place)) ??
      cutInWord(stretches, from, isFit);
    if (to === undefined) break;
    pieces.push(shape(from, to));
    from = to;
  }
  pieces.push(shape(from, end));
  return pieces.filter((piece) => piece !== '');
}

function stretchesOf(tokens: readonly Token[], marks: readonly Marks[]): Stretch[] {
  return tokens.flatMap((token): Stretch[] => {
    const around = marksOf(token);
    if (around === undefined) return [{ raw: token.raw, marks, isAtom: token.type !== 'text' }];
    if (token.type === 'codespan')
      return [
        {
          raw: token.raw.slice(around.open.length, token.raw.length - around.close.length),
          marks: [...marks, around],
          isAtom: false,
        },
      ];
    return stretchesOf(childrenOf(token), [...marks, around]);
  });
}

/** Marks that a token puts around what is in it; undefined where it can't be taken apart. */
function marksOf(token: Token): Marks | undefined {
  const inner = childrenOf(token)
    .map(({ raw }) => raw)
    .join('');
  const around = (open: string, close: string, isWhole: boolean): Marks | undefined =>
    token.raw === `${open}${inner}${close}` ? { open, close, isWhole } : undefined;
  switch (token.type) {
    case 'strong':
    case 'spoiler':
      return around(token.raw.slice(0, 2), token.raw.slice(0, 2), false);
    case 'em':
      return around(token.raw.slice(0, 1), token.raw.slice(0, 1), false);
    case 'del': {
      const mark = token.raw.startsWith('~~') ? '~~' : '~';
      return around(mark, mark, false);
    }
    case 'codespan': {
      const mark = /^`+ ?/.exec(token.raw)?.[0] ?? '`';
      return { open: mark, close: [...mark].reverse().join(''), isWhole: true };
    }
    case 'link':
    case 'image': {
      const link = token as Tokens.Link;
      const open = token.type === 'image' ? '![' : '[';
      if (isBareLink(link) || !token.raw.startsWith(`${open}${inner}](`)) return undefined;
      const title = link.title ? ` "${link.title.replaceAll('"', '\\"')}"` : '';
      return { open, close: `](${linkTarget(link.href)}${title})`, isWhole: true };
    }
    default:
      return undefined;
  }
}

/** Source between two places; marks that are open at a cut are closed before it and opened after it. */
function write(stretches: readonly Stretch[], from: Place, to: Place): string {
  let text = '';
  let open: readonly Marks[] = [];
  const change = (next: readonly Marks[]): void => {
    let same = 0;
    while (same < open.length && open[same] === next[same]) same++;
    for (const marks of open.slice(same).reverse()) text += marks.close;
    for (const marks of next.slice(same)) text += marks.open;
    open = next;
  };
  for (let index = from.stretch; index <= to.stretch && index < stretches.length; index++) {
    const { raw, marks } = stretches[index]!;
    let part = raw.slice(index === from.stretch ? from.offset : 0, index === to.stretch ? to.offset : undefined);
    if (part === '') continue;
    const isFirst = text === '';
    const isLast = index === to.stretch || (index === to.stretch - 1 && to.offset === 0);
    // Marks take hold only next to a word.
    if (isFirst) part = part.trimStart();
    if (isLast && !(to.stretch >= stretches.length)) part = part.trimEnd();
    if (part === '') continue;
    change(marks);
    text += part;
  }
  change([]);
  return text;
}

function lengthOf(stretches: readonly Stretch[], from: Place, to: Place): number {
  let length = to.offset - from.offset;
  for (let index = from.stretch; index < to.stretch; index++) length += stretches[index]?.raw.length ?? 0;
  return length;
}

/** Line breaks; ends of sentences in any script; blanks, and the commas of scripts that are written without blanks. */
const BREAKS: readonly [RegExp, 0 | 1 | 2][] = [
  [/\n/g, 0],
  [/(?<=[.!?…])\s+|(?<=[。！？；｡])/g, 1],
  [/[^\S\u00a0\u202f\u2060]+|(?<=[，、：,・])(?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])/g, 2],
];

function candidatesOf(stretches: readonly Stretch[]): Candidate[] {
  const found = new Map<string, Candidate>();
  const add = (candidate: Candidate): void => {
    const key = `${candidate.stretch}:${candidate.offset}`;
    if ((found.get(key)?.quality ?? Infinity) > candidate.quality) found.set(key, candidate);
  };
  stretches.forEach(({ raw, marks, isAtom }, stretch) => {
    if (isAtom) {
      if (/^\s*\n$/.test(raw)) add({ stretch: stretch + 1, offset: 0, quality: qualityOf(0, marks) });
      return;
    }
    for (const [pattern, level] of BREAKS)
      for (const { index, 0: gap } of raw.matchAll(pattern)) {
        const offset = index + gap.length;
        if (isInsideEntity(raw, offset)) continue;
        add({ stretch, offset, quality: qualityOf(level, marks) });
      }
  });
  return [...found.values()].sort((a, b) => a.stretch - b.stretch || a.offset - b.offset);
}

const qualityOf = (level: 0 | 1 | 2, marks: readonly Marks[]): Quality =>
  marks.some(({ isWhole }) => isWhole) ? Quality.whole : level + (marks.length > 0 ? 3 : 0);

const isInsideEntity = (raw: string, offset: number): boolean =>
  /&#?\w{0,30}$/.test(raw.slice(Math.max(0, offset - LOOK), offset)) &&
  /^\w{0,30};/.test(raw.slice(offset, offset + LOOK));

const isAfter = (place: Place, from: Place): boolean =>
  place.stretch > from.stretch || (place.stretch === from.stretch && place.offset > from.offset);

/** The best candidate that fits: not much shorter than it could be, and not inside a link where that can be avoided. */
function bestPlace(
  candidates: readonly Candidate[],
  from: Place,
  isFit: (from: Place, to: Place) => boolean,
  length: (place: Place) => number,
): Place | undefined {
  const ahead = candidates.filter((candidate) => isAfter(candidate, from));
  const fitting = ahead.slice(
    0,
    largestFit(ahead.length, (count) => isFit(from, ahead[count - 1]!)),
  );
  const last = fitting.at(-1);
  if (!last) return undefined;
  const least = length(last) * LEAST_SHARE;
  const near = fitting.filter((place) => length(place) >= least);
  const outside = near.some(({ quality }) => quality < Quality.whole)
    ? near
    : fitting.filter(({ quality }) => quality < Quality.whole);
  const pool = outside.length > 0 ? outside : near;
  const best = Math.min(...pool.map(({ quality }) => quality));
  return pool.filter(({ quality }) => quality === best).at(-1);
}

/** Characters around a place that are looked at: no entity is longer. */
const LOOK = 64;

/** A word that is too long by itself: cut between what a reader takes for characters. */
function cutInWord(
  stretches: readonly Stretch[],
  from: Place,
  isFit: (from: Place, to: Place) => boolean,
): Place | undefined {
  let best: Place | undefined;
  for (let stretch = from.stretch; stretch < stretches.length; stretch++) {
    const { raw, isAtom } = stretches[stretch]!;
    const start = stretch === from.stretch ? from.offset : 0;
    const whole: Place = { stretch: stretch + 1, offset: 0 };
    if (isFit(from, whole)) {
      best = whole;
      continue;
    }
    if (isAtom && best) return best;
    // An atom that is too long for any message is cut like a word: rather its form than its words is lost.
    const size = largestFit(raw.length - start - 1, (count) => isFit(from, { stretch, offset: start + count }));
    const cut = safeCut(raw, start, start + size) ?? (best === undefined ? firstCut(raw, start) : undefined);
    return cut === undefined
      ? (best ?? (stretch + 1 < stretches.length ? whole : undefined))
      : { stretch, offset: cut };
  }
  return best;
}

/** The last place up to another where neither a character, an entity nor an escape is cut; undefined where there is none. */
function safeCut(raw: string, start: number, most: number): number | undefined {
  let offset = most;
  while (offset > start) {
    const border = graphemeBorder(raw, offset);
    if (border > start && !isInsideEntity(raw, border) && !isEscaped(raw, border)) return border;
    offset = Math.min(border, offset - 1);
  }
  return undefined;
}

/** The end of the first character: taken where not even that fits, so that the rest goes on. */
function firstCut(raw: string, start: number): number | undefined {
  const end =
    start +
    (graphemes()
      .segment(raw.slice(start, start + LOOK))
      .containing(0)?.segment.length ?? 0);
  return end > start && end < raw.length ? end : undefined;
}

/** Whether a backslash in front takes the next character along. */
function isEscaped(raw: string, offset: number): boolean {
  let count = 0;
  while (raw[offset - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

/** A piece from the middle of a paragraph whose beginning would read as a list, a heading or a quote. */
function asParagraph(piece: string): string {
  const tokens = readMarkdown(piece);
  if (tokens.length === 1 && tokens[0]?.type === 'paragraph') return piece;
  const number = /^(\d{1,9})([.)])/.exec(piece);
  if (number) return `${number[1]}\\${piece.slice(number[1]!.length)}`;
  return /^[!-/:-@[-`{-~]/.test(piece) ? `\\${piece}` : piece;
}
