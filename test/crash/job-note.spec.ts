import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, freePort, until, writeConfig } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

describe('a job whose gateway is killed right after its end', () => {
  it('is told of in the main conversation all the same', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-job-note-'));
    const models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Done: ${lastUser.split('\n')[0]}` }] });
    const port = await freePort();
    writeConfig(stateDir, {
      models: { providers: { fake: models.provider('openai-completions') } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    });
    const env = { OPENCLAW_TEST_MODE: '1', OPENCLAW_TEST_CRASH_AT: 'cron.finish:1' };
    let gateway = await GatewayProcess.start({ stateDir, port, env });
    try {
      const client = await WireClient.connected(gateway.url);
      await client.call('cron.add', {
        name: 'Mail',
        wakeMode: 'now',
        schedule: { atMs: Date.now() },
        payload: { kind: 'agentTurn', message: 'look for mail' },
      });
      await until('the end of the process', () => gateway.exited);
      client.close();
      const told = (): boolean =>
        models.requests.some(({ lastUser }) => lastUser.includes('Cron (Mail): Done: [cron Mail] look for mail'));
      expect(told()).toBe(false);
      gateway = await GatewayProcess.start({ stateDir, port });
      await until('the note', told);
      await gateway.signal('SIGTERM');
    } finally {
      await gateway.signal('SIGKILL');
      await models.stop();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
