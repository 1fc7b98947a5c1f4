import fc from 'fast-check';
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
    ['**a *b** c*', '<i>a b c</i>'],
    ['Run this:\n\n```npm install```\n\nThen **go**.', 'Run this:\n\n<code>npm install</code>\n\nThen <b>go</b>.'],
    ['```\na\n``` no end\nb\n```', '<pre>a\n``` no end\nb</pre>'],
    ['https://e.com/__init__/a_b FOO__BAR__BAZ', 'https://e.com/__init__/a_b FOO__BAR__BAZ'],
    ['[R](https://e.org/R_(l)) x', '<a href="https://e.org/R_(l)">R</a> x'],
    ['[x](<https://a.b/c d>)', '<a href="https://a.b/c d">x</a>'],
    ['[**b** l](https://a.b)', '<a href="https://a.b"><b>b</b> l</a>'],
    ['[t][1]\n\n[1]: https://a.b', '<a href="https://a.b">t</a>'],
    ['> a\n> > b', '<blockquote>a\n&gt; b</blockquote>'],
    ['# **a** b', '<b>a b</b>'],
    ['3. a\n4. b', '3. a\n4. b'],
    ['- [x] a\n- [ ] b', '• ☑ a\n• ☐ b'],
    ['a &amp; b &copy;', 'a &amp; b ©'],
    ['||hidden|| a || b', '<tg-spoiler>hidden</tg-spoiler> a || b'],
    ['| a | b |\n|---|---|\n| 中 | 2 |', '<pre>a   b\n中  2</pre>'],
    ['a<br>b', 'a\nb'],
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
