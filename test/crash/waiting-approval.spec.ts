import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

describe('an approval that waits while the gateway is killed', () => {
  let models: FakeModels;
  let stateDir: string;
  beforeAll(async () => {
    models = await FakeModels.start();
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-approval-'));
  });
  afterAll(async () => {
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const start = (): Promise<GatewayProcess> =>
    GatewayProcess.start({
      stateDir,
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        tools: { exec: { host: 'gateway', security: 'allowlist', ask: 'on-miss' } },
      },
    });
  const pending = async (client: WireClient): Promise<{ id: string; request: { command: string } }[]> => {
    const { payload } = await client.call('exec.approval.list');
    return (payload ?? []) as unknown as { id: string; request: { command: string } }[];
  };

  it.each([
    ['allow-once', 'kept-by-allow'],
    ['deny', 'never-made'],
  ])('stays open under its id; the command runs once or never (%s)', async (decision, word) => {
    const results: string[] = [];
    models.answer = ({ body, toolResults }) => {
      if (toolResults === 0) return { steps: [{ tool: { name: 'exec', args: { command: `basename /x/${word}` } } }] };
      const messages = (body['messages'] ?? []) as { role: string; content: unknown }[];
      results.push(JSON.stringify(messages.filter((message) => message.role === 'tool').at(-1)?.content));
      return { steps: [{ text: `done with ${word}` }] };
    };
    let gateway = await start();
    let client = await WireClient.connected(gateway.url);
    const sessionKey = `killed-${word}`;
    await client.call('chat.send', { sessionKey, message: 'go', idempotencyKey: word });
    await until('the question', async () => (await pending(client)).length === 1);
    const [before] = await pending(client);
    await gateway.signal('SIGKILL');

    gateway = await start();
    client = await WireClient.connected(gateway.url);
    try {
      await until('the question again', async () => (await pending(client)).length === 1);
      const [after] = await pending(client);
      expect(after).toMatchObject({ id: before?.id, request: { command: `basename /x/${word}` } });
      expect((await client.call('exec.approval.resolve', { id: after?.id, decision })).error).toBeUndefined();
      await until('the end', async () => results.length > 0);
      await until('the answer', async () =>
        JSON.stringify((await client.call('chat.history', { sessionKey })).payload).includes(`done with ${word}`),
      );
      expect(results).toHaveLength(1);
      expect(results[0]).toContain(decision === 'deny' ? 'approval_denied' : word);
      if (decision === 'deny') expect(results[0]).not.toContain(`${word}\\n`);
      expect(await pending(client)).toEqual([]);
    } finally {
      client.close();
      await gateway.stop();
    }
  });
});
