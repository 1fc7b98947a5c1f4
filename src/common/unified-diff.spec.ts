import { applyPatch } from 'diff';
import fc from 'fast-check';
import { shownDiff, unifiedDiff } from './unified-diff';

const NAMES = { from: 'a.txt', to: 'a.txt' };
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');

describe('a change of a text', () => {
  it('is told so that it can be made again, whatever the texts', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', '+', '@@ -1 +1 @@', '\\ No newline at end of file', 'é\r'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, text, fc.boolean(), fc.boolean(), (one, other, ends, isLong) => {
        // What differs in too much to be told in the shortest form stands around it.
        const around = isLong ? lines(12_000, (index) => `x${index}`) : '';
        const before = around + one.join('\n');
        const after = (isLong ? lines(12_000, (index) => `y${index}`) : '') + other.join('\n') + (ends ? '\n' : '');
        expect(applyPatch(before, unifiedDiff(NAMES, before, after))).toBe(after);
      }),
      { numRuns: 30 },
    );
  });

  it('is the shortest where that is found, and one change where far too much differs', () => {
    const hunks = (count: number): number => {
      const before = lines(count, (index) => `line ${index}`);
      const after = lines(count, (index) => (index % 10 === 5 ? `changed ${index}` : `line ${index}`));
      const diff = unifiedDiff(NAMES, before, after);
      expect(applyPatch(before, diff)).toBe(after);
      return diff.match(/^@@/gm)?.length ?? 0;
    };
    expect(hunks(50)).toBe(5);
    expect(hunks(200_000)).toBe(1);
  });

  it('is cut between lines where it is only looked at', () => {
    const diff = shownDiff(
      'a.txt',
      '',
      lines(10_000, (index) => `line ${index}`),
    );
    expect(diff.length).toBeLessThanOrEqual(20_000);
    expect(diff.endsWith('\n')).toBe(true);
    expect(diff).toContain('+line 1000\n');
  });
});
