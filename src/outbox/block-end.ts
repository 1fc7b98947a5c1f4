import type { BreakKind } from '../common/block-rules';
import { openFence } from '../common/markdown/open-fence';
import { type Token, type Tokens, breaksAfter, childrenOf, readMarkdown } from '../common/markdown/markdown-tree';
import { plainWords } from '../common/markdown/render-markdown';

export interface BlockRules {
  /** Characters. */
  minChars: number;
  maxChars: number;
  idleMs: number;
  breakPreference: BreakKind;
}

const BREAKS: Readonly<Record<BreakKind, RegExp>> = {
  paragraph: /\n{2,}/g,
  newline: /\n+/g,
  sentence: /(?<=[.!?…。！？])\s+/g,
};
const ORDER: readonly BreakKind[] = ['paragraph', 'newline', 'sentence'];

/**
 * Where the first block of a growing text ends; undefined while it may still grow. Never inside a code block, a link or an
 * emphasis, also one that has only begun. A text that has come to rest is cut at its last paragraph, whatever its length.
 * Pure.
 */
export function blockEnd(text: string, rules: BlockRules, isAtRest = false): number | undefined {
  const least = isAtRest ? 1 : rules.minChars;
  if (text.length < least) return undefined;
  const last = (kind: BreakKind): number | undefined => {
    const ends: number[] = [];
    for (const { index, 0: gap } of text.matchAll(BREAKS[kind])) {
      if (index > rules.maxChars) break;
      if (index >= least) ends.push(index + gap.length);
    }
    return ends.reverse().find((end) => isCleanCut(text, end));
  };
  const preferred = last(rules.breakPreference);
  if (preferred !== undefined || text.length < rules.maxChars || isAtRest) return preferred;
  for (const kind of ORDER.slice(ORDER.indexOf(rules.breakPreference) + 1)) {
    const end = last(kind);
    if (end !== undefined) return end;
  }
  return undefined;
}

/** Whether both sides of a cut show together what the whole shows, and no mark in front of it waits for its end. */
function isCleanCut(text: string, end: number): boolean {
  const head = text.slice(0, end);
  return (
    !endsInside(readMarkdown(head), breaksAfter(head) > 1) && `${words(head)}${words(text.slice(end))}` === words(text)
  );
}

const words = (markdown: string): string => plainWords(markdown).replace(/\s+/g, '');

/**
 * Whether what comes next would stand in a code block that is still open, or may end a mark of the last paragraph.
 * @param isApart a blank line follows: no mark reaches over it
 */
function endsInside(tokens: readonly Token[], isApart: boolean): boolean {
  const last = tokens.filter(({ type }) => type !== 'space').at(-1);
  if (last === undefined) return false;
  if (last.type === 'code') return openFence(last.raw) !== undefined;
  if (last.type === 'list') return endsInside((last as Tokens.List).items.at(-1)?.tokens ?? [], isApart);
  if (last.type === 'blockquote') return endsInside(childrenOf(last), isApart);
  if (isApart || breaksAfter(last.raw) > 1) return false;
  return childrenOf(last).some((token) => token.type === 'text' && /[*_~`[]|\|\|/.test(token.raw));
}
