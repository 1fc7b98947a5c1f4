import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { STORE_KINDS, createPostgresDatabase } from '../harness/stores';
import { WireClient } from '../harness/wire-client';

interface Message {
  role: string;
  content: string | { text?: string }[];
  __openclaw: { id: string };
}

/** What a request holds word by word: a summary lists what was said before in lines of their own. */
const wordsIn = ({ messages }: Record<string, unknown>): string[] =>
  (messages as { role: string; content: unknown }[])
    .filter(({ role }) => role !== 'system')
    .map(({ content }) => String(content).replace(/^- .*$/gm, ''))
    .join('\n')
    .match(/\bm\d+\b/g) ?? [];

const ROUNDS = 12;

(STORE_KINDS.includes('postgres') ? describe : describe.skip)('versions of a conversation with two gateways', () => {
  let models: FakeModels;
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let gateways: GatewayProcess[];
  let clients: [WireClient, WireClient];
  let told: string[] = [];

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = ({ body, lastUser }) => {
      told = wordsIn(body);
      // A message that was stopped before its answer stands before the next one, in one text with it.
      return { steps: [{ text: `Answer to ${lastUser.match(/m\d+/g)?.at(-1)?.toUpperCase() ?? ''}` }] };
    };
    database = await createPostgresDatabase();
    const config = {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    };
    const start = (): Promise<GatewayProcess> =>
      GatewayProcess.start({ config, env: { OPENCLAW_DATABASE_URL: database.url } });
    gateways = [await start(), await start()];
    clients = (await Promise.all(gateways.map(({ url }) => WireClient.connected(url)))) as [WireClient, WireClient];
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    for (const gateway of gateways) await gateway.stop();
    await database.drop();
    await models.stop();
  });

  let number = 0;
  /** Whether it was answered; what waits when its caller goes back is not. */
  const say = async (client: WireClient, sessionKey: string, message: string): Promise<boolean> => {
    const runId = `together-${++number}`;
    await client.done('chat.send', { sessionKey, message, idempotencyKey: runId });
    const end = await client.done<{ status: string; endedAt?: number }>('agent.wait', { runId, timeoutMs: 60_000 });
    expect(end.status).toBe('ok');
    return end.endedAt !== undefined;
  };
  const history = async (client: WireClient, sessionKey: string): Promise<Message[]> =>
    (await client.done<{ messages: Message[] }>('chat.history', { sessionKey })).messages;
  const texts = (messages: readonly Message[]): string[] =>
    messages.map(({ content }) =>
      typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''),
    );
  const versions = async (client: WireClient, key: string): Promise<string[]> =>
    (await client.done<{ branches: { key: string }[] }>('sessions.branches.list', { key })).branches.map(
      (branch) => branch.key,
    );

  it('knows here what was summed up there', async () => {
    const [here, there] = clients;
    const key = 'agent:main:summed';
    for (const message of ['m1', 'm2', 'm3']) await say(here, key, message);
    await there.done('sessions.compact', { key, maxLines: 2 });
    await say(here, key, 'm4');
    expect(told).toEqual(['m3', 'm4']);
  });

  it('loses nothing, and answers nothing on the wrong one', async () => {
    const [here, there] = clients;
    const key = 'agent:main:together';
    await say(here, key, 'm100');
    const messageId = (await history(here, key))[0]?.__openclaw.id ?? '';
    expect(messageId).not.toBe('');
    let said = 100;
    const answered: string[] = [];
    const others: string[] = [];
    let changes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const message = `m${++said}`;
      const first = (await history(there, key)).find(({ role }) => role === 'user')?.__openclaw.id ?? '';
      const [older] = await versions(here, key);
      const change =
        round % 2 === 0 || older === undefined
          ? there.call('sessions.rewind', { key, messageId: first })
          : there.call('sessions.branches.switch', { key, branchKey: older });
      const [isAnswered, done] = await Promise.all([say(here, key, message), change]);
      if (done.ok) changes++;
      (isAnswered ? answered : others).push(message);
    }
    const all = [key, ...(await versions(here, key))];
    const stored = await Promise.all(all.map(async (each) => texts(await history(there, each))));
    for (const version of stored) {
      // Each message is followed by its own answer, unless it was stopped.
      for (const [index, text] of version.entries())
        if (/^Answer/.test(text)) expect(text).toBe(`Answer to ${version[index - 1]?.toUpperCase()}`);
      expect(new Set(version).size).toBe(version.length);
    }
    const times = (message: string): number => stored.filter((version) => version.includes(message)).length;
    for (const message of answered) expect([message, times(message)]).toEqual([message, 1]);
    for (const message of others) expect(times(message)).toBeLessThanOrEqual(1);
    expect(changes).toBeGreaterThan(0);
    // Both see the same.
    expect(await Promise.all(all.map(async (each) => texts(await history(here, each))))).toEqual(stored);
  });
});
