import fc from 'fast-check';
import { knownName, plainName } from './plain-name';

describe('a name', () => {
  it.each([
    ['Ann Lee', 'Ann Lee'],
    ['a\r\nb\u2028c\u0085d\te', 'a b c d e'],
    ['report\u202egpj.exe', 'reportgpj.exe'],
    ['\u200f\u2066x\u2069', 'x'],
    ['a\u200bb\ufeffc\u0000d\u001b[31m', 'abcd[31m'],
    ['  wide\u3000and\u00a0hard  ', 'wide and hard'],
    ['👩‍💻 Ann ❤️', '👩‍💻 Ann ❤️'],
    ['می‌خواهم', 'می‌خواهم'],
    ['half \ud83d', 'half'],
    ['../..\n/evil "name"', '../.. /evil "name"'],
  ])('%j is shown as %j', (name, shown) => expect(plainName(name)).toBe(shown));

  it('with nothing to see is none', () => {
    expect(knownName('\u200b\n \u2800')).toBeUndefined();
    expect(knownName(undefined)).toBeUndefined();
  });

  it('that is long keeps its beginning and its end, and no sign is cut', () => {
    const name = plainName(`${'👨‍👩‍👧‍👦'.repeat(300)}.tar.gz`);
    expect(name.startsWith('👨‍👩‍👧‍👦👨‍👩‍👧‍👦')).toBe(true);
    expect(name.endsWith('👨‍👩‍👧‍👦.tar.gz')).toBe(true);
    expect([...new Intl.Segmenter().segment(name)].length).toBeLessThanOrEqual(200);
  });

  it('is one well-formed line without marks of direction, and itself when it is read again', () => {
    const breaking = fc.constantFrom(
      '\n',
      '\r',
      '\u2028',
      '\u2029',
      '\u0085',
      '\v',
      '\u202e',
      '\u2067',
      '\u061c',
      '\ud800',
      '\u200b',
    );
    const name = fc
      .array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), breaking))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(name, (text) => {
        const shown = plainName(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(shown).toBe(shown.trim());
        expect(plainName(shown)).toBe(shown);
      }),
    );
  });
});
