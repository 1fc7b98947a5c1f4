import type { MarkedExtension, Token, Tokens } from 'marked';

/** `||hidden||`, which Telegram and Discord know and CommonMark does not. */
export interface SpoilerToken extends Tokens.Generic {
  type: 'spoiler';
  raw: string;
  tokens: Token[];
}

/** CommonMark and GFM, with two departures. The gateway and its pages read by it; this file imports nothing at run time. */
export const DIALECT: MarkedExtension = {
  gfm: true,
  tokenizer: {
    /** A star between two digits multiplies them. */
    emStrong(source, _, before = '') {
      return /\d/.test(before) && /^\*\d/.test(source) ? undefined : false;
    },
  },
  extensions: [
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
