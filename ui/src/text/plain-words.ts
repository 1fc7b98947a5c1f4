import type { Token } from 'marked';
import { withoutEntities } from './entities';
import { blocksOf } from './read-blocks';

/** What a text says without its marks, in one line; for previews, which may be cut anywhere. */
export const plainWords = (markdown: string): string => wordsOf(blocksOf(markdown)).replace(/\s+/g, ' ').trim();

function wordsOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if ('tokens' in token && token.tokens) return wordsOf(token.tokens);
      if ('items' in token) return wordsOf(token.items as Token[]);
      return token.type === 'br' ? ' ' : withoutEntities('text' in token ? String(token.text) : token.raw);
    })
    .join('');
}
