import { Gate } from '../fakes/model-formats/model-format';
import { until } from '../harness/gateway-process';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';
import { PERSON, Pair, ended, onPostgres, send } from './pair';

onPostgres('two gateways on one database', () => {
  let pair: Pair;
  let a: WireClient;
  let b: WireClient;
  /** What the model waits for before it goes on, by a word of the question. */
  const gates = new Map<string, Gate>();

  beforeAll(async () => {
    pair = await Pair.start();
    [a, b] = (await Promise.all(
      pair.gateways.map(({ url }) => WireClient.connected(url, { caps: ['tool-events'] })),
    )) as [WireClient, WireClient];
    pair.models.answer = ({ lastUser, toolResults }) => {
      const gate = [...gates].find(([word]) => lastUser.includes(word))?.[1];
      const asked = /asks "(.*?)"/.exec(lastUser)?.[1];
      if (asked !== undefined && toolResults === 0)
        return { steps: [{ tool: { name: 'ask_user', args: { question: asked } } }] };
      const command = /runs "(.*?)"/.exec(lastUser)?.[1];
      if (command !== undefined && toolResults === 0) return { steps: [{ tool: { name: 'exec', args: { command } } }] };
      return { steps: [{ text: 'So ' }, ...(gate ? [{ until: gate }] : []), { text: `be it: ${lastUser}` }] };
    };
  });
  afterAll(async () => {
    for (const gate of gates.values()) gate.open();
    for (const client of [a, b]) client?.close();
    await pair?.stop();
  });

  /** Begins a turn that goes on until its gate is opened. */
  const beginSlowly = async (client: WireClient, sessionKey: string): Promise<Gate> => {
    const gate = new Gate();
    gates.set(`${sessionKey} slowly`, gate);
    expect(await send(client, sessionKey, `${sessionKey} slowly`)).toMatchObject({ ok: true });
    await until('the model', () => asked(`${sessionKey} slowly`) > 0);
    return gate;
  };
  const asked = (words: string): number =>
    pair.models.requests.filter(({ lastUser }) => lastUser.includes(words)).length;
  const userLines = async (client: WireClient, sessionKey: string): Promise<string> =>
    JSON.stringify(await client.done('chat.history', { sessionKey, limit: 100 }));

  describe('a session', () => {
    it('that was used on one is answered at once on the other, back and forth', async () => {
      for (let round = 0; round < 4; round++) {
        const client = round % 2 === 0 ? a : b;
        await send(client, 'hopping', `round ${round}`);
        expect(await ended(client, 'hopping', `round ${round}`)).toMatchObject({ state: 'final' });
      }
      const history = await userLines(b, 'hopping');
      for (let round = 0; round < 4; round++) expect(history).toContain(`round ${round}`);
    });

    it('in which the other works takes no place of those that are answered here, and has its turn after that', async () => {
      const slow = ['busy-1', 'busy-2'];
      const begun = [];
      for (const key of slow) begun.push(await beginSlowly(a, key));
      // As many as may be worked on side by side.
      for (const key of slow) await send(b, key, 'and then?');
      await send(b, 'fresh', 'hello');
      expect(await ended(b, 'fresh', 'hello')).toMatchObject({ state: 'final' });
      for (const key of slow) expect(await userLines(b, key)).not.toContain('be it: and then?');
      for (const gate of begun) gate.open();
      for (const key of slow) {
        expect(await ended(b, key, 'and then?')).toMatchObject({ state: 'final' });
        expect(asked(`${key} slowly`)).toBe(1);
      }
    });

    it('keeps the order of messages that come to both in turn', async () => {
      const texts = Array.from({ length: 20 }, (_, index) => `number ${index};`);
      for (const [index, text] of texts.entries())
        expect(await send(index % 2 === 0 ? a : b, 'alternating', text)).toMatchObject({ ok: true });
      for (const [index, text] of texts.entries()) await ended(index % 2 === 0 ? b : a, 'alternating', text);
      const said = (await userLines(a, 'alternating')).match(/"(?:text|content)":"[^"]*number \d+;[^"]*"/g) ?? [];
      const people = said.filter((line) => !line.includes('be it')).join(' ');
      expect(people.match(/number \d+;/g)).toEqual(texts);
    });
  });

  describe('a run on the one', () => {
    it('is heard on the other: each event once, the text as it grows, the end', async () => {
      const gate = await beginSlowly(a, 'heard');
      const name = 'heard: heard slowly';
      await b.event('chat', (payload) => payload['runId'] === name && payload['state'] === 'delta');
      gate.open();
      expect(await ended(b, 'heard', 'heard slowly')).toMatchObject({ state: 'final' });
      await ended(a, 'heard', 'heard slowly');
      for (const client of [a, b]) {
        const finals = (await client.settled()).filter(
          ({ event, payload }) => event === 'chat' && payload?.['runId'] === name && payload['state'] === 'final',
        );
        expect(finals).toHaveLength(1);
      }
    });

    it('is waited for on the other', async () => {
      const gate = await beginSlowly(a, 'awaited');
      const end = b.done('agent.wait', { runId: 'awaited: awaited slowly', timeoutMs: 50_000 });
      gate.open();
      expect(await end).toMatchObject({ status: 'ok' });
    });

    it.each([
      ['chat.abort', (sessionKey: string) => b.done('chat.abort', { sessionKey })],
      ['/stop', (sessionKey: string) => send(b, sessionKey, '/stop')],
    ])('is stopped from the other by %s', async (name, stop) => {
      const key = `stopped-${name.replace(/\W/g, '')}`;
      const gate = await beginSlowly(a, key);
      await stop(key);
      expect(await ended(b, key, `${key} slowly`)).toMatchObject({ state: 'aborted' });
      gate.open();
    });

    it('takes in what is said to it on the other (steer)', async () => {
      const gate = new Gate();
      gates.set('steered slowly', gate);
      const before = pair.models.requests.length;
      await send(a, 'steered', 'steered slowly runs "true"');
      await until('the question', async () => ((await b.done<unknown[]>('exec.approval.list')) ?? []).length > 0);
      await send(b, 'steered', 'and this as well', { queueMode: 'steer' });
      gate.open();
      const [question] = (await b.done('exec.approval.list')) as unknown as { id: string }[];
      await b.done('exec.approval.resolve', { id: question?.id, decision: 'allow-once' });
      await ended(b, 'steered', 'and this as well');
      expect(pair.models.requests.length - before).toBe(2);
    });

    it('is interrupted by a message to the other', async () => {
      const gate = await beginSlowly(a, 'interrupted');
      await send(b, 'interrupted', 'no, this', { queueMode: 'interrupt' });
      expect(await ended(b, 'interrupted', 'interrupted slowly')).toMatchObject({ state: 'aborted' });
      expect(await ended(b, 'interrupted', 'no, this')).toMatchObject({ state: 'final' });
      gate.open();
    });

    it('goes on when the other is told that it may', async () => {
      await send(a, 'approved', 'approved runs "basename /x/approved-there"');
      const asked = await b.event(
        'exec.approval.requested',
        (payload) => JSON.stringify(payload).includes('approved-there') === true,
      );
      await b.done('exec.approval.resolve', { id: asked.payload?.['id'], decision: 'allow-once' });
      expect(JSON.stringify(await ended(a, 'approved', 'approved runs "basename /x/approved-there"'))).toContain(
        'be it',
      );
      await a.event('exec.approval.resolved', (payload) => payload['id'] === asked.payload?.['id']);
    });

    it('gets the answer to its question from the other', async () => {
      await send(a, 'questioned', 'questioned asks "Which?"');
      await b.event(
        'agent',
        (payload) => payload['runId'] === 'questioned: questioned asks "Which?"' && payload['stream'] === 'tool',
      );
      await send(b, 'questioned', 'the left one');
      expect(JSON.stringify(await ended(a, 'questioned', 'questioned asks "Which?"'))).toContain('the left one');
    });
  });

  describe('what one knows of the other', () => {
    it('is who is there, who listens and who does the chores, whichever is asked', async () => {
      interface Told {
        shared: boolean;
        hears: boolean;
        replicas: { pid: number; isSelf?: true; isLeader?: true; holds: { accounts: string[] } }[];
      }
      for (const [index, client] of [a, b].entries()) {
        const told = await client.done<Told>('cluster.status');
        expect(told).toMatchObject({ shared: true, hears: true });
        expect(told.replicas.map(({ pid }) => pid).sort()).toEqual(pair.gateways.map(({ child }) => child.pid).sort());
        expect(told.replicas.find(({ isSelf }) => isSelf)?.pid).toBe(pair.gateways[index]?.child.pid);
        expect(told.replicas.filter(({ isLeader }) => isLeader)).toHaveLength(1);
        expect(told.replicas.flatMap(({ holds }) => holds.accounts)).toEqual(['telegram:7000']);
      }
    });

    it('is that a device may not connect any more: its socket there ends', async () => {
      const device = new TestDevice();
      const phone = await WireClient.open(pair.gateways[1]?.url ?? '');
      expect(await phone.call('connect', device.sign('v3', phone.nonce, connectParams()))).toMatchObject({ ok: true });
      await a.done('device.pair.remove', { deviceId: device.id });
      expect(await phone.closing()).toMatchObject({ reason: 'credentials changed' });
    });

    it('reaches it all the same after the line between them was cut', async () => {
      await pair.cutLines();
      const gate = await beginSlowly(a, 'cut');
      const end = b.done('agent.wait', { runId: 'cut: cut slowly', timeoutMs: 50_000 });
      gate.open();
      expect(await end).toMatchObject({ status: 'ok' });
      await until('both to hear again', async () => {
        const told = await Promise.all([a, b].map((client) => client.done<{ hears: boolean }>('cluster.status')));
        return told.every(({ hears }) => hears);
      });
      const again = await beginSlowly(a, 'mended');
      await b.event('chat', ({ runId, state }) => runId === 'mended: mended slowly' && state === 'delta');
      again.open();
    });
  });

  describe('deliveries to one chat', () => {
    const deliver = (client: WireClient, to: number, message: string): Promise<unknown> =>
      client.call('send', { channel: 'telegram', to: String(to), message, idempotencyKey: `${to}: ${message}` });
    const texts = (to: number): string[] => pair.telegram.textsIn(to);

    it('are made once and in order while one waits with the first and the other is woken for others', async () => {
      const others = [811_001, 811_002, 811_003];
      pair.telegram.faults.add('sendMessage', { kind: 'rate-limit', retryAfter: 3 }, 1);
      const first = deliver(a, PERSON, 'first');
      await until('the limit', () => pair.telegram.calls.some(({ method }) => method === 'sendMessage'));
      const rest = [deliver(b, PERSON, 'second'), ...others.map((to) => deliver(b, to, 'beside'))];
      for (const to of others) await until('the others', () => texts(to).length > 0);
      expect(texts(PERSON)).toEqual([]);
      await Promise.all([first, ...rest]);
      await until('both', () => texts(PERSON).length >= 2);
      expect(texts(PERSON)).toEqual(['first', 'second']);
      for (const to of others) expect(texts(to)).toEqual(['beside']);
    });

    it('are made once, whichever of them is asked how often', async () => {
      const chats = [812_001, 812_002, 812_003];
      const wishes = Array.from({ length: 30 }, (_, index) =>
        deliver(index % 2 === 0 ? a : b, chats[index % 3] ?? 0, `part ${index}`),
      );
      await Promise.all(wishes);
      const all = (): string[] => chats.flatMap(texts);
      await until('all', () => all().length >= 30);
      expect(all().sort()).toEqual(Array.from({ length: 30 }, (_, index) => `part ${index}`).sort());
    });
  });
});
