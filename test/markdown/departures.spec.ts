import fc from 'fast-check';
import { discordMarkdown } from '../../src/channels/discord/discord-format';
import { mrkdwn } from '../../src/channels/slack/slack-format';
import { telegramChunks, telegramHtml } from '../../src/channels/telegram/telegram-format';
import { plainWords } from '../../src/common/markdown/render-markdown';
import { withoutBlanks, wordsOfHtml } from '../harness/visible-words';

describe('where the letter of CommonMark would show what nobody meant', () => {
  it.each([
    ['这是**重要。**的话', '这是<b>重要。</b>的话'],
    ['これは**「強調」**です', 'これは<b>「強調」</b>です'],
    ['한국어**강조(예)**입니다', '한국어<b>강조(예)</b>입니다'],
    ['**“苹果”**是水果', '<b>“苹果”</b>是水果'],
    ['中文**重要🎉**是', '中文<b>重要🎉</b>是'],
    ['*强调。*的', '<i>强调。</i>的'],
    ['~~删除。~~的', '<s>删除。</s>的'],
    ['中**[链接](https://a.example)**的', '中<b><a href="https://a.example">链接</a></b>的'],
    ['日本語**`code`**です', '日本語<b><code>code</code></b>です'],
  ])('emphasis needs no blanks in scripts that have none: %s', (markdown, html) =>
    expect(telegramHtml(markdown)).toBe(html),
  );

  it.each(['需要3~5天，或7~10天。', '10~20 people, 30~40 chairs', 'a~b~c', '(~5),(~10)', '~5 or ~10'])(
    'a single tilde in a word is a range: %s',
    (markdown) => expect(telegramHtml(markdown)).toBe(markdown),
  );

  it('a tilde around words strikes them out', () =>
    expect(telegramHtml('~old~ and ~~older~~')).toBe('<s>old</s> and <s>older</s>'));

  it.each([
    '\\(a*b*c\\)',
    '$x_1*y*z_1$',
    '$\\int_0^1 x\\,dx$',
    '$$x_1*y_1*$$',
    '\\[x_1^* + y^*\\]',
    '$$\na\n+ b = \\,c\n$$',
    '\\[\n- x_1^* y^*\n\\]',
  ])('a formula is shown as it was written: %s', (formula) => {
    expect(plainWords(`It is\n${formula}\nhere.`)).toBe(`It is\n${formula}\nhere.`);
    for (const form of [telegramHtml, mrkdwn, discordMarkdown])
      expect(withoutBlanks(form(`It is\n${formula}\nhere.`))).toContain(withoutBlanks(formula));
  });

  it.each([
    ['costs $5, **not** $10', 'costs $5, <b>not</b> $10'],
    ['$HOME and **$PATH**', '$HOME and <b>$PATH</b>'],
    ['see \\[1\\]', 'see [1]'],
    ['the other one \\(see **below**\\)', 'the other one (see <b>below</b>)'],
  ])('no formula: %s', (markdown, html) => expect(telegramHtml(markdown)).toBe(html));
});

describe('addresses and pictures', () => {
  it('a link in a table keeps its address', () => {
    const table = '| a | b |\n|---|---|\n| [docs](https://a.example/x_y) | https://b.example |';
    for (const form of [telegramHtml, mrkdwn, discordMarkdown]) {
      expect(form(table)).toContain('docs (https://a.example/x_y)');
      expect(form(table)).not.toContain('(https://b.example)');
    }
    const long = `${table}\n${'| [w](https://c.example) | y |\n'.repeat(30)}`;
    const pieces = telegramChunks(long, 400);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.map(telegramHtml).join('').split('https://c.example')).toHaveLength(31);
  });

  it('a picture that is a link is one link, not one inside another', () => {
    const badge = '[![build](https://a.example/i.svg)](https://b.example)';
    expect(telegramHtml(badge)).toBe('<a href="https://b.example">build</a>');
    expect(discordMarkdown(badge)).toBe('[build](https://b.example)');
  });
});

describe('cuts', () => {
  it('never fall into a flag, wherever a row of them begins', () => {
    const flag = fc.constantFrom('🇩🇪', '🇫🇷', '🇯🇵');
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.array(flag, { minLength: 300, maxLength: 400 }),
        fc.integer({ min: 90, max: 300 }),
        (lead, flags, limit) => {
          const text = `${'a'.repeat(lead)}${flags.join('')}`;
          const pieces = telegramChunks(text, limit);
          expect(pieces.join('')).toBe(text);
          for (const piece of pieces) expect(piece).toMatch(/^a*(?:🇩🇪|🇫🇷|🇯🇵)*$/u);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('CJK emphasis, tables with links and formulas lose nothing in pieces', () => {
    const block = fc.constantFrom(
      '这是**重要。**的话，需要3~5天，或7~10天。',
      '한국어**강조(예)**입니다 \\(a*b*c\\) 그리고 $x_1$',
      '| a | b |\n|---|---|\n| [docs](https://a.example) | **`x \\| y`** |',
      'so:\n$$\na\n+ b = \\,c\n$$\nend **b**',
      '> - これは**「強調」**です\n>   ```js\n>   a < b\n>   ```',
    );
    fc.assert(
      fc.property(
        fc.array(block, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 80, max: 400 }),
        (blocks, limit) => {
          const markdown = blocks.join('\n\n');
          const words = (html: string): string => wordsOfHtml(html).replace(/•/g, '');
          expect(telegramChunks(markdown, limit).map(telegramHtml).map(words).join('')).toBe(
            words(telegramHtml(markdown)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
