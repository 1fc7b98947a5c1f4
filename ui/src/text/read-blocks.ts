import { Marked, type Token, type Tokens } from 'marked';
import { DIALECT } from '../../../src/common/markdown/dialect';

/** In a conversation a line break is one. */
const reader = new Marked(DIALECT, { breaks: true });

const read = (markdown: string): Token[] => {
  try {
    return reader.lexer(markdown);
  } catch {
    // Nested deeper than it can be read: shown as it was written.
    const text: Tokens.Text = { type: 'text', raw: markdown, text: markdown, escaped: true };
    return [{ type: 'paragraph', raw: markdown, text: markdown, tokens: [text] } satisfies Tokens.Paragraph];
  }
};

/** Blocks of a whole text. */
export const blocksOf = (markdown: string): Token[] => read(markdown).filter(({ type }) => type !== 'space');

/**
 * Blocks of a text that grows. All but the last are settled: they are read once and stay the same objects, so that what
 * is shown of them need not change.
 */
export class GrowingBlocks {
  private settled: Token[] = [];
  /** What they were read from. */
  private source = '';

  of(text: string): Token[] {
    if (!text.startsWith(this.source)) {
      this.settled = [];
      this.source = '';
    }
    const tokens = read(text.slice(this.source.length));
    const last = tokens.findLastIndex(({ type }) => type !== 'space');
    const done = last > 0 ? tokens.slice(0, last) : [];
    // What a text defines at its end may be meant by a link before it.
    if (done.length > 0 && !tokens.some(({ type }) => type === 'def')) {
      this.source += done.map(({ raw }) => raw).join('');
      // Tabs and line ends are read as others: where the pieces are not the text, all is read again.
      if (text.startsWith(this.source))
        this.settled = [...this.settled, ...done.filter(({ type }) => type !== 'space')];
      else {
        this.settled = [];
        this.source = '';
        return blocksOf(text);
      }
      return [...this.settled, ...tokens.slice(last)].filter(({ type }) => type !== 'space');
    }
    return [...this.settled, ...tokens].filter(({ type }) => type !== 'space');
  }
}
