import type { Token, Tokens } from 'marked';

/** Quotes and lists in one another as nobody writes them; some thousands of them are more than the stack holds. */
const TOO_DEEP = /^[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d{1,9}[.)][ \t]+){100}/m;

/** The whole text as one paragraph without marks, where it is nested too deeply to be read; undefined where it is not. */
export function plainWhereTooDeep(markdown: string): Token[] | undefined {
  if (!TOO_DEEP.test(markdown)) return undefined;
  const words: Tokens.Text = { type: 'text', raw: markdown, text: markdown, escaped: false };
  return [{ type: 'paragraph', raw: markdown, text: markdown, tokens: [words] } satisfies Tokens.Paragraph];
}
