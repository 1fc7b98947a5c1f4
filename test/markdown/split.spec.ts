import fc from 'fast-check';
import { plainWords } from '../../src/common/markdown/render-markdown';
import { splitMarkdown } from '../../src/common/markdown/split-markdown';
import { withoutBlanks } from '../harness/visible-words';
import { anyMarkdown } from './markdown-arbitrary';

const words = (markdown: string): string => withoutBlanks(plainWords(markdown)).replace(/[•☐☑]/g, '');

describe('pieces of Markdown', () => {
  it('fit, and show together what the whole shows', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.integer({ min: 120, max: 500 }), (markdown, limit) => {
        const pieces = splitMarkdown(markdown, (piece) => piece.length <= limit);
        expect(pieces.map(words).join('')).toBe(words(markdown));
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(Math.max(limit, 160));
      }),
      { numRuns: 600 },
    );
  });
});
