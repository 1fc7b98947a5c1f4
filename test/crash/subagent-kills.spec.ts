import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, freePort, until, writeConfig } from '../harness/gateway-process';

const RESULT = 'There are seven cups.';

/** A parent spawns a sub-agent; the process dies right after its n-th durable write and is started again. */
async function dieAfterWrite(n: number): Promise<{ died: boolean; told: number; answers: string[] }> {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-subagent-'));
  const telegram = await FakeTelegram.start();
  const models = await FakeModels.start();
  const port = await freePort();
  let gateway: GatewayProcess | undefined;
  const results = new Set<string>();
  models.answer = ({ lastUser, toolResults, text }: ModelRequest): ModelAnswer => {
    if (lastUser.includes('Its result:')) {
      // The same message may be asked about again after a crash; another one would have other words around it.
      results.add(text.match(/\[from the gateway\] The sub-agent/g)?.length === 1 ? 'once' : 'twice');
      return { steps: [{ text: `Told: ${lastUser.includes(RESULT) ? RESULT : 'no result'}` }] };
    }
    if (lastUser === 'count the cups') return { steps: [{ text: RESULT }] };
    if (lastUser.includes('is done') || lastUser.includes('ended without'))
      return { steps: [{ text: 'Told: nothing' }] };
    return toolResults === 0
      ? { steps: [{ tool: { name: 'sessions_spawn', args: { task: 'count the cups' } } }] }
      : { steps: [{ text: 'Begun.' }] };
  };
  writeConfig(stateDir, {
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    channels: {
      telegram: {
        botToken: telegram.token,
        apiRoot: telegram.apiRoot,
        dmPolicy: 'allowlist',
        allowFrom: [5],
        streamMode: 'off',
      },
    },
    logging: { level: 'error' },
  });
  const told = (): string[] => telegram.textsIn(5).filter((text) => text.startsWith('Told:'));
  try {
    telegram.say({ chatId: 5, text: 'How many cups are there?' });
    gateway = await GatewayProcess.start({
      stateDir,
      port,
      dontWait: true,
      ownProcess: false,
      env: { OPENCLAW_TEST_MODE: '1', OPENCLAW_TEST_CRASH_AT: String(n) },
    });
    const first = gateway;
    await until('death or the result', () => first.exited || told().length > 0);
    if (!first.exited) await until('death after it', () => first.exited, 400).catch(() => undefined);
    const died = first.exited;
    await first.signal('SIGKILL');
    gateway = await GatewayProcess.start({ stateDir, port });
    await until('the result in the chat', () => told().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await gateway.close();
    return { died, told: told().length, answers: [...told(), ...results] };
  } finally {
    await gateway?.signal('SIGKILL');
    await telegram.stop();
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

describe('a sub-agent whose gateway is killed', () => {
  it('after each durable write: its result reaches the parent exactly once', async () => {
    let points = 0;
    for (let n = 1; n <= 60; n++) {
      const { died, told, answers } = await dieAfterWrite(n);
      if (!died) break;
      points++;
      expect([n, told, answers]).toEqual([n, 1, [`Told: ${RESULT}`, 'once']]);
    }
    process.stderr.write(`killed after each of ${points} durable writes\n`);
    expect(points).toBeGreaterThanOrEqual(8);
  }, 300_000);
});
