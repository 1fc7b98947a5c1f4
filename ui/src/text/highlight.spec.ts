import { tokensOf } from './highlight';
import { HIDING_TEXTS, HOSTILE_MARKUP } from './hostile-texts';

const kinds = (code: string, language: string): [string, string][] =>
  (tokensOf(code, language) ?? []).filter(({ kind }) => kind !== 'plain').map(({ kind, text }) => [kind, text]);

describe('colours of code', () => {
  it('tell comments, strings, numbers, words of the language and calls apart', () => {
    expect(kinds('const a = f("x // y", 0x1F); // why\n/* b */', 'ts')).toEqual([
      ['keyword', 'const'],
      ['name', 'f'],
      ['string', '"x // y"'],
      ['number', '0x1F'],
      ['comment', '// why'],
      ['comment', '/* b */'],
    ]);
    expect(kinds("def f():\n  '''a # b'''\n  return 1 # c", 'python')).toEqual([
      ['keyword', 'def'],
      ['name', 'f'],
      ['string', "'''a # b'''"],
      ['keyword', 'return'],
      ['number', '1'],
      ['comment', '# c'],
    ]);
    expect(kinds("SELECT a -- b\nFROM t WHERE x = 'it''s'", 'sql').map(([, text]) => text)).toEqual([
      'SELECT',
      '-- b',
      'FROM',
      'WHERE',
      "'it''s'",
    ]);
  });

  it('change nothing of what is written, whatever it is, and take no time for it', () => {
    const long = ['"'.repeat(9000), '/*'.repeat(9000), '`\\'.repeat(9000), '<!--'.repeat(9000), "'''".repeat(9000)];
    for (const text of [...HOSTILE_MARKUP, ...HIDING_TEXTS.map((each) => each.text), ...long])
      for (const language of ['ts', 'py', 'sql', 'html', 'css'])
        expect(
          tokensOf(text, language)
            ?.map((token) => token.text)
            .join(''),
        ).toBe(text);
  });

  it('are none where the language is not known', () => {
    expect(tokensOf('a', 'klingon')).toBe(undefined);
    expect(tokensOf('a', '')).toBe(undefined);
  });
});
