import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const MINUTE = 60_000;

const TASK = { sessionTarget: 'isolated', payload: { kind: 'agentTurn', message: 'look' } };

describe('jobs and the clock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-clock-'));
  const file = join(folder, 'shift');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('that is set forward, or stood still while the machine slept, and set back: each planned time ends once', async () => {
    writeFileSync(file, '0');
    const models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'Done.' }] });
    const gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
      nodeArgs: ['--require', join(__dirname, 'clock-shift.cjs')],
      env: { CLOCK_SHIFT_FILE: file },
    });
    const client = await WireClient.connected(gateway.url);
    const add = async (schedule: object): Promise<string> => {
      const { payload, error } = await client.call('cron.add', { ...TASK, schedule });
      expect(error).toBeUndefined();
      return String(payload?.['id']);
    };
    const ends = async (id: string): Promise<[number, string][]> => {
      const { payload } = await client.call('cron.runs', { id });
      return (payload?.['entries'] as { action: string; runAtMs: number; status: string }[])
        .filter(({ action }) => action === 'finished')
        .map(({ runAtMs, status }): [number, string] => [runAtMs, status]);
    };
    try {
      const start = Date.now();
      const steady = await add({ everyMs: 30 * MINUTE, anchorMs: start + 30 * MINUTE });
      const once = await add({ atMs: start + 60 * MINUTE });
      writeFileSync(file, String(125 * MINUTE));
      await until('the jobs', async () => (await ends(steady)).length === 4 && (await ends(once)).length === 1);
      const slots = [1, 2, 3, 4].map((count) => start + count * 30 * MINUTE);
      expect((await ends(steady)).sort(([a], [b]) => a - b)).toEqual(
        slots.map((slot, index) => [slot, index === 3 ? 'ok' : 'skipped']),
      );
      expect(await ends(once)).toEqual([[start + 60 * MINUTE, 'ok']]);
      writeFileSync(file, '0');
      // Until the gateway has noticed, the time is one that has passed.
      let next = '';
      await until('the clock to be set back', async () => {
        const answer = await client.call('cron.add', { ...TASK, schedule: { atMs: Date.now() + 1000 } });
        next = String(answer.payload?.['id']);
        return answer.ok === true;
      });
      await until('the job after', async () => (await ends(next)).length === 1);
      expect(await ends(steady)).toHaveLength(4);
      expect(models.requests.filter(({ text }) => text.includes('look'))).toHaveLength(3);
    } finally {
      client.close();
      await gateway.stop();
      await models.stop();
    }
  });
});
