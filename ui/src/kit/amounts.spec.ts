import { took } from './amounts';

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
