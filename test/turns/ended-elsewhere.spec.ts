import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until, writeConfig } from '../harness/gateway-process';
import { STORE_KINDS, createPostgresDatabase } from '../harness/stores';
import { type Frame, WireClient } from '../harness/wire-client';

let models: FakeModels;
/** Never opened: a turn ends because somebody ends it. */
const never = new Gate();

beforeAll(async () => {
  models = await FakeModels.start();
  models.answer = ({ lastUser }) => ({
    steps: [{ text: 'So ' }, ...(lastUser.includes('slowly') ? [{ until: never }] : []), { text: 'be it.' }],
  });
});
afterAll(() => models.stop());

const configOf = (maxConcurrent = 4): Record<string, unknown> => ({
  models: { providers: { fake: models.provider('openai-completions') } },
  agents: { defaults: { model: { primary: 'fake/fake-1' }, maxConcurrent } },
});
const send = (client: WireClient, sessionKey: string, message: string): Promise<Frame> =>
  client.call('chat.send', { sessionKey, message, idempotencyKey: `${sessionKey}: ${message}` });
const ended = async (client: WireClient, runId: string): Promise<Record<string, unknown>> =>
  (await client.event('chat', (payload) => payload['runId'] === runId && payload['state'] !== 'delta')).payload ?? {};
const beginSlowly = async (client: WireClient, sessionKey: string): Promise<void> => {
  expect(await send(client, sessionKey, `${sessionKey} slowly`)).toMatchObject({ ok: true });
  await until('the model', () => models.requests.some(({ lastUser }) => lastUser.includes(`${sessionKey} slowly`)));
};
const command = async (client: WireClient, sessionKey: string, text: string): Promise<string> => {
  await send(client, sessionKey, text);
  return JSON.stringify((await ended(client, `${sessionKey}: ${text}`))['message']);
};

(STORE_KINDS.includes('postgres') ? describe : describe.skip)('a turn that another gateway runs', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let gateways: GatewayProcess[];
  let here: WireClient;
  let there: WireClient;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    const start = (): Promise<GatewayProcess> =>
      GatewayProcess.start({ config: configOf(), env: { OPENCLAW_DATABASE_URL: database.url } });
    gateways = [await start(), await start()];
    [here, there] = (await Promise.all(gateways.map(({ url }) => WireClient.connected(url)))) as [
      WireClient,
      WireClient,
    ];
  });
  afterAll(async () => {
    for (const client of [here, there]) client.close();
    for (const gateway of gateways) await gateway.stop();
    await database.drop();
  });

  it.each([
    ['/new', (key: string) => command(here, key, '/new'), 'A new conversation has begun'],
    ['/compact', (key: string) => command(here, key, '/compact'), 'ummed up'],
    ['/stop', async (key: string) => JSON.stringify(await send(here, key, '/stop')), 'slowly'],
    ['sessions.reset', async (key: string) => JSON.stringify(await here.done('sessions.reset', { key })), '"ok":true'],
    ['sessions.delete', async (key: string) => JSON.stringify(await here.done('sessions.delete', { key })), 'true'],
    [
      'chat.abort',
      async (sessionKey: string) => JSON.stringify(await here.done('chat.abort', { sessionKey })),
      'slowly',
    ],
  ])('ends with %s', async (name, act, told) => {
    const key = `with-${name.replace(/\W/g, '')}`;
    await beginSlowly(there, key);
    expect(await act(key)).toContain(told);
    expect(await ended(there, `${key}: ${key} slowly`)).toMatchObject({ state: 'aborted' });
    // The conversation goes on, here as there.
    for (const client of [here, there]) {
      const text = client === here ? 'hello from here' : 'hello from there';
      await send(client, key, text);
      expect(await ended(client, `${key}: ${text}`)).toMatchObject({ state: 'final' });
    }
  });

  it('lets go of who waits for a message that waited behind it and was dropped there', async () => {
    const key = 'dropped-there';
    await beginSlowly(here, key);
    await send(here, key, 'waits');
    const end = here.done('agent.wait', { runId: `${key}: waits`, timeoutMs: 50_000 });
    await there.done('sessions.reset', { key });
    expect(await end).toMatchObject({ status: 'ok' });
  });
});

describe('a turn that was cut off and has not been taken up', () => {
  let gateway: GatewayProcess;
  let client: WireClient;
  afterAll(async () => {
    client.close();
    await gateway.stop();
  });

  it('ends with /new, which need not wait until it has its place', async () => {
    gateway = await GatewayProcess.start({ config: configOf(2) });
    client = await WireClient.connected(gateway.url);
    for (const key of ['first', 'second']) await beginSlowly(client, key);
    client.close();
    await gateway.signal('SIGKILL');
    models.requests.length = 0;
    writeConfig(gateway.stateDir, configOf(1));
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
    await until('one of them to go on', () => models.requests.length > 0);
    const waiting = models.requests[0]?.lastUser.includes('first') ? 'second' : 'first';
    expect(await command(client, waiting, '/new')).toContain('A new conversation has begun');
    expect(models.requests.filter(({ lastUser }) => lastUser.includes(`${waiting} slowly`))).toEqual([]);
  });
});
