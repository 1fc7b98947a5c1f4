import type { MarkedExtension, Token, Tokens } from 'marked';
import { readEased } from './flanks';
import { MATH } from './math';

/** `||hidden||`, which Telegram and Discord know and CommonMark does not. */
export interface SpoilerToken extends Tokens.Generic {
  type: 'spoiler';
  raw: string;
  tokens: Token[];
}

const ENDS_IN_WORD = /[\p{L}\p{N}]$/u;
const BEGINS_WORD = /^[\p{L}\p{N}]/u;

/** CommonMark and GFM, with few departures. The gateway and its pages read by it; nothing here imports the library at run time. */
export const DIALECT: MarkedExtension = {
  gfm: true,
  tokenizer: {
    /** A star between two digits multiplies them. */
    emStrong(source, masked, before = '') {
      if (/\d/.test(before) && /^\*\d/.test(source)) return undefined;
      return source.startsWith('*') ? readEased(this, 'emStrong', source, masked, before) : false;
    },
    /** A single tilde inside a word is a range: `3~5 days, 7~10 weeks`. */
    del(source, masked, before = '') {
      if (!source.startsWith('~')) return false;
      const isSingle = !source.startsWith('~~');
      if (isSingle && (ENDS_IN_WORD.test(before) || closesInWord(source))) return undefined;
      return readEased(this, 'del', source, masked, before);
    },
  },
  extensions: [
    ...MATH,
    {
      name: 'spoiler',
      level: 'inline',
      start: (source: string) => source.indexOf('||'),
      tokenizer(source: string): SpoilerToken | undefined {
        const [raw, inner] = /^\|\|(?=\S)((?:[^|\n]|\|(?!\|))*?\S)\|\|(?!\|)/.exec(source) ?? [];
        if (raw === undefined || inner === undefined) return undefined;
        return { type: 'spoiler', raw, tokens: this.lexer.inlineTokens(inner) };
      },
    },
  ],
};

/** Whether the tilde after the first one stands in front of a word. */
function closesInWord(source: string): boolean {
  const at = source.indexOf('~', 1);
  return at >= 0 && BEGINS_WORD.test(source.slice(at + 1, at + 3));
}
