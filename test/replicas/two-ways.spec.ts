import { randomBytes } from 'node:crypto';
import type { PostgresLink } from '../../src/replicas/postgres-link';
import type { RedisLink } from '../../src/replicas/redis-link';
import type { LinkListener, Notice } from '../../src/replicas/replica-link';
import { NoticeSeal, SEAL_BYTES } from '../../src/replicas/sealed-notice';
import { TwoWays } from '../../src/replicas/two-ways';

describe('a notice under seal', () => {
  const seal = new NoticeSeal(randomBytes(SEAL_BYTES));

  it.each(['', 'bye', '{"a":"b c"}', 'ä '.repeat(5000)])('comes out as it went in (%#)', (text) => {
    expect(seal.open(seal.close('someone', { number: 7, text }))).toEqual({
      sender: 'someone',
      notice: { number: 7, text },
    });
  });

  it('is none with another key, or with one bit changed, or cut off', () => {
    const closed = seal.close('someone', { number: 7, text: 'hello' });
    expect(new NoticeSeal(randomBytes(SEAL_BYTES)).open(closed)).toBeUndefined();
    for (let at = 0; at < closed.length; at++) {
      const changed = Buffer.from(closed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(seal.open(changed)).toBeUndefined();
      expect(seal.open(closed.subarray(0, at))).toBeUndefined();
    }
  });

  it('has a channel that gateways with the same key share', () => {
    const key = randomBytes(SEAL_BYTES);
    expect(new NoticeSeal(key).channel).toBe(new NoticeSeal(key).channel);
    expect(new NoticeSeal(key).channel).not.toBe(seal.channel);
  });
});

/** Both ways of one gateway, by hand. */
function bench(others: number): {
  ways: TwoWays;
  heard: string[];
  byRedis: (sender: string, notice: Notice) => void;
  byPostgres: (sender: string, notice: Notice) => void;
  reached: (number: number, gateways: number) => void;
  sent: { redis: number[]; postgres: number[] };
} {
  const listeners: LinkListener[] = [];
  const sent = { redis: [] as number[], postgres: [] as number[] };
  const answers = new Map<number, (count: number) => void>();
  const open = (listener: LinkListener): void => void listeners.push(listener);
  const redis = {
    isUp: true,
    open,
    publish: ({ number }: Notice) =>
      new Promise<number>((resolve) => {
        sent.redis.push(number);
        answers.set(number, resolve);
      }),
  };
  const postgres = { isUp: true, open, send: ({ number }: Notice) => sent.postgres.push(number) };
  const ways = new TwoWays(redis as unknown as RedisLink, postgres as unknown as PostgresLink, () => others);
  const heard: string[] = [];
  ways.open({ heard: (sender, { number }) => heard.push(`${sender}${number}`), connected: () => undefined });
  return {
    ways,
    heard,
    sent,
    byRedis: (sender, notice) => listeners[0]?.heard(sender, notice),
    byPostgres: (sender, notice) => listeners[1]?.heard(sender, notice),
    reached: (number, gateways) => answers.get(number)?.(gateways),
  };
}

describe('two ways to the other gateways', () => {
  const notice = (number: number): Notice => ({ number, text: `notice ${number}` });
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('the second takes what the first did not hand to each of them, in order', async () => {
    const { ways, sent, reached } = bench(2);
    for (const number of [1, 2, 3, 4]) ways.send(notice(number));
    reached(3, 0);
    reached(4, 2);
    reached(2, 1);
    await settled();
    expect(sent.postgres).toEqual([]);
    reached(1, 2);
    await settled();
    expect(sent).toEqual({ redis: [1, 2, 3, 4], postgres: [2, 3] });
  });

  it('what comes by both is heard once, from each sender, in any order', () => {
    const { heard, byRedis, byPostgres } = bench(2);
    byRedis('a', notice(2));
    byPostgres('a', notice(1));
    byPostgres('a', notice(2));
    byPostgres('b', notice(2));
    byRedis('b', notice(2));
    byRedis('a', notice(1));
    expect(heard).toEqual(['a2', 'a1', 'b2']);
  });

  it('does not remember for ever', () => {
    const { heard, byRedis } = bench(1);
    for (let number = 0; number < 5000; number++) byRedis('a', notice(number));
    for (let sender = 0; sender < 200; sender++) byRedis(`s${sender}-`, notice(1));
    expect(heard).toHaveLength(5200);
    byRedis('a', notice(0));
    expect(heard).toHaveLength(5201);
  });
});
