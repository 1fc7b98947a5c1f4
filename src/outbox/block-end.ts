import type { BreakKind } from '../common/block-rules';

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
 * Where the first block of a growing text ends; undefined while it may still grow. Never inside a code fence. A text that
 * has come to rest is cut at its last paragraph, whatever its length. Pure.
 */
export function blockEnd(text: string, rules: BlockRules, isAtRest = false): number | undefined {
  const least = isAtRest ? 1 : rules.minChars;
  if (text.length < least) return undefined;
  const fences = fencesOf(text);
  const last = (kind: BreakKind): number | undefined => {
    let end: number | undefined;
    for (const { index, 0: gap } of text.matchAll(BREAKS[kind])) {
      if (index > rules.maxChars) break;
      if (index >= least && !fences.some(([from, to]) => index > from && index < to)) end = index + gap.length;
    }
    return end;
  };
  const preferred = last(rules.breakPreference);
  if (preferred !== undefined || text.length < rules.maxChars || isAtRest) return preferred;
  for (const kind of ORDER.slice(ORDER.indexOf(rules.breakPreference) + 1)) {
    const end = last(kind);
    if (end !== undefined) return end;
  }
  return undefined;
}

/** Where code blocks stand; one that is still open reaches to the end. */
function fencesOf(text: string): [number, number][] {
  const found: [number, number][] = [];
  let open: { mark: string; at: number } | undefined;
  for (const { index, 1: mark = '' } of text.matchAll(/^[ \t]*(```+|~~~+)/gm)) {
    if (!open) open = { mark, at: index };
    else if (mark.startsWith(open.mark)) {
      found.push([open.at, index + mark.length]);
      open = undefined;
    }
  }
  if (open) found.push([open.at, Infinity]);
  return found;
}
