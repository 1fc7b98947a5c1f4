import { cutText } from '../common/cut-text';
import { foldText } from '../common/fold-text';

/** Joins the two halves of a pair; no word holds it, and the index takes it for part of one. */
const JOINT = '·';
/** A word, or a sign that means something by itself, such as an emoji. */
const WORD = /[\p{L}\p{N}\p{M}]+|[\p{So}\u00a3\u00a5\u20a0-\u20cf]/gu;
/** What stands between the parts of dates, file names, addresses and hyphenated words. */
const BETWEEN = /^[-._/:@+#'’‐‑–]$/;
const BLANKLESS =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const RUNS = new RegExp(`(?:${BLANKLESS.source}\\p{M}*)+|(?:(?!${BLANKLESS.source})[^])+`, 'gu');
/** A letter with the signs around it. */
const CLUSTER = /[^\p{M}]\p{M}*|\p{M}+/gu;
/** Longer ones are data; their beginning tells them apart well enough. */
const LONGEST = 200;

/**
 * What a text is found by, in order: for an index and a query alike. Words are folded; scripts that put no blanks
 * between words become characters and pairs of neighbours; parts of a date, a file name or a hyphenated word are words, and pairs as well,
 * so that `2026-11-27` is more than a year, a month and a day.
 */
export function termsOf(text: string): string[] {
  const folded = foldText(text);
  const terms: string[] = [];
  let before: { word: string; end: number } | undefined;
  for (const { 0: whole, index } of folded.matchAll(WORD)) {
    const word = cutText(whole, LONGEST, { mark: '' });
    addWord(terms, word);
    if (before && BETWEEN.test(folded.slice(before.end, index))) terms.push(`${before.word}${JOINT}${word}`);
    before = { word, end: index + whole.length };
  }
  return terms;
}

function addWord(terms: string[], word: string): void {
  for (const [run] of word.matchAll(RUNS)) {
    if (!BLANKLESS.test(run)) {
      terms.push(stemOf(run));
      continue;
    }
    const clusters = run.match(CLUSTER) ?? [];
    for (const [index, cluster] of clusters.entries()) {
      terms.push(cluster);
      const next = clusters[index + 1];
      if (next !== undefined) terms.push(cluster + next);
    }
  }
}

/** English endings, where enough of the word is left. */
const stemOf = (word: string): string => (word.length > 4 ? word.replace(/(ing|ed|es|s)$/, '') : word);
