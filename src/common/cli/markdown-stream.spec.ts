import { drawn } from './line';
import { markdownLines } from './markdown-lines';
import { MarkdownStream } from './markdown-stream';

const COLUMNS = 30;

const streamed = (pieces: readonly string[], columns = COLUMNS): string[] => {
  const stream = new MarkdownStream();
  return [...pieces.flatMap((piece) => stream.add(piece, columns)), ...stream.end(columns)].map((row) =>
    drawn(row, columns).trimEnd(),
  );
};
const whole = (text: string): string[] => markdownLines(text, COLUMNS).map((row) => drawn(row, COLUMNS).trimEnd());
const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));

const TEXTS = {
  prose:
    'A **bold claim that goes on for more than one row** and *a slant*, `code with ** in it` and the rest of a long line.',
  'two lines of one paragraph': 'The first **begins\nhere** and ends.\nA line of its own.',
  list: '- one\n- two with **much** to say about itself, more than a row\n- [x] three',
  numbers: '3. third\n4. fourth',
  headings: '# Title\n\nText below.\n\n## Part\n\n> quoted **words**',
  code: 'Look:\n\n```js\nconst a = "**no markup**";\n\nif (a) {\n  b();\n}\n```\n\nDone.',
  table: '| Name | Size |\n| --- | --- |\n| 漢字 | 12 |\n| b | 3 |\n\nafter',
  wide: '漢字漢字漢字漢字漢字 漢字漢字漢字漢字 👩‍👩‍👧‍👦 and words',
  signs: 'snake_case_name costs 5 * 3 = 15 and $5, not $6; a < b, [1] and [a link](https://example.org/path) end.',
  unclosed: 'This **never ends and goes on for long enough to fill a row.',
};

describe('Markdown that comes in pieces', () => {
  it.each(Object.entries(TEXTS))('reads as it does when it has come: %s', (_, text) => {
    for (const size of [1, 2, 3, 7, 1000]) expect([size, streamed(inPieces(text, size))]).toEqual([size, whole(text)]);
  });

  it('is given out row by row while its line is written', () => {
    const stream = new MarkdownStream();
    const rows = (piece: string): string[] => stream.add(piece, COLUMNS).map((row) => drawn(row, COLUMNS));
    expect(rows('Some words that fill more than')).toEqual([]);
    expect(rows(' one row and')).toEqual(['Some words that fill more than']);
    expect(rows(' **bold ones that are not yet at their end, whatever comes')).toEqual([]);
    expect(rows('**.')).toEqual(['one row and bold ones that are', 'not yet at their end, whatever']);
    expect(rows('\n')).toEqual(['comes.']);
    expect(rows('```\ncode\n')).toEqual(['  code']);
  });

  it('gives out a table at its end only, for the last row may be the widest', () => {
    const stream = new MarkdownStream();
    expect(stream.add('| a | b |\n| --- | --- |\n| 1 | 2 |\n', COLUMNS)).toEqual([]);
    expect(stream.add('\n', COLUMNS).length).toBeGreaterThan(2);
  });

  it('sets entries of inner lists in below those around them', () => {
    expect(streamed(inPieces('- a\n  - b is long enough for a second row\n    - c', 4))).toEqual([
      '• a',
      '  • b is long enough for a',
      '    second row',
      '    • c',
    ]);
  });

  it('spells out what would steer the terminal', () => {
    expect(streamed(['a \u001b[2J', 'b\n```\n\u001b]0;x\u0007\n```'])).toEqual([
      'a ⟨U+001B⟩[2Jb',
      '  ⟨U+001B⟩]0;x⟨U+0007⟩',
    ]);
  });
});
