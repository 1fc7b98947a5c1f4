import { ChatLines } from './chat-lines';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a conversation', () => {
  it('is written to by one at a time, in the order in which they came; others are free', async () => {
    const lines = new ChatLines();
    const seen: string[] = [];
    const write = async (key: string, name: string): Promise<void> => {
      const free = await lines.take(key);
      seen.push(`${name} begins`);
      await turn();
      seen.push(`${name} ends`);
      free();
    };
    await Promise.all([write('a', '1'), write('a', '2'), write('b', '3'), write('a', '4')]);
    const ofA = seen.filter((entry) => !entry.startsWith('3'));
    expect(ofA).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '4 begins', '4 ends']);
    expect(seen.indexOf('3 begins')).toBeLessThan(seen.indexOf('1 ends'));
  });

  it('is not taken by who does not want to wait while somebody writes or waits', async () => {
    const lines = new ChatLines();
    const free = lines.tryTake('a');
    expect(free).toBeDefined();
    expect(lines.tryTake('a')).toBeUndefined();
    const next = lines.take('a');
    free?.();
    await turn();
    expect(lines.tryTake('a')).toBeUndefined();
    (await next)();
    expect(lines.tryTake('a')).toBeDefined();
  });
});
