import { batchesOf } from './call-batches';

const small = (call: string): boolean => call === call.toLowerCase();

describe('calls of one step', () => {
  it('run together where neighbours may, and else in their order by themselves', () => {
    expect(batchesOf(['a', 'b', 'C', 'd', 'E', 'F', 'g', 'h'], small)).toEqual([
      ['a', 'b'],
      ['C'],
      ['d'],
      ['E'],
      ['F'],
      ['g', 'h'],
    ]);
    expect(batchesOf([], small)).toEqual([]);
  });

  it('are a bounded number at a time', () => {
    const calls = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const batches = batchesOf(calls, small);
    expect(batches.map((batch) => batch.length)).toEqual([8, 8, 4]);
    expect(batches.flat()).toEqual(calls);
  });
});
