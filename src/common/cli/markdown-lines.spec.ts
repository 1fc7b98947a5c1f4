import { displayWidth } from '../../common/cli/display-width';
import { markdownLines } from './markdown-lines';

const rows = (markdown: string, columns = 40): string[] =>
  markdownLines(markdown, columns).map((line) => line.map(({ text }) => text).join(''));

describe('Markdown on the terminal', () => {
  it('has looks instead of marks, and code as it was written', () => {
    expect(markdownLines('a **bold** and *slanted* `co**de`', 60)).toEqual([
      [
        { text: 'a ' },
        { text: 'bold', tint: 'title' },
        { text: ' and ' },
        { text: 'slanted', tint: 'slant' },
        { text: ' ' },
        { text: 'co**de', tint: 'code' },
      ],
    ]);
    expect(markdownLines('## Head *on*\n\n```js\nif (a) {\n\tb * c * d\n}\n```', 60)).toEqual([
      [
        { text: 'Head ', tint: 'title' },
        { text: 'on', tint: 'slant' },
      ],
      [],
      [{ text: '  if (a) {', tint: 'code' }],
      [{ text: '      b * c * d', tint: 'code' }],
      [{ text: '  }', tint: 'code' }],
    ]);
  });

  it('shows lists, tasks, quotations, rules and addresses behind words', () => {
    const text = '- one\n- [x] two\n  1. in it\n\n> said\n\n---\n\n[words](https://a.example/b) https://c.example';
    expect(rows(text, 60)).toEqual([
      '• one',
      '• ☑ two',
      '  1. in it',
      '',
      '▌ said',
      '',
      '────────',
      '',
      'words (https://a.example/b) https://c.example',
    ]);
  });

  it('stands tables in columns by what characters take', () => {
    const table = rows('| City | Sign |\n| --- | --- |\n| 東京 | **x** |\n| Wien | y |');
    expect(table.map((row) => row.trimEnd())).toEqual(['  City  Sign', '  東京  x', '  Wien  y']);
    expect(displayWidth(table[1]?.split('x')[0] ?? '')).toBe(displayWidth(table[2]?.split('y')[0] ?? ''));
  });

  it('wraps by width with each piece in its look, set in below an entry, and loses nothing', () => {
    const text = `- ${'漢字'.repeat(6)} and **words that are bold over the edge of it** here`;
    const lines = markdownLines(text, 20);
    for (const line of lines) expect(displayWidth(line.map((span) => span.text).join(''))).toBeLessThanOrEqual(20);
    expect(
      rows(text, 20)
        .slice(1)
        .every((row) => row.startsWith('  ')),
    ).toBe(true);
    const bold = lines.flat().filter(({ tint }) => tint === 'title');
    expect(bold.map((span) => span.text).join(' ')).toBe('words that are bold over the edge of it');
    expect(rows(text, 20).join(' ').replace(/\s+/g, '')).toBe(
      `•${'漢字'.repeat(6)}and words that are bold over the edge of it here`.replace(/\s+/g, ''),
    );
  });

  it('spells out what would steer the terminal, the signs of looks among it', () => {
    expect(rows('a\u0001b\u0005 \u001b[2J `\u0003\u202e`', 80)).toEqual([
      'a⟨U+0001⟩b⟨U+0005⟩ ⟨U+001B⟩[2J ⟨U+0003⟩⟨U+202E⟩',
    ]);
    expect(markdownLines('a\u0001b', 40)).toEqual([[{ text: 'a⟨U+0001⟩b' }]]);
    expect(rows('```\n\u001b]0;x\u0007\n```\n[a](https://x.example/\u0002)').join('')).not.toMatch(
      /[\u0001-\u0008\u001b]/,
    );
  });
});
