import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

describe('trying a key before it is kept', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  beforeAll(async () => {
    models = await FakeModels.start();
    gateway = await GatewayProcess.start({
      config: {
        models: {
          providers: { fake: { ...models.provider('openai-completions'), headers: { 'x-team': 'CANARY-team' } } },
        },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });
  beforeEach(() => {
    models.answer = () => ({ steps: [{ text: 'ready' }] });
  });

  const probe = async (params: Record<string, unknown>): Promise<Frame> => client.call('models.probe', params);

  it('asks the model that is meant, with the key that is sent', async () => {
    const { payload } = await probe({ model: 'fake/fake-1', apiKey: 'CANARY-key-123456' });
    expect(payload).toEqual({ ok: true, model: 'fake/fake-1', provider: 'fake', ms: expect.any(Number) as number });
    expect(models.requests.at(-1)?.headers.authorization).toBe('Bearer CANARY-key-123456');
    expect(gateway.log).not.toContain('CANARY');
  });

  it('knows by its beginning whose a key is', async () => {
    const before = models.requests.length;
    const { payload } = await probe({ apiKey: 'sk-ant-api03-test', baseUrl: `${models.url}/v1` });
    expect(payload).toMatchObject({ ok: true, provider: 'anthropic' });
    expect(models.requests[before]).toMatchObject({ format: 'anthropic-messages' });
    expect((await probe({ apiKey: 'sk-or-v1-x', baseUrl: `${models.url}/v1` })).payload).toMatchObject({
      provider: 'openrouter',
    });
  });

  it('shows the configured key to nobody but whom it is configured for', async () => {
    const foreign = await FakeModels.start();
    try {
      const refused = await probe({ model: 'fake/fake-1', baseUrl: `${foreign.url}/v1` });
      expect(refused.error?.message).toContain('apiKey is needed');
      await probe({ model: 'fake/fake-1', baseUrl: `${foreign.url}/v1`, apiKey: 'tried-key' });
      const heard = foreign.requests.map(({ headers }) => headers);
      expect(heard.map(({ authorization }) => authorization)).toEqual(['Bearer tried-key']);
      expect(JSON.stringify(heard)).not.toContain('CANARY-team');
    } finally {
      await foreign.stop();
    }
  });

  it('says why it does not work, and nobody rests for it', async () => {
    models.answer = () => ({ steps: [], status: 401, body: { error: { message: 'bad key CANARY-key-654321' } } });
    const { payload } = await probe({ model: 'fake/fake-1', apiKey: 'CANARY-key-654321' });
    expect(payload).toMatchObject({ ok: false, error: { kind: 'auth' } });
    expect(JSON.stringify(payload)).not.toContain('CANARY-key-654321');
    models.answer = () => ({ steps: [{ text: 'still here' }] });
    await client.call('chat.send', { sessionKey: 'main', message: 'hello', idempotencyKey: 'k' });
    expect((await client.call('agent.wait', { runId: 'k', timeoutMs: 60_000 })).payload).toMatchObject({
      status: 'ok',
    });
  });

  it('works with a model that thinks longer than there is room for', async () => {
    models.answer = () => ({ steps: [{ reasoning: 'Which word was it' }], finish: 'length' });
    expect((await probe({ model: 'fake/fake-1' })).payload).toMatchObject({ ok: true });
  });

  it('does not wait for ever', async () => {
    models.answer = () => ({ steps: [{ stall: true }] });
    expect((await probe({ model: 'fake/fake-1', timeoutMs: 1000 })).payload).toMatchObject({
      ok: false,
      error: { kind: 'timeout' },
    });
  });

  it.each([
    [{}, /model is needed/],
    [{ apiKey: 'no-mark-at-all' }, /provider\/model/],
    // Several providers begin their keys so; none gets that of another.
    [{ apiKey: 'sk-0123456789abcdef' }, /provider\/model/],
    [{ model: 'nobody/x' }, /no provider/],
    [{ model: 'fake/fake-1', baseUrl: 'here' }, /baseUrl is not an address/],
  ])('refuses %j', async (params, words) => {
    expect((await probe(params)).error?.message).toMatch(words);
  });
});
