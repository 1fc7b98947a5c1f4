import { graphemeBorder } from '../common/cut-text';
import { termsOf } from './search-terms';

export interface Chunk {
  path: string;
  /** Counted from 1. */
  startLine: number;
  endLine: number;
  text: string;
}

/** What is known about all chunks together. */
export interface CorpusFacts {
  chunks: number;
  /** Mean number of terms of a chunk. */
  averageTerms: number;
  /** Number of chunks that hold a term. */
  holding(term: string): number;
}

export interface ChunkSize {
  chars: number;
  overlapChars: number;
}

/** 400 and 80 tokens of four characters. */
export const DEFAULT_CHUNK: ChunkSize = { chars: 1600, overlapChars: 320 };
/** Constants of BM25. */
const K1 = 1.2;
const B = 0.75;

/** Cuts a text at line ends, and lines that are too long between words, into pieces that overlap a little. */
export function chunkText(path: string, text: string, size: ChunkSize = DEFAULT_CHUNK): Chunk[] {
  const lines = text.split('\n');
  const lengthAt = (index: number): number => lines[index]?.length ?? 0;
  const chunks: Chunk[] = [];
  const add = (start: number, end: number, body: string): void => {
    if (body.trim() !== '') chunks.push({ path, startLine: start + 1, endLine: end, text: body });
  };
  let start = 0;
  while (start < lines.length) {
    if (lengthAt(start) > size.chars) {
      for (const piece of piecesOf(lines[start] ?? '', size)) add(start, start + 1, piece);
      start++;
      continue;
    }
    let end = start;
    let chars = 0;
    while (end < lines.length && (chars === 0 || chars + lengthAt(end) < size.chars)) chars += lengthAt(end++) + 1;
    // The first line may be empty, and the one after it too long.
    if (end > start + 1 && lengthAt(end - 1) > size.chars) end--;
    add(start, end, lines.slice(start, end).join('\n'));
    let back = end;
    if (end < lines.length && lengthAt(end) <= size.chars)
      for (let shared = 0; back > start + 1 && shared < size.overlapChars; back--) shared += lengthAt(back - 1) + 1;
    start = back;
  }
  return chunks;
}

/** A character that no word holds. */
const OUTSIDE = /[^\p{L}\p{N}\p{M}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/** A long line in pieces of at most `chars`, cut after a word where one ends within the overlap. */
function piecesOf(line: string, { chars, overlapChars }: ChunkSize): string[] {
  const overlap = Math.min(overlapChars, Math.floor(chars / 2));
  const pieces: string[] = [];
  let start = 0;
  while (line.length - start > chars) {
    const end = wordBorder(line, start + chars, Math.max(start + 1, start + chars - overlap));
    pieces.push(line.slice(start, end));
    start = wordBorder(line, end - overlap, Math.max(start + 1, end - 2 * overlap));
  }
  return [...pieces, line.slice(start)];
}

/** The last place at or before `index`, but not before `least`, that stands outside of words. */
function wordBorder(line: string, index: number, least: number): number {
  for (let at = index; at >= least; at--) if (OUTSIDE.test(line[at - 1] ?? '')) return at;
  return Math.max(least, graphemeBorder(line, index));
}

/** Terms of a query that stand anywhere, with how much each tells; words that stand nowhere can't tell chunks apart. */
export function weighTerms(query: string, corpus: CorpusFacts): Map<string, number> {
  const weights = new Map<string, number>();
  for (const term of new Set(termsOf(query))) {
    const holding = corpus.holding(term);
    if (holding > 0) weights.set(term, Math.log(1 + (corpus.chunks - holding + 0.5) / (holding + 0.5)));
  }
  return weights;
}

/** BM25 of one chunk as the share of the best that the query can reach, 0 to 1. */
export function scoreText(weights: ReadonlyMap<string, number>, terms: readonly string[], corpus: CorpusFacts): number {
  const best = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (best === 0) return 0;
  const counts = new Map<string, number>();
  for (const term of terms) if (weights.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
  let sum = 0;
  for (const [term, count] of counts) {
    const saturation = (count * (K1 + 1)) / (count + K1 * (1 - B + (B * terms.length) / (corpus.averageTerms || 1)));
    sum += (weights.get(term) ?? 0) * Math.min(1, saturation);
  }
  return sum / best;
}
