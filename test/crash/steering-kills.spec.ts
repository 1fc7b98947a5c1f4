import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import type { ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until, writeConfig } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const TOOK = /two-\d+/g;

/** What the model was told by people, in order. */
const saidIn = ({ body }: ModelRequest): string =>
  JSON.stringify((body['messages'] as { role: string }[]).filter(({ role }) => role === 'user'));

/** A message joins a turn that goes on, and the gateway dies after one of the writes on that way. */
describe('killed while a message joins a turn', () => {
  let models: FakeModels;
  let stateDir: string;
  let gateway: GatewayProcess | undefined;
  let client: WireClient | undefined;
  let cases = 0;

  beforeAll(async () => {
    models = await FakeModels.start();
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-steering-'));
    writeConfig(stateDir, {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      logging: { level: 'error' },
    });
  });
  afterEach(async () => {
    client?.close();
    await gateway?.signal('SIGKILL');
  });
  afterAll(async () => {
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const start = async (crashAt?: string): Promise<WireClient> => {
    const env: Record<string, string> =
      crashAt === undefined ? {} : { OPENCLAW_TEST_MODE: '1', OPENCLAW_TEST_CRASH_AT: crashAt };
    gateway = await GatewayProcess.start({ stateDir, env });
    client = await WireClient.connected(gateway.url);
    return client;
  };
  const rows = (query: string, ...values: string[]): Record<string, unknown>[] => {
    const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
    const found = database.prepare(query).all(...values) as Record<string, unknown>[];
    database.close();
    return found;
  };

  // Intake of the message; its joining; the model's step after it; the turn's end.
  it.each(['inbox.accept:2', 'turn.steer:1', 'turn.step:2', 'turn.close:1'])(
    'after %s: it is read once, and its caller hears of its end',
    async (crashAt) => {
      const [one, two] = [`one-${cases}`, `two-${cases}`];
      const sessionKey = `agent:main:steered-${cases++}`;
      const go = join(stateDir, 'workspace', `go-${two}`);
      let read: string[] = [];
      models.answer = (request) => {
        const said = saidIn(request);
        if (request.toolResults === 0 && !said.includes(two))
          return { steps: [{ tool: { name: 'exec', args: { command: `until [ -e ${go} ]; do sleep 0.02; done` } } }] };
        if (request.toolResults < 2 && said.includes(one) && !said.includes(two))
          return { steps: [{ tool: { name: 'exec', args: { command: 'true' } } }] };
        read = said.match(TOOK) ?? [];
        return { steps: [{ text: `Read ${said.match(TOOK)?.join() ?? 'nothing'}.` }] };
      };
      const first = await start(crashAt);
      const send = (wire: WireClient, message: string, more = {}): Promise<unknown> =>
        wire.call('chat.send', { sessionKey, message, idempotencyKey: message, ...more });
      await send(first, one);
      await until('the tool', () => models.requests.some((request) => saidIn(request).includes(one)));
      void send(first, two, { queueMode: 'steer' }).catch(() => undefined);
      await until('the message', () => rows('select id from inbox where run_name = ?', two).length > 0);
      writeFileSync(go, '');
      await until('death', () => gateway?.exited === true);

      const again = await start();
      // Whoever does not know whether it was taken says it again.
      await send(again, two, { queueMode: 'steer' });
      for (const runId of [one, two])
        expect(await again.done('agent.wait', { runId, timeoutMs: 60_000 })).toMatchObject({ runId, status: 'ok' });
      expect(read).toEqual([two]);
      const told = rows(
        `select payload from transcript_events where kind = 'user' and session_id =
         (select session_id from sessions where key = ?)`,
        sessionKey,
      ).map(({ payload }) => String(payload));
      expect(told.map((payload) => /(one|two)-\d+/.exec(payload)?.[0])).toEqual([one, two]);
      expect(rows('select state, count(*) as n from inbox where session_key = ? group by state', sessionKey)).toEqual([
        { state: 'answered', n: 2 },
      ]);
    },
  );
});
