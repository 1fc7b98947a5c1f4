import { type Token, type Tokens, childrenOf, linkTarget, readMarkdown } from './markdown-tree';

/** Markdown whose links carry their addresses themselves: a piece that is cut off has no part in definitions elsewhere. */
export function withInlineLinks(markdown: string): string {
  const tokens = readMarkdown(markdown);
  const references = tokens.map((token) => referencesIn(token));
  const used = new Set(references.flat().map(({ href }) => href));
  if (used.size === 0) return markdown;
  return tokens
    .map((token, index) => {
      if (token.type === 'def' && used.has((token as Tokens.Def).href)) return '';
      let text = '';
      let rest = token.raw;
      for (const link of references[index] ?? []) {
        const at = rest.indexOf(link.raw);
        if (at < 0) continue;
        const title = link.title ? ` "${link.title.replaceAll('"', '\\"')}"` : '';
        text += `${rest.slice(0, at)}${link.type === 'image' ? '!' : ''}[${link.text}](${linkTarget(link.href)}${title})`;
        rest = rest.slice(at + link.raw.length);
      }
      return text + rest;
    })
    .join('');
}

/** Links of a block that name a definition, in the order in which they stand. */
function referencesIn(token: Token): (Tokens.Link | Tokens.Image)[] {
  if (token.type === 'code' || token.type === 'codespan') return [];
  if (token.type === 'image' || (token.type === 'link' && !(token as Tokens.Link & { autolink?: boolean }).autolink)) {
    if (token.raw.endsWith(']')) return [token as Tokens.Link];
  }
  if (token.type === 'list') return (token as Tokens.List).items.flatMap(referencesIn);
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flat().flatMap((cell) => cell.tokens.flatMap(referencesIn));
  }
  return childrenOf(token).flatMap(referencesIn);
}
