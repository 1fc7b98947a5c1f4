import type { Marked, Token, Tokens } from 'marked';
import { plainWhereTooDeep } from './deep-nesting';
import { DIALECT } from './dialect';

export type { Token, Tokens };

let reader: Marked | undefined;

/** Reads Markdown by the rules of CommonMark and GFM. The `raw` of the blocks, joined, is the source. */
export function readMarkdown(markdown: string): Token[] {
  const plain = plainWhereTooDeep(markdown);
  if (plain) return plain;
  reader ??= makeReader();
  return reader.lexer(markdown);
}

/** The library is loaded for the first text that is read. */
function makeReader(): Marked {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous, on first use
  const library = require('marked') as typeof import('marked');
  return new library.Marked(DIALECT);
}

const ENTITY = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z][a-zA-Z\d]*);/g;

/** Characters that a text spells as entities (`&amp;`, `&#x41;`). */
export const decodeEntities = (text: string): string =>
  text.replace(ENTITY, (entity) => entityTable().decode(entity, { scope: 'strict' }));

/** All two thousand names, for the few texts that use one. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous, on first use
const entityTable = (): typeof import('html-entities') => require('html-entities') as typeof import('html-entities');

/** Tokens inside a token: of a paragraph, a list item, an emphasis; none inside code. */
export const childrenOf = (token: Token): readonly Token[] => ('tokens' in token ? (token.tokens ?? []) : []);

/** Line breaks at the end of a piece of source. */
export function breaksAfter(raw: string): number {
  let count = 0;
  for (let at = raw.length - 1; at >= 0 && /\s/.test(raw[at] ?? ''); at--) if (raw[at] === '\n') count++;
  return count;
}

/** Each block with the breaks between it and the one before: 0 for the first, 1 for the next line, 2 for a blank line. */
export function blocksOf(tokens: readonly Token[]): { token: Token; gap: 0 | 1 | 2 }[] {
  const blocks: { token: Token; gap: 0 | 1 | 2 }[] = [];
  let breaks = 0;
  for (const token of tokens) {
    if (token.type !== 'space') blocks.push({ token, gap: blocks.length === 0 ? 0 : breaks > 1 ? 2 : 1 });
    breaks = token.type === 'space' ? breaks + breaksAfter(token.raw) : breaksAfter(token.raw);
  }
  return blocks;
}

/** Whether a link shows its own address. */
export const isBareLink = (link: Tokens.Link): boolean =>
  link.raw === link.text || link.raw === `<${link.text}>` || link.text === link.href;

/** An address as it stands in a link of Markdown. */
export const linkTarget = (href: string): string =>
  /^[^\s<>()\\]+$/.test(href) ? href : `<${href.replace(/[<>\n\\]/g, (each) => (each === '\n' ? ' ' : `\\${each}`))}>`;
