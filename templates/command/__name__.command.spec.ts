import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningGateway, startGateway } from '__src__/bootstrap/start-gateway';
import { Environment } from '__src__/config/environment';
import { freePort, writeConfig } from '__test__/harness/gateway-process';
import { __Name__Command } from './__name__.command';

/** Against a gateway in this process, over its socket. */
describe('the command __declared__', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-test-'));
  let gateway: RunningGateway;
  let env: Environment;
  beforeAll(async () => {
    writeConfig(stateDir, {});
    const port = await freePort();
    env = new Environment({
      HOME: stateDir,
      OPENCLAW_STATE_DIR: stateDir,
      OPENCLAW_GATEWAY_PORT: String(port),
      OPENCLAW_UI_PORT: '0',
    });
    gateway = await startGateway(env, { port });
  });
  afterAll(async () => {
    await gateway.close({ reason: 'test', restartExpectedMs: null });
    rmSync(stateDir, { recursive: true, force: true });
  });

  async function printed(options: { json?: boolean }): Promise<string> {
    let text = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((part) => {
      text += String(part);
      return true;
    });
    try {
      await Object.assign(new __Name__Command(), { env }).run([], options);
    } finally {
      write.mockRestore();
    }
    return text;
  }

  it('tells people', async () => {
    expect(await printed({})).toMatch(/^ok +true\nsessions +0\n$/);
  });

  it('tells programs', async () => {
    expect(JSON.parse(await printed({ json: true }))).toEqual({ ok: true, sessions: 0 });
  });
});
