import OpenAI from 'openai';
import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeNode } from '../harness/fake-node';
import { until } from '../harness/gateway-process';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';
import { Pair, ended, onPostgres, send } from './pair';

/** One that can be guessed, so that wrong ones count. */
const TOKEN = 'easy-to-guess';
const AUTH = { auth: { token: TOKEN } };

onPostgres('what a gateway knows, known to the other', () => {
  let pair: Pair;
  let a: WireClient;
  let b: WireClient;
  const [urlA, urlB] = [(): string => pair.gateways[0]?.url ?? '', (): string => pair.gateways[1]?.url ?? ''];
  /** What the model waits for before it goes on, by a word of the question. */
  const gates = new Map<string, Gate>();
  let isOverloaded = false;

  beforeAll(async () => {
    const models = await FakeModels.start();
    const provider = models.provider('openai-completions');
    const [first] = provider['models'] as Record<string, unknown>[];
    pair = await Pair.start({
      models,
      config: {
        models: { providers: { fake: { ...provider, models: [first, { ...first, id: 'fake-2', name: 'fake-2' }] } } },
        agents: {
          defaults: {
            model: { primary: 'fake/fake-1', fallbacks: ['fake/fake-2'] },
            skipBootstrap: true,
            maxConcurrent: 2,
          },
        },
        gateway: {
          auth: { mode: 'token', token: TOKEN },
          http: { endpoints: { chatCompletions: { enabled: true } } },
        },
      },
    });
    models.answer = ({ lastUser, model }) => {
      if (isOverloaded && model === 'fake-1')
        return { steps: [], status: 503, body: { error: { type: 'overloaded', message: 'come back later' } } };
      const gate = [...gates].find(([word]) => lastUser.includes(word))?.[1];
      return { steps: [{ text: 'So ' }, ...(gate ? [{ until: gate }] : []), { text: `be it: ${lastUser}` }] };
    };
    [a, b] = await Promise.all([WireClient.connected(urlA(), AUTH), WireClient.connected(urlB(), AUTH)]);
  });
  afterAll(async () => {
    for (const gate of gates.values()) gate.open();
    for (const client of [a, b]) client?.close();
    await pair?.stop();
  });

  const asked = (words: string): number =>
    pair.models.requests.filter(({ lastUser }) => lastUser.includes(words)).length;
  const slowly = async (client: WireClient, key: string): Promise<Gate> => {
    const gate = new Gate();
    gates.set(`${key} slowly`, gate);
    await send(client, key, `${key} slowly`);
    await until('the model', () => asked(`${key} slowly`) > 0);
    return gate;
  };

  it('who is connected, from when to when', async () => {
    const names = async (client: WireClient): Promise<unknown[]> =>
      (await client.done<{ host?: string; reason?: string }[]>('system-presence'))
        .filter(({ reason }) => reason === 'connect')
        .map(({ host }) => host);
    const phone = {
      id: 'openclaw-ios',
      displayName: 'Phone of Ann',
      version: '1',
      platform: 'ios',
      mode: 'ui',
      instanceId: 'p',
    };
    const client = await WireClient.connected(urlA(), { ...AUTH, client: phone });
    await until('it to be seen at both', async () =>
      (await Promise.all([a, b].map(names))).every((each) => each.includes('Phone of Ann')),
    );
    // Whoever listens there is told.
    await b.event('presence', (payload) => JSON.stringify(payload).includes('Phone of Ann'));
    client.close();
    await until('it to be gone from both', async () =>
      (await Promise.all([a, b].map(names))).every((each) => !each.includes('Phone of Ann')),
    );
  });

  it('a node: paired through the other, listed and asked at either, gone from both', async () => {
    const facts = { platform: 'linux', displayName: 'Box', commands: ['system.which'] };
    const node = await FakeNode.connect(
      urlA(),
      b,
      facts,
      (command, params) => ({ bins: [command, JSON.stringify(params)] }),
      AUTH,
    );
    interface Row {
      nodeId: string;
      displayName?: string;
      connected: boolean;
    }
    const rowAt = async (client: WireClient): Promise<Row | undefined> =>
      (await client.done<{ nodes: Row[] }>('node.list')).nodes.find(({ displayName }) => displayName === 'Box');
    const areBoth = (connected: boolean): Promise<void> =>
      until(`both to have it as ${connected}`, async () =>
        (await Promise.all([a, b].map(rowAt))).every((row) => row?.connected === connected),
      );
    await areBoth(true);
    const nodeId = (await rowAt(b))?.nodeId ?? '';
    const ask = (client: WireClient, command: string, key: string) =>
      client.call('node.invoke', { nodeId, command, params: { bins: ['git'] }, idempotencyKey: key });
    for (const [index, client] of [a, b].entries())
      expect(await ask(client, 'system.which', `which ${index}`)).toMatchObject({
        ok: true,
        payload: { payload: { bins: ['system.which', '{"bins":["git"]}'] } },
      });
    expect(await ask(b, 'system.run', 'run')).toMatchObject({ ok: false });
    node.close();
    await areBoth(false);
    expect(await ask(b, 'system.which', 'late')).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
  });

  it('a code for a phone: made here, used there, once', async () => {
    const code = String((await a.call('device.pair.code')).payload?.['code']);
    const come = async (url: string, bootstrapToken: string) => {
      const client = await WireClient.open(url);
      const params = connectParams({ scopes: ['operator.read'], auth: { bootstrapToken } });
      const answer = await client.call('connect', new TestDevice().sign('v3', client.nonce, params));
      client.close();
      return answer;
    };
    expect((await come(urlB(), `${code}x`)).error?.details?.['code']).toBe('AUTH_BOOTSTRAP_TOKEN_INVALID');
    expect(await come(urlB(), code)).toMatchObject({ ok: true });
    for (const url of [urlA(), urlB()])
      expect((await come(url, code)).error?.details?.['code']).toBe('AUTH_BOOTSTRAP_TOKEN_INVALID');
  });

  it('a device that was let in: it comes in at both, and at neither once it is removed', async () => {
    const device = new TestDevice();
    const come = async (url: string, more: Record<string, unknown>) => {
      const client = await WireClient.open(url);
      return {
        client,
        hello: await client.call('connect', device.sign('v3', client.nonce, connectParams({ ...more }))),
      };
    };
    const first = await come(urlA(), AUTH);
    expect(first.hello).toMatchObject({ ok: true });
    const { deviceToken } = first.hello.payload?.['auth'] as { deviceToken: string };
    const second = await come(urlB(), { auth: { deviceToken } });
    expect(second.hello).toMatchObject({ ok: true });
    await a.done('device.pair.remove', { deviceId: device.id });
    for (const { client } of [first, second])
      expect(await client.closing()).toMatchObject({ reason: 'credentials changed' });
    for (const url of [urlA(), urlB()])
      expect((await come(url, { auth: { deviceToken } })).hello).toMatchObject({ ok: false });
  });

  it('a key of a message: asked for at both it is one', async () => {
    for (const client of [a, b]) expect(await send(client, 'keyed', 'only once')).toMatchObject({ ok: true });
    for (const client of [a, b]) await ended(client, 'keyed', 'only once');
    expect(asked('only once')).toBe(1);
    const sent = await Promise.all(
      [a, b].map((client) =>
        client.call('send', { channel: 'telegram', to: '813001', message: 'once', idempotencyKey: 'sent once' }),
      ),
    );
    expect(sent.every(({ ok }) => ok)).toBe(true);
    expect(pair.telegram.textsIn(813_001)).toEqual(['once']);
  });

  it('the configuration and its history, changed at one', async () => {
    const { hash } = await a.done<{ hash: string }>('config.get');
    await a.done('config.patch', { raw: '{ messages: { responsePrefix: "[both]" } }', baseHash: hash, restart: false });
    await until('the other to have it', async () => JSON.stringify(await b.done('config.get')).includes('[both]'));
    const histories = await Promise.all([a, b].map((client) => client.done('config.history', {})));
    expect(histories[1]).toEqual(histories[0]);
    await send(b, 'prefixed', 'hello');
    await ended(b, 'prefixed', 'hello');
  });

  it('a secret', async () => {
    await a.done('secrets.store.set', { name: 'SHARED_SECRET', value: 'x1' });
    expect(JSON.stringify(await b.done('secrets.store.list', {}))).toContain('SHARED_SECRET');
  });

  describe('a request of the HTTP API at the one that the other works on', () => {
    let held: Gate[];
    const openAi = (): OpenAI =>
      new OpenAI({ apiKey: TOKEN, baseURL: `${pair.gateways[1]?.http}/v1`, maxRetries: 0, timeout: 60_000 });
    /** Both places of the other are taken, so that it is the first that has time for it. */
    beforeAll(async () => {
      held = [await slowly(b, 'place-1'), await slowly(b, 'place-2')];
    });
    afterAll(() => held.forEach((gate) => gate.open()));
    const ask = async (words: string, signal?: AbortSignal) => {
      const user = `user of ${words}`;
      return openAi().chat.completions.create(
        { model: 'openclaw', messages: [{ role: 'user', content: words }], stream: true, user },
        signal ? { signal } : {},
      );
    };

    it('streams while it is made', async () => {
      const gate = new Gate();
      gates.set('stream across', gate);
      let text = '';
      for await (const chunk of await ask('stream across')) {
        text += chunk.choices[0]?.delta.content ?? '';
        // The rest is said only when the beginning has come.
        if (text !== '') gate.open();
      }
      expect(text).toBe('So be it: stream across');
    });

    it('ends when whoever asked goes away', async () => {
      gates.set('never mind', new Gate());
      const gone = new AbortController();
      const abandoned = pair.models.abandoned;
      const asking = (async () => {
        for await (const chunk of await ask('never mind', gone.signal))
          if (chunk.choices[0]?.delta.content) gone.abort();
      })().catch(() => undefined);
      await asking;
      await until('the model to be left alone', () => pair.models.abandoned > abandoned);
    });
  });

  it('a model that fails: the other does not ask it', async () => {
    isOverloaded = true;
    const first = (): number => pair.models.requests.filter(({ model }) => model === 'fake-1').length;
    await send(a, 'failing', 'to the first');
    expect(await ended(a, 'failing', 'to the first')).toMatchObject({ state: 'final' });
    const before = first();
    await send(b, 'failing-too', 'to the second');
    expect(await ended(b, 'failing-too', 'to the second')).toMatchObject({ state: 'final' });
    expect(first()).toBe(before);
    isOverloaded = false;
  });

  it('wrong secrets: who guesses at one waits at the other', async () => {
    const guess = async (url: string): Promise<string> => {
      const client = await WireClient.open(url);
      const answer = await client.call('connect', connectParams({ auth: { token: 'guessed' } }));
      client.close();
      return JSON.stringify(answer.error);
    };
    await until('the first to make guesses wait', async () => (await guess(urlA())).includes('too many'));
    expect(await guess(urlB())).toContain('too many failed logins');
  });
});
