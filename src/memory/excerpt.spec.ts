import fc from 'fast-check';
import { excerptOf } from './excerpt';

describe('what is shown of a hit', () => {
  it('is no longer than asked for, and holds the word that was looked for, wherever it stands', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3000 }), fc.nat({ max: 3000 }), (before, after) => {
        const text = `${'😀 lorem '.repeat(before / 9)}Zebra ${'ipsum é '.repeat(after / 8)}`;
        const shown = excerptOf(text, 'zebras', 700);
        expect(shown.length).toBeLessThanOrEqual(700);
        expect(shown).toContain('Zebra');
        expect(shown).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
      }),
    );
  });

  it('is the beginning where nothing of it stands there', () => {
    expect(excerptOf('a'.repeat(50), 'zebra', 20)).toBe(`${'a'.repeat(18)}…`);
    expect(excerptOf('short', 'zebra', 20)).toBe('short');
  });
});
