import fc from 'fast-check';
import { chunkMarkdown } from '../text/markdown-chunks';
import { telegramHtml } from './telegram-format';

describe('Markdown for Telegram', () => {
  it.each([
    ['plain & <simple>', 'plain &amp; &lt;simple&gt;'],
    ['**b** __b__ *i* _i_ ~~s~~', '<b>b</b> <b>b</b> <i>i</i> <i>i</i> <s>s</s>'],
    ['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
    ['`x < y` and ``a`b``', '<code>x &lt; y</code> and <code>a`b</code>'],
    ['# Head', '<b>Head</b>'],
    ['- one\n* two', '• one\n• two'],
    ['> said\n> twice', '<blockquote>said\ntwice</blockquote>'],
    ['```\n<b>no</b>\n```', '<pre>&lt;b&gt;no&lt;/b&gt;</pre>'],
    ['[a](https://x.example/?a=1&b=2)', '<a href="https://x.example/?a=1&amp;b=2">a</a>'],
    ['[bad](javascript:alert(1))', '[bad](javascript:alert(1))'],
    ['---', '———'],
    ['**a *b** c*', '<b>a <i>b</i></b><i> c</i>'],
  ])('%j', (markdown, html) => {
    expect(telegramHtml(markdown)).toBe(html);
  });

  it('always opens and closes tags in pairs, whatever comes', () => {
    const piece = fc.constantFrom(
      '**',
      '*',
      '_',
      '__',
      '~~',
      '`',
      '```',
      '\n',
      '> ',
      '# ',
      '- ',
      'word',
      ' ',
      '<',
      '&',
      '[a](http://b.example)',
      '|',
      '|-|',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const html = telegramHtml(pieces.join(''));
        const open: string[] = [];
        for (const [, closing, name = ''] of html.matchAll(/<(\/?)([a-z-]+)[^>]*>/g)) {
          if (!closing) open.push(name);
          else expect(open.pop()).toBe(name);
        }
        expect(open).toEqual([]);
        expect(html).not.toMatch(/<(?!\/?(b|i|s|u|code|pre|a|blockquote|tg-spoiler)\b)/);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('pieces of a long text', () => {
  it('fit, and together hold every word in order', () => {
    const text = fc
      .array(
        fc.constantFrom('word', 'a longer sentence. ', '\n', '\n\n', ' ', '\n```js\ncode();\n```\n', 'x'.repeat(50)),
        { maxLength: 60 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 100, max: 300 }), (markdown, limit) => {
        const chunks = chunkMarkdown(markdown, (piece) => telegramHtml(piece).length <= limit);
        const words = (value: string): string => value.replace(/```\w*/g, '').replace(/\s+/g, '');
        expect(words(chunks.join('\n'))).toBe(words(markdown));
        for (const chunk of chunks) {
          expect(chunk.trim()).not.toBe('');
          expect((chunk.match(/```/g) ?? []).length % 2).toBe(0);
        }
        for (const chunk of chunks) expect(telegramHtml(chunk).length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 500 },
    );
  });
});
