import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '../config/environment';
import { FakeTelegram } from '../../test/fakes/telegram-server';
import { BOOT_PLAN } from './boot-plan';
import { startGateway } from './start-gateway';

const TOKEN = 'test-token-that-is-long-enough-to-be-unguessable';

describe('boot plan', () => {
  let stateDir: string;
  let telegram: FakeTelegram;

  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-boot-'));
    telegram = await FakeTelegram.start();
  });

  afterEach(async () => {
    await telegram.stop();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const environment = (): Environment =>
    new Environment({ HOME: stateDir, OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0' });

  it('is the order in which a gateway boots, and shutdown is its reverse', async () => {
    const channels = {
      telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot },
      discord: { token: 'a token', apiRoot: telegram.apiRoot },
      slack: { botToken: 'xoxb-a', appToken: 'xapp-a', apiRoot: telegram.apiRoot },
      webpage: { token: 'a token of the boot plan' },
      webhook: { secret: 'a secret of the boot plan', url: telegram.apiRoot },
    };
    const config = { gateway: { mode: 'local', auth: { mode: 'token', token: TOKEN } }, channels };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(config));
    const gateway = await startGateway(environment(), { port: 0 });
    await gateway.close({ reason: 'test', restartExpectedMs: null });

    const observed = gateway.report.steps().map(({ name, phase, module }) => ({ name, phase, module }));
    expect(observed).toEqual(BOOT_PLAN.map(({ name, phase, module }) => ({ name, phase, module })));

    const bootOrder = [...new Set(BOOT_PLAN.map((step) => step.module))];
    const { shutdown } = gateway.report;
    for (const order of Object.values(shutdown)) {
      const planned = [...bootOrder].filter((module) => order.includes(module));
      expect(order).toEqual([...planned].sort((a, b) => lastStepOf(b) - lastStepOf(a)));
    }
    expect(shutdown.drain).toEqual(
      expect.arrayContaining(['TelegramModule', 'AgentModule', 'OutboxModule', 'GatewayModule']),
    );
    expect(shutdown.goodbye).toEqual(['GatewayModule', 'ReplicasModule']);
    expect(shutdown.close.at(-1)).toBe('StorageModule');
  });

  it('leaves nothing behind when a fatal step fails', async () => {
    writeFileSync(
      join(stateDir, 'openclaw.json'),
      JSON.stringify({ gateway: { mode: 'local', bind: 'lan', auth: { mode: 'none' } } }),
    );
    const before = readdirSync(stateDir).sort();
    await expect(startGateway(environment(), { port: 0 })).rejects.toMatchObject({ exitCode: 78 });
    const left = readdirSync(stateDir).filter((name) => !before.includes(name));
    expect(left.filter((name) => /lock|owner|tmp/.test(name))).toEqual([]);
  });
});

/** Row of a module's last step: what is done last is undone first. */
function lastStepOf(module: string): number {
  return BOOT_PLAN.map((step) => step.module).lastIndexOf(module);
}
