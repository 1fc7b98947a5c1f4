import type { TokenizerObject, Tokens } from 'marked';

/** A tokenizer of the library while it reads, with the rules that it has before ours. */
export type Reading = ThisParameterType<NonNullable<TokenizerObject['emStrong']>>;

/** Longer paragraphs are read by the letter of the rules: each mark would have the whole paragraph looked at again. */
const MOST_CHARS = 20_000;
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;

let last: { masked: string; eased: string } | undefined;

/**
 * CommonMark tells by the blanks and signs beside a mark whether it begins or ends emphasis. Chinese, Japanese and Korean
 * are written without these blanks, so that `这是**重要。**的` would mark nothing: signs that stand beside a mark and
 * belong to such a script, or have one on the other side of it, count as letters here.
 */
function ease(masked: string): string {
  if (last?.masked === masked) return last.eased;
  const letters = new Map<number, number>();
  for (const { 0: run, index } of masked.matchAll(/[*~]+/g)) {
    const end = index + run.length;
    const before = /.$/su.exec(masked.slice(Math.max(0, index - 2), index))?.[0] ?? '';
    const after = /^./su.exec(masked.slice(end, end + 2))?.[0] ?? '';
    if (!EAST_ASIAN.test(before) && !EAST_ASIAN.test(after)) continue;
    if (PUNCTUATION.test(before)) letters.set(index - before.length, before.length);
    if (PUNCTUATION.test(after)) letters.set(end, after.length);
  }
  let eased = '';
  let from = 0;
  for (const [at, length] of [...letters].sort(([a], [b]) => a - b)) {
    eased += masked.slice(from, at) + 'x'.repeat(length);
    from = at + length;
  }
  eased += masked.slice(from);
  last = { masked, eased };
  return eased;
}

/**
 * Emphasis by the rules of the library, with signs of East Asian scripts taken as letters.
 * @returns undefined where nothing begins here; false where the library's own reading stands
 */
export function readEased<Token extends Tokens.Em | Tokens.Strong | Tokens.Del>(
  reading: Reading,
  kind: 'emStrong' | 'del',
  source: string,
  masked: string,
  before: string,
): Token | undefined | false {
  if (masked.length > MOST_CHARS) return false;
  const eased = ease(masked);
  if (eased === masked) return false;
  const own = Object.getPrototypeOf(reading) as Record<typeof kind, (...args: string[]) => Token | undefined>;
  // What is inside is read from the source, once, below.
  const bare = Object.create(reading, { lexer: { value: { inlineTokens: () => [] } } }) as Reading;
  const found = own[kind].call(bare, eased.slice(-source.length), eased, before);
  if (found === undefined) return undefined;
  const raw = source.slice(0, found.raw.length);
  const mark = (found.raw.length - found.text.length) / 2;
  const text = raw.slice(mark, -mark);
  return { ...found, raw, text, tokens: reading.lexer.inlineTokens(text) };
}
