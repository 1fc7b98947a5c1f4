import { costWords, took } from './amounts';

describe('how long something took', () => {
  it.each([
    [480, '480 ms'],
    [3400, '3.4 s'],
    [59_970, '59.9 s'],
    [119_900, '1 min 59 s'],
    [120_000, '2 min 0 s'],
    [3_599_999, '59 min 59 s'],
    [11_400_000, '3 h 10 min'],
  ])('%i ms', (ms, words) => {
    expect(took(ms)).toBe(words);
  });
});

describe('what models have cost', () => {
  it.each([
    [0.024, 0, '$0.02'],
    [0.0024, 0, '$0.0024'],
    [0, 0, '$0.00'],
    [0, 2, 'no price'],
    [1.5, 2, 'over $1.50'],
  ])('%d dollars, and %i calls without a price', (totalCost, missingCostEntries, words) => {
    expect(costWords({ totalCost, missingCostEntries })).toBe(words);
  });
});
