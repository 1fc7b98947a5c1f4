import fc from 'fast-check';
import { endOf, onOneLine, withoutEdges, withoutEnd } from './edges';

const text = fc.string({ unit: fc.constantFrom('a', '*', '_', ' ', '\n', '\t', 'é') });

describe('edges of a text', () => {
  it('are what the pattern finds that says the same', () => {
    fc.assert(
      fc.property(text, (some) => {
        expect(endOf(some, '*_')).toBe(/[*_]*$/.exec(some)?.[0]);
        expect(withoutEnd(some, '*_')).toBe(some.replace(/[*_]+$/, ''));
        expect(withoutEdges(some, '*_')).toBe(some.replace(/^[*_]+|[*_]+$/g, ''));
        expect(onOneLine(some)).toBe(some.replace(/\s*\n\s*/g, ' '));
      }),
    );
  });
});
