import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

const WORDS = 'words that nobody else says';

describe('what a turn leaves on disk', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;

  const start = async (stateDir?: string): Promise<void> => {
    gateway = await GatewayProcess.start({
      ...(stateDir === undefined
        ? {
            config: {
              models: { providers: { fake: models.provider('openai-completions') } },
              agents: { defaults: { model: { primary: 'fake/fake-1' } } },
            },
          }
        : { stateDir }),
    });
    client = await WireClient.connected(gateway.url);
  };
  const agent = async (id: string, key: string, message: string): Promise<Frame> => {
    const params = { message, idempotencyKey: key };
    client.send({ type: 'req', id, method: 'agent', params });
    await client.answerTo(id);
    return client.answerTo(id, 2);
  };
  const rowsWith = (table: string, text: string): number => {
    const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
    try {
      const rows = database.prepare(`select * from ${table}`).all() as object[];
      return rows.filter((row) => JSON.stringify(row).includes(text)).length;
    } finally {
      database.close();
    }
  };

  beforeAll(async () => {
    models = await FakeModels.start();
    await start();
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await models.stop();
  });

  it('holds what was said once, and the result all the same, also after a restart', async () => {
    models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ text: 'A beginning. ' }, { tool: { name: 'session_status', args: {} } }] }
        : { steps: [{ text: WORDS }] };
    const steps = await agent('agent-1', 'with-steps', 'Do it');
    models.answer = () => ({ steps: [{ text: WORDS }] });
    const plain = await agent('agent-2', 'plain', 'Say it');
    expect(steps.payload?.['result']).toMatchObject({ payloads: [{ text: `A beginning.\n\n${WORDS}` }] });
    expect(plain.payload?.['result']).toMatchObject({ payloads: [{ text: WORDS }] });
    expect(rowsWith('transcript_events', WORDS)).toBe(2);
    expect(rowsWith('turn_steps', WORDS)).toBe(0);
    // The result of several answers is none of them.
    expect(rowsWith('turns', WORDS)).toBe(1);

    const before = [steps.payload?.['result'], plain.payload?.['result']];
    client.close();
    await gateway.signal('SIGTERM');
    await start(gateway.stateDir);
    const after = [await agent('agent-3', 'with-steps', 'Do it'), await agent('4', 'plain', 'Say it')];
    expect(after.map(({ payload }) => payload?.['result'])).toEqual(before);
  });
});
