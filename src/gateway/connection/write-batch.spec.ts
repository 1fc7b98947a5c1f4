import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { batchWrites } from './write-batch';

/** A stream that notes what reaches its sink with each call. */
function recorder(): { stream: Writable; calls: string[][] } {
  const calls: string[][] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      calls.push([chunk.toString()]);
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()));
      done();
    },
  });
  return { stream, calls };
}

describe('batched writes', () => {
  it('what is written in one turn of the event loop leaves at once, in order, and the next turn by itself', async () => {
    const [one, other] = [recorder(), recorder()];
    for (const text of ['a', 'b']) {
      batchWrites(one.stream);
      one.stream.write(text);
      await Promise.resolve();
      batchWrites(other.stream);
      other.stream.write(text);
    }
    await turnOfTheLoop();
    expect([one.calls, other.calls]).toEqual([[['a', 'b']], [['a', 'b']]]);
    batchWrites(one.stream);
    one.stream.write('c');
    await turnOfTheLoop();
    expect(one.calls).toEqual([['a', 'b'], ['c']]);
  });

  it('a stream that is ended or destroyed in between holds up nobody', async () => {
    const [ended, destroyed, last] = [recorder(), recorder(), recorder()];
    for (const { stream } of [ended, destroyed, last]) {
      batchWrites(stream);
      stream.write('x');
    }
    ended.stream.end();
    destroyed.stream.destroy();
    await turnOfTheLoop();
    expect([ended.calls, destroyed.calls, last.calls]).toEqual([[['x']], [], [['x']]]);
  });
});
