export interface Chunk {
  path: string;
  /** Counted from 1. */
  startLine: number;
  endLine: number;
  text: string;
}

export interface RankedChunk extends Chunk {
  /** 0 to 1; 1 is the best that this query can reach. */
  score: number;
}

/** Characters of a chunk and of what it shares with the next one (400 and 80 tokens of four characters). */
const CHUNK_CHARS = 1600;
const OVERLAP_CHARS = 320;
/** Constants of BM25. */
const K1 = 1.2;
const B = 0.75;

/** Cuts a text at line ends into pieces that overlap a little. */
export function chunkText(path: string, text: string): Chunk[] {
  const lines = text.split('\n');
  const chunks: Chunk[] = [];
  let start = 0;
  while (start < lines.length) {
    let end = start;
    let size = 0;
    while (end < lines.length && (size === 0 || size + (lines[end]?.length ?? 0) < CHUNK_CHARS))
      size += (lines[end++]?.length ?? 0) + 1;
    const body = lines.slice(start, end).join('\n');
    if (body.trim() !== '') chunks.push({ path, startLine: start + 1, endLine: end, text: body });
    if (end >= lines.length) break;
    let back = end;
    for (let shared = 0; back > start + 1 && shared < OVERLAP_CHARS; back--)
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

/** Ranks chunks by BM25, best first; the score is the share of the best possible one. */
export function rankChunks(query: string, chunks: readonly Chunk[]): RankedChunk[] {
  if (chunks.length === 0) return [];
  const counted = chunks.map((chunk) => {
    const terms = termsOf(chunk.text);
    const counts = new Map<string, number>();
    for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    return { chunk, counts, length: terms.length };
  });
  // Words that stand nowhere can't tell one chunk from another.
  const wanted = [...new Set(termsOf(query))].filter((term) => counted.some((entry) => entry.counts.has(term)));
  if (wanted.length === 0) return [];
  const average = counted.reduce((sum, entry) => sum + entry.length, 0) / counted.length || 1;
  const weights = wanted.map((term) => {
    const holding = counted.filter((entry) => entry.counts.has(term)).length;
    return Math.log(1 + (counted.length - holding + 0.5) / (holding + 0.5));
  });
  const best = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  return counted
    .map(({ chunk, counts, length }) => {
      const score = wanted.reduce((sum, term, index) => {
        const count = counts.get(term) ?? 0;
        const saturation = (count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / average));
        return sum + (weights[index] ?? 0) * Math.min(1, saturation);
      }, 0);
      return { ...chunk, score: Math.round((score / best) * 1000) / 1000 };
    })
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score);
}
