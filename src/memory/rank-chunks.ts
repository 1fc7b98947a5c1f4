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

/** Cuts a text at line ends into pieces that overlap a little. */
export function chunkText(path: string, text: string, size: ChunkSize = DEFAULT_CHUNK): Chunk[] {
  const lines = text.split('\n');
  const chunks: Chunk[] = [];
  let start = 0;
  while (start < lines.length) {
    let end = start;
    let chars = 0;
    while (end < lines.length && (chars === 0 || chars + (lines[end]?.length ?? 0) < size.chars))
      chars += (lines[end++]?.length ?? 0) + 1;
    const body = lines.slice(start, end).join('\n');
    if (body.trim() !== '') chunks.push({ path, startLine: start + 1, endLine: end, text: body });
    if (end >= lines.length) break;
    let back = end;
    for (let shared = 0; back > start + 1 && shared < size.overlapChars; back--)
      shared += (lines[back - 1]?.length ?? 0) + 1;
    start = back;
  }
  return chunks;
}

/** Words of a text; scripts without blanks become overlapping pairs of characters. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const [word] of text
    .toLowerCase()
    .normalize('NFKC')
    .matchAll(/[\p{L}\p{N}]+/gu)) {
    const cjk = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]/u;
    if (!cjk.test(word)) {
      terms.push(word.length > 4 ? word.replace(/(ing|ed|es|s)$/, '') : word);
      continue;
    }
    const characters = [...word];
    for (let index = 0; index < characters.length; index++) {
      terms.push(characters[index] ?? '');
      if (index + 1 < characters.length) terms.push(`${characters[index]}${characters[index + 1]}`);
    }
  }
  return terms;
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
