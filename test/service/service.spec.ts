import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceManager } from '../../src/service/service-manager';
import { launchdPlist, systemdUnit, windowsScript } from '../../src/service/unit-files';
import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';
import { type CliResult, runCli } from '../harness/run-cli';

const SPEC = {
  node: '/usr/bin/node',
  program: '/opt/open claw/bin/openclaw',
  stateDir: '/home/ann/.openclaw & more',
  configPath: '/home/ann/100%/openclaw.json',
  port: 18789,
};

describe('files of services', () => {
  it('systemd: restarts after failures, but not for a wrong configuration', () => {
    const unit = systemdUnit(SPEC);
    expect(unit).toContain('ExecStart="/usr/bin/node" "/opt/open claw/bin/openclaw" gateway run');
    expect(unit).toContain('Environment="OPENCLAW_CONFIG_PATH=/home/ann/100%%/openclaw.json"');
    expect(unit).toContain('Restart=on-failure');
    expect(unit).toContain('RestartPreventExitStatus=2 78');
    expect(unit).toContain('KillSignal=SIGTERM');
  });

  (spawnSync('systemd-analyze', ['--version']).status === 0 ? it : it.skip)(
    'systemd finds nothing wrong with it',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'openclaw-unit-'));
      const file = join(folder, 'openclaw-gateway.service');
      writeFileSync(file, systemdUnit({ ...SPEC, node: process.execPath, program: process.execPath }));
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--user', file], { encoding: 'utf8' });
      expect(stderr.split('\n').filter((line) => line.includes('openclaw-gateway.service'))).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );

  it('launchd and Windows: the same program, its variables, no secrets', () => {
    const plist = launchdPlist(SPEC, 'ai.openclaw.gateway');
    expect(plist).toContain('<string>/opt/open claw/bin/openclaw</string>');
    expect(plist).toContain('<string>/home/ann/.openclaw &amp; more</string>');
    expect(plist).toMatch(/<key>SuccessfulExit<\/key>\s+<false\/>/);
    const script = windowsScript({ ...SPEC, profile: 'work' });
    expect(script).toContain('set "OPENCLAW_PROFILE=work"\r\n');
    expect(script).toContain('set "OPENCLAW_CONFIG_PATH=/home/ann/100%%/openclaw.json"');
    expect(script).toContain('"/usr/bin/node" "/opt/open claw/bin/openclaw" gateway run');
  });

  it('are where each manager looks for them; without one it is said', () => {
    const file = async (platform: NodeJS.Platform): Promise<string> =>
      (await new ServiceManager({ platform, home: '/home/ann', uid: 501 }, 'work').status()).file;
    return Promise.all([file('linux'), file('darwin'), file('win32')]).then((files) => {
      expect(files).toEqual([
        '/home/ann/.config/systemd/user/openclaw-gateway-work.service',
        '/home/ann/Library/LaunchAgents/ai.openclaw.gateway-work.plist',
        '/home/ann/.openclaw-service/openclaw-gateway-work.cmd',
      ]);
      expect(() => new ServiceManager({ platform: 'aix', home: '/', uid: 1 }, undefined)).toThrow('gateway run');
    });
  });
});

(process.platform === 'linux' ? describe : describe.skip)('openclaw gateway install', () => {
  let home: string;
  const cli = (...args: string[]): Promise<CliResult> =>
    runCli(['gateway', ...args], {
      env: { HOME: home, OPENCLAW_STATE_DIR: join(home, 'state'), PATH: `${home}/bin:${process.env['PATH'] ?? ''}` },
    });
  const orders = (): string[] => readFileSync(join(home, 'orders'), 'utf8').trim().split('\n');

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'openclaw-service-'));
    mkdirSync(join(home, 'bin'));
    mkdirSync(join(home, 'state'));
    writeFileSync(
      join(home, 'state', 'openclaw.json'),
      JSON.stringify({ gateway: { port: 18999, auth: { token: TEST_TOKEN } } }),
    );
    writeFileSync(
      join(home, 'bin', 'systemctl'),
      `#!/bin/sh\necho "$@" >> ${home}/orders\n[ -e ${home}/broken ] && { echo "no bus" >&2; exit 1; }\ncase "$*" in *show*) echo active;; esac\n`,
    );
    chmodSync(join(home, 'bin', 'systemctl'), 0o755);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('writes the unit without secrets, has it started, and takes it away again', async () => {
    const file = join(home, '.config', 'systemd', 'user', 'openclaw-gateway.service');
    const done = await cli('install', '--json');
    expect(JSON.parse(done.stdout)).toEqual({ manager: 'systemd', file, installed: true, state: 'running' });
    const unit = readFileSync(file, 'utf8');
    expect(unit).toContain('OPENCLAW_GATEWAY_PORT=18999');
    expect(unit).not.toContain(TEST_TOKEN);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(orders().slice(0, 2)).toEqual(['--user daemon-reload', '--user enable --now openclaw-gateway']);
    expect((await cli('install')).stderr).toContain('--force');
    expect((await cli('install', '--force', '--port', '18888')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('OPENCLAW_GATEWAY_PORT=18888');
    for (const order of ['restart', 'stop', 'start']) expect((await cli(order)).code).toBe(0);
    expect(orders()).toEqual(
      expect.arrayContaining(['--user restart openclaw-gateway', '--user stop openclaw-gateway']),
    );
    expect((await cli('uninstall')).code).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect((await cli('start')).stderr).toContain('openclaw gateway install');
  });

  it('says what the manager said', async () => {
    writeFileSync(join(home, 'broken'), '');
    const failed = await cli('install');
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('no bus') as string]);
    expect(failed.stderr).toContain('openclaw gateway run');
  });

  it('stops a gateway that was started by hand', async () => {
    const gateway = await GatewayProcess.start({ config: {} });
    const stopped = await runCli(['gateway', 'stop'], { env: { HOME: home, OPENCLAW_STATE_DIR: gateway.stateDir } });
    expect(stopped.stdout).toContain('was told to stop');
    await until('its end', () => gateway.exited, 15_000);
    await gateway.stop();
  });
});
