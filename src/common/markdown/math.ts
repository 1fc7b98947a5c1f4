import type { TokenizerAndRendererExtension, Tokens } from 'marked';

/** A formula of TeX: nothing in it is Markdown, and its backslashes are its own. */
export interface MathToken extends Tokens.Generic {
  type: 'math';
  raw: string;
  /** With its signs, as it was written. */
  text: string;
}

/** What makes a formula of words between two dollar signs, which may be prices or names of variables. */
const TEX = /[\\^_{}=]/;

/** Formulas in a line: `\(…\)`, `\[…\]`, `$$…$$` and, where it looks like TeX, `$…$`. None holds the sign of another. */
const INLINE = [
  /^\\\((?:\\(?![()])[^\n]|[^\\\n])+\\\)/,
  /^\\\[(?:\\(?![[\]])[^\n]|[^\\])+\\\]/,
  /^\$\$(?:\\.|[^\\$])+\$\$(?!\$)/,
  /^\$(?![\s$])(?:\\.|[^\\$\n`])*?(?:\\.|[^\\$\s`])\$(?![\d$\p{L}])/u,
] as const;

/** Formulas with lines of their own, from the sign that begins the first to the one that ends the last. */
const BLOCK = [
  /^ {0,3}\$\$[^\S\n]*\n(?:(?![^\S\n]*(?:\n|\$\$))[^\n]*\n)+?[^\S\n]*\$\$[^\S\n]*(?:\n+|$)/,
  /^ {0,3}\\\[[^\S\n]*\n(?:(?![^\S\n]*(?:\n|\\\]))[^\n]*\n)+?[^\S\n]*\\\][^\S\n]*(?:\n+|$)/,
] as const;
const BLOCK_START = /^ {0,3}(?:\$\$|\\\[)[^\S\n]*$/gm;

const firstOf = (patterns: readonly RegExp[], source: string): string | undefined => {
  for (const pattern of patterns) {
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Names in formulas are single letters; three in a row are a word of the text. */
const WORD = /\p{L}{3}/u;

/** `\[1\]` and `\(see below\)` on one line are brackets that were escaped. */
function isFormula(raw: string): boolean {
  if (/^\$(?!\$)/.test(raw)) return TEX.test(raw.slice(1, -1));
  const inner = raw.slice(2, -2);
  if (inner.trim() === '') return false;
  if (raw.startsWith('\\(')) return TEX.test(inner) || !WORD.test(inner);
  return !raw.startsWith('\\[') || inner.includes('\n') || TEX.test(inner);
}

const SIGNS = ['$', '\\(', '\\['] as const;

export const MATH: readonly TokenizerAndRendererExtension[] = [
  {
    name: 'math',
    level: 'inline',
    start: (source: string) => {
      const places = SIGNS.map((sign) => source.indexOf(sign)).filter((at) => at >= 0);
      return places.length === 0 ? undefined : Math.min(...places);
    },
    tokenizer(source: string): MathToken | undefined {
      if (source[0] !== '$' && source[0] !== '\\') return undefined;
      const raw = firstOf(INLINE, source);
      if (raw === undefined || !isFormula(raw)) return undefined;
      return { type: 'math', raw, text: raw };
    },
  },
  {
    name: 'mathBlock',
    level: 'block',
    start: (source: string) => {
      // A paragraph ends at a blank line by itself.
      const end = source.indexOf('\n\n');
      const paragraph = end < 0 ? source : source.slice(0, end);
      for (const { index } of paragraph.matchAll(BLOCK_START))
        if (firstOf(BLOCK, paragraph.slice(index)) !== undefined) return index;
      return undefined;
    },
    tokenizer(source: string): MathToken | undefined {
      const raw = firstOf(BLOCK, source);
      return raw === undefined ? undefined : { type: 'math', raw, text: raw.trim() };
    },
  },
];
