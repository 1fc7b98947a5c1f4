import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '__src__/bootstrap/start-gateway';
import { Environment } from '__src__/config/environment';
import { until, writeConfig } from '__test__/harness/gateway-process';
import { __camel__Accounts } from './__name__-accounts';

/** A gateway with the offline assistant, and the real folder. */
describe('the channel __declared__', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-test-'));
  const box = join(stateDir, 'box');
  let gateway: RunningGateway;
  beforeAll(async () => {
    writeConfig(stateDir, {
      agents: { defaults: { model: { primary: 'offline/assistant' } } },
      channels: { ['__declared__']: { folder: box } },
    });
    const env = new Environment({ HOME: stateDir, OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0' });
    gateway = await startGateway(env, { port: 0 });
    await until('the folders', () => readdirSync(stateDir).includes('box') && readdirSync(box).length === 3);
  });
  afterAll(async () => {
    await gateway.close({ reason: 'test', restartExpectedMs: null });
    rmSync(stateDir, { recursive: true, force: true });
  });

  const put = (name: string, text: string): void => {
    writeFileSync(join(box, name), text);
    renameSync(join(box, name), join(box, 'in', name));
  };
  const answers = (): string[] =>
    readdirSync(join(box, 'out'))
      .filter((name) => name.endsWith('.txt'))
      .map((name) => readFileSync(join(box, 'out', name), 'utf8'));

  it('starts with the gateway', () => {
    const step = gateway.report.steps().find(({ name }) => name === 'channels start: __declared__');
    expect(step).toMatchObject({ state: 'done' });
  });

  it('takes a message and answers it, once, however often it comes', async () => {
    put('001', 'help');
    await until('the answer', () => answers().length === 1);
    put('001', 'help');
    await until('the message to be taken', () => readdirSync(join(box, 'in')).length === 0);
    put('002', 'nonsense');
    await until('the other answer', () => answers().length === 2);
    expect(answers().filter((text) => text.includes('offline assistant'))).not.toEqual([]);
  });

  it('says what an account lacks', () => {
    expect(__camel__Accounts({ channels: { ['__declared__']: {} } })).toMatchObject([
      { id: 'default', notConfigured: 'channels.__declared__.folder is not set' },
    ]);
    expect(__camel__Accounts({})).toEqual([]);
  });
});
