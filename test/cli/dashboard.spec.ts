import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayProcess, TEST_TOKEN, freePort } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';

describe('dashboard', () => {
  let gateway: GatewayProcess | undefined;
  let foreign: Server | undefined;
  afterEach(async () => {
    await gateway?.stop();
    foreign?.close();
    gateway = foreign = undefined;
  });
  const dashboard = ({ stateDir, port }: { stateDir: string; port: number }, ...args: string[]): Promise<CliResult> =>
    runCliShared(['dashboard', '--no-open', ...args], {
      // What a user has who started the gateway with flags: the guess from these would be wrong.
      env: { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port) },
    });
  const page = async (link: string): Promise<string> => (await fetch(link.trim().split('#')[0] ?? '')).text();

  it('names the port that the page really has, chosen by a flag', async () => {
    const uiPort = await freePort();
    gateway = await GatewayProcess.start({ args: ['--ui-port', String(uiPort)] });
    const { code, stdout } = await dashboard(gateway);
    expect([code, stdout]).toEqual([0, `http://127.0.0.1:${uiPort}/#token=${TEST_TOKEN}\n`]);
    expect(await page(stdout)).toContain('<div id="root">');
  });

  it('hands the token to nobody else: a port that another program holds is not named', async () => {
    foreign = createServer((_, response) => response.end('another program')).listen(0, '127.0.0.1');
    await new Promise((done) => foreign?.once('listening', done));
    const { port } = foreign.address() as AddressInfo;
    gateway = await GatewayProcess.start({ env: { OPENCLAW_UI_PORT: String(port) } });
    const { code, stdout } = await runCliShared(['dashboard', '--no-open'], {
      env: {
        OPENCLAW_STATE_DIR: gateway.stateDir,
        OPENCLAW_GATEWAY_PORT: String(gateway.port),
        OPENCLAW_UI_PORT: String(port),
      },
    });
    expect([code, stdout]).toEqual([0, `http://127.0.0.1:${gateway.port}/#token=${TEST_TOKEN}\n`]);
    expect(await page(stdout)).toContain('<div id="root">');
  });

  it('knows the base path', async () => {
    gateway = await GatewayProcess.start({ config: { gateway: { controlUi: { basePath: '/assistant' } } } });
    const { stdout } = await dashboard(gateway, '--json');
    const { url } = JSON.parse(stdout) as { url: string };
    expect(url).toBe(`http://127.0.0.1:${gateway.port}/assistant/#token=${TEST_TOKEN}`);
    expect(await page(url)).toContain('<div id="root">');
  });

  it('takes the way that led to a gateway elsewhere, never a port of this machine that the other one spoke of', async () => {
    gateway = await GatewayProcess.start({ args: ['--ui-port', String(await freePort())] });
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-dashboard-'));
    const { code, stdout } = await dashboard({ stateDir, port: 1 }, '--url', gateway.url, '--token', TEST_TOKEN);
    expect([code, stdout]).toEqual([0, `http://127.0.0.1:${gateway.port}/#token=${TEST_TOKEN}\n`]);
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('says that there is no page, or no gateway, and prints no link then', async () => {
    gateway = await GatewayProcess.start({ config: { gateway: { controlUi: { enabled: false } } } });
    const off = await dashboard(gateway);
    expect(off).toMatchObject({ code: 1, stdout: '' });
    expect(off.stderr).toContain('gateway.controlUi.enabled');
    const none = await dashboard({ stateDir: gateway.stateDir, port: await freePort() });
    expect(none).toMatchObject({ code: 69, stdout: '' });
    expect(none.stderr).toContain('openclaw gateway run');
    expect(none.stderr).not.toContain(TEST_TOKEN);
  });
});
