import { FakeModels } from '../fakes/model-server';
import { CuttingProxy } from '../harness/cutting-proxy';
import { GatewayProcess, until } from '../harness/gateway-process';
import { STORE_KINDS, createPostgresDatabase } from '../harness/stores';
import { type Frame, WireClient } from '../harness/wire-client';

const here = STORE_KINDS.includes('postgres') ? describe : describe.skip;

interface HistoryMessage {
  role: string;
  content: string | { type: string; text?: string }[];
}
const flat = ({ content }: HistoryMessage): string =>
  typeof content === 'string' ? content : content.map((part) => part.text ?? part.type).join('');

here('a gateway on PostgreSQL', () => {
  let models: FakeModels;
  let database: { url: string; drop(): Promise<void> };
  let proxy: CuttingProxy;
  let gateway: GatewayProcess;
  let client: WireClient;
  let runs = 0;

  const config = (): Record<string, unknown> => ({
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
  });
  const through = (url: string, port: number): string => {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(port);
    return changed.href;
  };

  beforeAll(async () => {
    models = await FakeModels.start();
    database = await createPostgresDatabase();
    const { hostname, port } = new URL(database.url);
    proxy = await CuttingProxy.before(hostname, Number(port || 5432));
    gateway = await GatewayProcess.start({
      config: config(),
      env: { OPENCLAW_DATABASE_URL: through(database.url, proxy.port) },
    });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await proxy.stop();
    await models.stop();
    await database.drop();
  });
  beforeEach(() => {
    models.requests.length = 0;
    models.answer = () => ({ steps: [{ text: 'Hello.' }] });
    proxy.inspect = () => 'pass';
  });

  const newKey = (): string => `run-${++runs}`;
  const ended = (runId: string): Promise<Frame> =>
    client.event('chat', (payload) => payload['runId'] === runId && payload['state'] !== 'delta');
  const history = async (session: string): Promise<string[]> => {
    const { payload } = await client.call('chat.history', { sessionKey: session, limit: 1000 });
    return (payload?.['messages'] as HistoryMessage[]).map((message) => `${message.role}: ${flat(message)}`);
  };
  const say = async (session: string, message: string): Promise<Frame> => {
    const runId = newKey();
    const { ok, error } = await client.call('chat.send', { sessionKey: session, message, idempotencyKey: runId });
    if (!ok) throw new Error(JSON.stringify(error));
    return ended(runId);
  };

  it('needs few round trips for a plain turn', async () => {
    await say('trips', 'Hi');
    const trips: number[] = [];
    for (let turn = 0; turn < 8; turn++) {
      let sent = 0;
      // A statement with values begins with its text, one without is a query: nothing else asks for an answer.
      proxy.inspect = (piece) => {
        if (piece.startsWith('P') || piece.startsWith('Q')) sent++;
        return 'pass';
      };
      await say('trips', 'Hi');
      trips.push(sent);
    }
    // What the gateway does beside it comes on top, but not every time.
    expect(Math.min(...trips)).toBeLessThanOrEqual(20);
    expect(Math.min(...trips)).toBeGreaterThan(10);
  });

  it.each([1, 2, 3])(
    'answers messages of one socket in the order in which they were sent (round %d)',
    async (round) => {
      const session = `order-${round}`;
      const texts = Array.from({ length: 60 }, (_, index) => `number ${index};`);
      const sent = texts.map((message, index) =>
        client.call('chat.send', {
          sessionKey: session,
          message,
          idempotencyKey: `${session}-${index}`,
          // Some ask for more before they are stored: they keep their place as well.
          ...(index % 5 === 0 ? { thinking: 'low' } : {}),
          ...(index % 7 === 0
            ? { attachments: [{ type: 'file', mimeType: 'text/plain', fileName: 'a.txt', content: 'YQ==' }] }
            : {}),
        }),
      );
      expect((await Promise.all(sent)).filter((answer) => !answer.ok)).toEqual([]);
      for (const index of texts.keys()) await ended(`${session}-${index}`);
      const said = (await history(session)).filter((line) => line.startsWith('user: ')).join('\n');
      expect(said.match(/number \d+;/g)).toEqual(texts);
    },
  );

  it('loses none of two changes of a session that come at once', async () => {
    for (let round = 0; round < 20; round++) {
      const key = `patched-${round}`;
      await Promise.all([
        client.call('sessions.patch', { key, verboseLevel: 'on' }),
        client.call('sessions.patch', { key, reasoningLevel: 'on' }),
        client.call('sessions.patch', { key, queueMode: 'followup' }),
      ]);
      const { payload } = await client.call('sessions.list', { search: key, limit: 50 });
      const found = (payload?.['sessions'] as Record<string, unknown>[]).find((row) =>
        String(row['key']).endsWith(`:${key}`),
      );
      expect(found).toMatchObject({ verboseLevel: 'on', reasoningLevel: 'on', queueMode: 'followup' });
    }
  });

  it('takes forty additions to a conversation at once', async () => {
    await say('injected', 'Begin');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        client.call('chat.inject', { sessionKey: 'injected', message: `note ${index};` }),
      ),
    );
    expect(answers.filter((answer) => !answer.ok)).toEqual([]);
    const notes = (await history('injected')).join('\n').match(/note \d+;/g);
    expect(notes).toEqual(Array.from({ length: 40 }, (_, index) => `note ${index};`));
  });

  it('asks the model once for each turn, whatever is added beside it', async () => {
    await say('beside', 'Begin');
    models.requests.length = 0;
    for (let turn = 0; turn < 30; turn++) {
      const answer = say('beside', `question ${turn}`);
      const additions = Array.from({ length: 6 }, (_, index) =>
        client.call('chat.inject', { sessionKey: 'beside', message: `note ${turn}.${index}` }),
      );
      expect((await Promise.all(additions)).every((added) => added.ok)).toBe(true);
      await answer;
    }
    expect(models.requests).toHaveLength(30);
  });

  it('refuses the second of two equal labels by name', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map((index) => client.call('sessions.patch', { key: `labelled-${index}`, label: 'the same' })),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    for (const { error } of answers.filter((answer) => !answer.ok))
      expect(error?.message).toContain('label already in use: the same');
  });

  it('asks the database as seldom as a plain turn needs', async () => {
    await say('counted', 'Begin');
    let statements: string[] = [];
    let least: string[] | undefined;
    proxy.inspect = (sent) => {
      // Parse, with the text of the statement, or the text alone; each is a round trip.
      for (const [, text = ''] of sent.matchAll(
        /[PQ]\0\0..\0?((?:select|insert|update|delete|with|begin|commit|savepoint|release)[^\0]*)/gs,
      ))
        statements.push(text.replace(/\s+/g, ' ').slice(0, 90));
      return 'pass';
    };
    // Now and then it tells that it is there, and looks who else is: not in every turn.
    for (const question of ['And now?', 'And then?', 'And after that?']) {
      statements = [];
      await say('counted', question);
      if (least === undefined || statements.length < least.length) least = statements;
    }
    proxy.inspect = () => 'pass';
    statements = least ?? [];
    // Intake, lane, start, prompt, close, a look for what others took in; the statements themselves say which one is new.
    expect(statements.slice(28)).toEqual([]);
    expect(statements.length).toBeGreaterThan(10);
  });

  describe('whose connections are cut', () => {
    const answered = async (session: string, cut: () => void, question = 'Please answer'): Promise<void> => {
      const before = models.requests.length;
      models.answer = () => {
        setTimeout(cut, 30);
        return { steps: [{ waitMs: 60 }, { text: 'The answer.' }] };
      };
      const end = await say(session, question);
      expect(end.payload).toMatchObject({ state: 'final' });
      expect(await history(session)).toEqual([`user: ${question}`, 'assistant: The answer.']);
      expect(models.requests.length - before).toBe(1);
    };

    it('keeps an answer when they are cut during its closing commit, and does not ask again', async () => {
      for (let round = 0; round < 5; round++) {
        let cuts = 0;
        await answered(`cut-${round}`, () => {
          proxy.inspect = (sent) => (sent.includes('transcript_events') && cuts++ < 3 ? 'cut' : 'pass');
        });
        expect(cuts).toBeGreaterThan(0);
      }
    });

    it('writes it once when the database has it and only could not say so', async () => {
      for (let round = 0; round < 5; round++) {
        let cuts = 0;
        let isClosing = false;
        await answered(`told-${round}`, () => {
          proxy.inspect = (sent) => {
            if (sent.includes('transcript_events')) isClosing = true;
            return isClosing && /\bcommit\b/.test(sent) && cuts++ < 1 ? 'pass-then-cut' : 'pass';
          };
        });
        expect(cuts).toBeGreaterThan(0);
      }
    });

    it('gives the answer after an outage of some seconds', async () => {
      await answered('outage', () => {
        proxy.outage();
        setTimeout(() => proxy.resume(), 3000);
      });
    });
  });

  it('has one schema when three start at once on an empty database', async () => {
    for (let round = 0; round < 3; round++) {
      const empty = await createPostgresDatabase();
      const started = await Promise.allSettled(
        [1, 2, 3].map(() => GatewayProcess.start({ config: config(), env: { OPENCLAW_DATABASE_URL: empty.url } })),
      );
      const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      for (const one of running) await one.stop();
      await until('all to end', () => running.every((one) => one.exited));
      await empty.drop();
      expect(started.filter((one) => one.status === 'rejected')).toEqual([]);
    }
  });
});
