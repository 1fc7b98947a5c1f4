import { Redis } from 'ioredis';
import { Gate } from '../fakes/model-formats/model-format';
import { CuttingProxy } from '../harness/cutting-proxy';
import { until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';
import { Pair, ended, onPostgres, send } from './pair';

const REDIS = process.env['TEST_REDIS_URL'];
const onBoth = REDIS === undefined ? describe.skip : onPostgres;

interface Told {
  hears: boolean;
  way: string;
}

onBoth('two gateways that tell each other over Redis', () => {
  let pair: Pair;
  let proxy: CuttingProxy;
  let spy: Redis;
  let a: WireClient;
  let b: WireClient;
  const overheard: { channel: string; text: string }[] = [];
  const gates = new Map<string, Gate>();

  beforeAll(async () => {
    const server = new URL(REDIS ?? '');
    proxy = await CuttingProxy.before(server.hostname, Number(server.port || 6379));
    spy = new Redis(server.href);
    await spy.psubscribe('openclaw:*');
    spy.on('pmessageBuffer', (_: Buffer, channel: Buffer, message: Buffer) =>
      overheard.push({ channel: channel.toString(), text: message.toString('latin1') }),
    );
    pair = await Pair.start({ env: () => ({ OPENCLAW_REDIS_URL: `redis://127.0.0.1:${proxy.port}` }) });
    pair.models.answer = ({ lastUser }) => {
      const gate = [...gates].find(([word]) => lastUser.includes(word))?.[1];
      return { steps: [{ text: 'So ' }, ...(gate ? [{ until: gate }] : []), { text: `be it: ${lastUser}` }] };
    };
    [a, b] = (await Promise.all(pair.gateways.map(({ url }) => WireClient.connected(url)))) as [WireClient, WireClient];
  });
  afterAll(async () => {
    for (const gate of gates.values()) gate.open();
    for (const client of [a, b]) client?.close();
    await pair?.stop();
    await proxy?.stop();
    spy?.disconnect();
  });

  const bothSay = (way: string): Promise<void> =>
    until(`both to hear over ${way}`, async () => {
      const told = await Promise.all([a, b].map((client) => client.done<Told>('cluster.status')));
      return told.every(({ hears, way: now }) => hears && now === way);
    });
  /** A turn on the first, of which a client of the second hears the beginning while it runs, and one end. */
  const isHeard = async (key: string): Promise<void> => {
    const gate = new Gate();
    gates.set(key, gate);
    await send(a, key, key);
    const name = `${key}: ${key}`;
    await b.event('chat', ({ runId, state }) => runId === name && state === 'delta');
    gate.open();
    expect(await ended(b, key, key)).toMatchObject({ state: 'final' });
    const finals = (await b.settled()).filter(
      ({ event, payload }) => event === 'chat' && payload?.['runId'] === name && payload['state'] === 'final',
    );
    expect(finals).toHaveLength(1);
  };

  it('hear of a run while it goes on, and Redis carries nothing that it can read', async () => {
    await bothSay('redis');
    overheard.length = 0;
    await isHeard('overredis');
    expect(overheard.length).toBeGreaterThan(0);
    for (const { text } of overheard) expect(text).not.toContain('overredis');
  });

  it('take nothing that somebody else says there', async () => {
    const channel = overheard[0]?.channel ?? '';
    const sent = { n: 'wire.event', p: { event: 'talk.mode', payload: { mode: 'made up' } } };
    const other = new Redis(REDIS ?? '');
    for (const text of [`x 1 ${JSON.stringify(sent)}`, JSON.stringify(sent), '', 'x'.repeat(100)])
      await other.publish(channel, text);
    other.disconnect();
    await isHeard('afterlies');
    expect(JSON.stringify(await b.settled())).not.toContain('made up');
  });

  it('hear all the same while Redis is away, and over it again when it is back', async () => {
    proxy.outage();
    await bothSay('postgres');
    await isHeard('without');
    expect(pair.gateways[0]?.log).toContain('Redis is away; other gateways are told over PostgreSQL');
    proxy.resume();
    await bothSay('redis');
    overheard.length = 0;
    await isHeard('again');
    expect(overheard.length).toBeGreaterThan(0);
  });

  it('hear all the same while LISTEN is cut', async () => {
    await pair.cutLines();
    await isHeard('cutlisten');
  });

  it('start without it', async () => {
    proxy.outage();
    const third = await pair.add();
    const c = await WireClient.connected(third.url);
    expect(await send(c, 'third', 'hello')).toMatchObject({ ok: true });
    expect(await ended(b, 'third', 'hello')).toMatchObject({ state: 'final' });
    c.close();
    proxy.resume();
  });
});
