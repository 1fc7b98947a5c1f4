import fc from 'fast-check';
import { cutText, graphemeBorder, leftOutNote } from './cut-text';

const FAMILY = '👩‍👩‍👧‍👦';
const HALF_PAIR = /\p{Cs}/u;
const pieces = fc.constantFrom(
  'a',
  ' ',
  '\r\n',
  '\n',
  '漢',
  'か',
  'が',
  '한',
  '각',
  'é',
  'e\u0301',
  '😀',
  FAMILY,
  '🇩🇪',
  '👍🏽',
  'क्षि',
  'ё',
  '0\u200d',
  '\u0600',
  '©️',
);
const texts = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''));
const borders = (text: string): Set<number> =>
  new Set([...[...new Intl.Segmenter().segment(text)].map(({ index }) => index), text.length]);

describe('the one place where text is cut', () => {
  it('leaves a text that fits as it is', () => {
    expect(cutText('short', 5)).toBe('short');
    expect(cutText('', 0)).toBe('');
  });

  it('says that something is missing, within the limit', () => {
    expect(cutText('abcdefgh', 5)).toBe('abcd…');
    expect(cutText('abcdefgh', 5, { mark: '' })).toBe('abcde');
    expect(cutText('abcdefgh', 5, { keep: 'end' })).toBe('…efgh');
    expect(cutText('abcdefgh', 5, { keep: 'both' })).toBe('ab…gh');
    expect(cutText('x'.repeat(500), 100, { keep: 'both', mark: leftOutNote('go on with offset=3') })).toMatch(
      /^x+\n\[… 4\d\d characters left out; go on with offset=3 …\]\nx+$/,
    );
  });

  it('leaves its mark out where there is room for nothing else', () => {
    expect(cutText('abc', 1)).toBe('a');
    expect(cutText('abc', 2, { mark: '[cut]' })).toBe('ab');
    expect(cutText('abc', 0)).toBe('');
  });

  it('counts bytes where a platform does', () => {
    expect(cutText('漢字漢字', 6, { unit: 'bytes', mark: '' })).toBe('漢字');
    expect(cutText('漢字漢字', 7, { unit: 'bytes', mark: '' })).toBe('漢字');
    expect(cutText('漢字', 6, { unit: 'bytes' })).toBe('漢字');
    expect(Buffer.byteLength(cutText('😀'.repeat(40), 50, { unit: 'bytes', keep: 'both' }))).toBe(47);
  });

  it('never cuts a character, loses nothing beside the cut, and keeps to the limit, for any text', () => {
    fc.assert(
      fc.property(
        texts,
        fc.nat(200),
        fc.constantFrom('start' as const, 'end' as const, 'both' as const),
        fc.constantFrom('length' as const, 'bytes' as const),
        (text, most, keep, unit) => {
          const size = (part: string): number => (unit === 'bytes' ? Buffer.byteLength(part) : part.length);
          const cut = cutText(text, most, { keep, unit, mark: '\0' });
          expect(size(cut)).toBeLessThanOrEqual(most);
          expect(cut).not.toMatch(HALF_PAIR);
          if (size(text) <= most) return expect(cut).toBe(text);
          const [front = '', back = ''] = cut.includes('\0') ? cut.split('\0') : keep === 'end' ? ['', cut] : [cut];
          expect(text.startsWith(front) && text.endsWith(back)).toBe(true);
          const whole = borders(text);
          // One character may be longer than all there is room for.
          const longest = Math.max(0, ...[...new Intl.Segmenter().segment(text)].map(({ segment }) => size(segment)));
          if (most > 2 * longest + 2) {
            expect(whole.has(front.length)).toBe(true);
            expect(whole.has(text.length - back.length)).toBe(true);
            expect(size(front) + size(back)).toBeGreaterThan(most - 1 - 2 * longest);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('finds the same borders in a long text as in a short one', () => {
    const text = `${'漢'.repeat(3000)}${'🇩🇪'.repeat(700)}${FAMILY.repeat(200)}${'e\u0301'.repeat(900)}\r\n${'क्षि'.repeat(500)}`;
    const whole = borders(text);
    let last = 0;
    for (let index = 0; index <= text.length; index++) {
      if (whole.has(index)) last = index;
      expect(graphemeBorder(text, index)).toBe(last);
    }
  });

  it('cuts a character that never ends between its parts', () => {
    const tower = `a${'\u0301'.repeat(5000)}`;
    expect(cutText(tower, 100)).toHaveLength(100);
    expect(cutText(tower, 100, { keep: 'end' })).toHaveLength(100);
    expect(cutText('👩‍'.repeat(1000), 100, { mark: '' })).not.toMatch(HALF_PAIR);
  });

  it('passes on half a pair that was there before, but makes none', () => {
    expect(cutText('\ud83dabcdef', 3)).toBe('\ud83da…');
    expect(cutText('ab😀cd', 4, { mark: '' })).toBe('ab😀');
    expect(cutText('ab😀cd', 3, { mark: '' })).toBe('ab');
  });
});
