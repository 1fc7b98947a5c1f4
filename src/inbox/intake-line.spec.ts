import { IntakeLine } from './intake-line';

const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a line', () => {
  it('lets one in after the other, in order of arrival, however long each takes', async () => {
    const line = new IntakeLine();
    const done: number[] = [];
    await Promise.all(
      [30, 0, 10, 0].map((ms, index) =>
        line.run('a', async () => {
          await soon(ms);
          done.push(index);
        }),
      ),
    );
    expect(done).toEqual([0, 1, 2, 3]);
  });

  it('goes on behind one that fails, and behind one that leaves before its turn', async () => {
    const line = new IntakeLine();
    const failing = line.run('a', () => Promise.reject(new Error('no')));
    const gone = line.enter('a');
    gone.leave();
    const last = line.run('a', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no');
    expect(await last).toBe('done');
  });

  it('holds nobody up in another one', async () => {
    const line = new IntakeLine();
    line.enter('a');
    expect(await line.run('b', () => Promise.resolve('done'))).toBe('done');
  });

  it('keeps nothing of who has left', async () => {
    const line = new IntakeLine();
    await Promise.all([1, 2, 3].map(() => line.run('a', () => soon(0))));
    await soon(0);
    expect((line as unknown as { last: Map<string, unknown> }).last.size).toBe(0);
  });
});
