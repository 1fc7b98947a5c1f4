import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ServiceManager } from '../../src/operations/service/service-manager';
import { HARDENING } from '../../src/operations/service/hardening';
import { launchdPlist, systemdUnit, windowsScript } from '../../src/operations/service/unit-files';
import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';

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

  const server = join(__dirname, '../../deploy/systemd/openclaw-gateway.service');
  it('the unit of a server takes away all that the unit of a user does, and more', () => {
    const lines = readFileSync(server, 'utf8').split('\n');
    expect(HARDENING.filter((line) => !lines.includes(line))).toEqual([]);
    expect(HARDENING.filter((line) => !systemdUnit(SPEC).includes(`\n${line}\n`))).toEqual([]);
    // These hide parts of /proc, forbid naming oneself or compiling: the sandbox and JavaScript would not work.
    const broken =
      /^(ProtectKernelTunables|ProtectKernelLogs|ProtectProc|ProcSubset|ProtectHostname|MemoryDenyWriteExecute)=/;
    expect(lines.filter((line) => broken.test(line))).toEqual([]);
  });

  (spawnSync('systemd-analyze', ['--version']).status === 0 ? it : it.skip)(
    'systemd rates the unit of a server 5 or less, and it forbids no system call that a sandbox is made with',
    () => {
      const rated = spawnSync('systemd-analyze', ['security', '--offline=true', server], { encoding: 'utf8' });
      const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(rated.stdout) ?? [];
      expect(Number(exposure)).toBeGreaterThan(0);
      expect(Number(exposure)).toBeLessThanOrEqual(5);
      const groups = HARDENING.find((line) => line.startsWith('SystemCallFilter='))?.match(/@[\w-]+/g) ?? [];
      expect(groups.length).toBeGreaterThan(0);
      const callsOf = (group: string): string[] =>
        spawnSync('systemd-analyze', ['syscall-filter', group], { encoding: 'utf8' })
          .stdout.split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && line !== group && !line.startsWith('#'))
          .flatMap((line) => (line.startsWith('@') ? callsOf(line) : [line]));
      const denied = new Set(groups.flatMap(callsOf));
      expect(denied).toContain('settimeofday');
      const needed = 'clone unshare mount umount2 pivot_root sethostname prctl seccomp setns capset socket'.split(' ');
      expect(needed.filter((call) => denied.has(call))).toEqual([]);
    },
  );

  (process.env['TEST_SANDBOX'] && process.getuid?.() === 0 ? it : it.skip)(
    'a sandbox is made in what the unit of a server leaves: no capabilities, no new privileges, what it may not write',
    () => {
      const script = [
        'set -e; mount --make-rprivate /',
        'mount -t tmpfs -o mode=000,ro tmpfs /home; mount -t tmpfs -o mode=1777 tmpfs /tmp; mount -o remount,bind,ro /',
        'exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$0" "$@"',
      ].join('\n');
      const sandbox = [
        ...['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session'],
        ...['--cap-drop', 'ALL', '--hostname', 'sandbox', '--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin'],
        ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--proc', '/proc'],
        ...['--ro-bind-try', '/proc/sys', '/proc/sys', '--dev', '/dev', '--tmpfs', '/tmp', '--remount-ro', '/'],
      ];
      const made = spawnSync(
        'unshare',
        ['-m', 'sh', '-c', script, process.env['TEST_SANDBOX'] ?? '', ...sandbox, 'sh', '-c', 'hostname; id -u'],
        { encoding: 'utf8' },
      );
      expect(made).toMatchObject({ status: 0, stdout: 'sandbox\n65534\n' });
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
      (await new ServiceManager({ platform, home: '/home/ann', uid: 501, variables: {} }, 'work').status()).file;
    return Promise.all([file('linux'), file('darwin'), file('win32')]).then((files) => {
      expect(files).toEqual([
        '/home/ann/.config/systemd/user/openclaw-gateway-work.service',
        '/home/ann/Library/LaunchAgents/ai.openclaw.gateway-work.plist',
        '/home/ann/.openclaw-service/openclaw-gateway-work.cmd',
      ]);
      expect(() => new ServiceManager({ platform: 'aix', home: '/', uid: 1, variables: {} }, undefined)).toThrow(
        'gateway run',
      );
    });
  });
});

(process.platform === 'linux' ? describe : describe.skip)('openclaw gateway install', () => {
  let home: string;
  const surroundings = (): Record<string, string> => ({
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    OPENCLAW_STATE_DIR: join(home, 'state'),
    PATH: `${home}/bin:${process.env['PATH'] ?? ''}`,
  });
  const cliWith = (env: Record<string, string>, ...args: string[]): Promise<CliResult> =>
    runCliShared(['gateway', ...args], { env: { ...surroundings(), ...env } });
  const cli = (...args: string[]): Promise<CliResult> => cliWith({}, ...args);
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
    writeFileSync(
      join(home, 'bin', 'systemd-run'),
      '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n',
    );
    chmodSync(join(home, 'bin', 'systemd-run'), 0o755);
    writeFileSync(join(home, 'bin', 'loginctl'), `#!/bin/sh\n[ -e ${home}/lingers ] && echo yes || echo no\n`);
    chmodSync(join(home, 'bin', 'loginctl'), 0o755);
    writeFileSync(join(home, 'lingers'), '');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('writes the unit without secrets, has it started, and takes it away again', async () => {
    const file = join(home, '.config', 'systemd', 'user', 'openclaw-gateway.service');
    const done = await cli('install', '--json');
    expect(JSON.parse(done.stdout)).toEqual({ manager: 'systemd', file, installed: true, state: 'running', notes: [] });
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

  it('takes along what this shell knows and a service would not', async () => {
    const state = join(home, 'state');
    const config = join(state, 'openclaw.json');
    writeFileSync(
      config,
      JSON.stringify({
        gateway: { auth: { token: '${MY_TOKEN}' } },
        env: { vars: { FROM_FILE: 'x' } },
      }),
    );
    writeFileSync(join(state, '.env'), '# mine\nGROQ_API_KEY=older\nMISTRAL_API_KEY=same');
    const given = {
      MY_TOKEN: TEST_TOKEN,
      ANTHROPIC_API_KEY: `sk-ant "quoted" it's $HOME #no comment`,
      OPENCLAW_DATABASE_URL: 'postgresql://ann:pw@127.0.0.1/openclaw',
      GROQ_API_KEY: 'newer',
      MISTRAL_API_KEY: 'same',
      UNRELATED_SECRET: 'stays here',
    };
    const done = await cliWith({ ...given, OPENCLAW_UI_PORT: '18081' }, 'install', '--json');
    expect(done.code).toBe(0);
    const kept = readFileSync(join(state, '.env'), 'utf8');
    expect(kept).toMatch(/^# mine\n/);
    expect(parseEnv(kept)).toEqual({
      GROQ_API_KEY: 'older',
      MISTRAL_API_KEY: 'same',
      MY_TOKEN: given.MY_TOKEN,
      ANTHROPIC_API_KEY: given.ANTHROPIC_API_KEY,
      OPENCLAW_DATABASE_URL: given.OPENCLAW_DATABASE_URL,
    });
    expect(statSync(join(state, '.env')).mode & 0o777).toBe(0o600);
    const { notes } = JSON.parse(done.stdout) as { notes: string[] };
    expect(notes).toEqual([
      `ANTHROPIC_API_KEY, OPENCLAW_DATABASE_URL, MY_TOKEN: kept in ${join(state, '.env')} for the service`,
      expect.stringMatching(/^GROQ_API_KEY: .* has another value/) as string,
    ]);
    const unit = readFileSync(join(home, '.config', 'systemd', 'user', 'openclaw-gateway.service'), 'utf8');
    for (const secret of Object.values(given)) expect(unit).not.toContain(secret);
    expect(unit).toContain('Environment="OPENCLAW_UI_PORT=18081"');
    expect(unit).toContain(`Environment="PATH=${home}/bin:`);
    expect(unit).not.toContain('node_modules');
    // Again: nothing is written twice.
    await cliWith(given, 'install', '--force');
    expect(readFileSync(join(state, '.env'), 'utf8')).toBe(kept);
  });

  it('keeps the token of --token out of the unit, and leaves none that is there', async () => {
    const state = join(home, 'state');
    expect((await cli('install', '--runtime', 'node', '--token', TEST_TOKEN)).code).toBe(0);
    expect(parseEnv(readFileSync(join(state, '.env'), 'utf8'))['OPENCLAW_GATEWAY_TOKEN']).toBe(TEST_TOKEN);
    const unit = readFileSync(join(home, '.config', 'systemd', 'user', 'openclaw-gateway.service'), 'utf8');
    expect(unit).not.toContain(TEST_TOKEN);
    const other = await cli('install', '--force', '--token', 'another-token');
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('has another OPENCLAW_GATEWAY_TOKEN')]);
  });

  it('the gateway of the unit answers with the key that was only in the shell', async () => {
    const state = join(home, 'state');
    writeFileSync(
      join(state, 'openclaw.json'),
      JSON.stringify({ gateway: { mode: 'local', auth: { token: '${MY_TOKEN}' } } }),
    );
    await cliWith({ MY_TOKEN: TEST_TOKEN, MISTRAL_API_KEY: 'key-of-the-shell' }, 'install');
    const unit = readFileSync(join(home, '.config', 'systemd', 'user', 'openclaw-gateway.service'), 'utf8');
    const env = Object.fromEntries(
      [...unit.matchAll(/^Environment="([^=]+)=(.*)"$/gm)].map(([, name, value]) => [name, value] as const),
    ) as Record<string, string>;
    // The harness has a free port of its own.
    delete env['OPENCLAW_GATEWAY_PORT'];
    const gateway = await GatewayProcess.start({ stateDir: state, env });
    try {
      const models = await runCliShared(['models', 'list', '--json'], {
        env: { OPENCLAW_STATE_DIR: state, OPENCLAW_GATEWAY_PORT: String(gateway.port) },
      });
      expect(models.stdout).toContain('mistral');
    } finally {
      await gateway.stop();
    }
  });

  it('says that a service ends with the log-out, and what a user without a manager can do', async () => {
    rmSync(join(home, 'lingers'));
    expect((await cli('install')).stdout).toContain('loginctl enable-linger');
    writeFileSync(join(home, 'broken'), '');
    const failed = await cli('install', '--force');
    expect(failed.stderr).toContain('sudo loginctl enable-linger');
    mkdirSync(join(home, 'run'));
    writeFileSync(join(home, 'run', 'bus'), '');
    expect((await cli('install', '--force')).stderr).not.toContain('enable-linger');
  });

  it('is taken away also where the manager can not be reached', async () => {
    await cli('install');
    writeFileSync(join(home, 'broken'), '');
    const gone = await cli('uninstall');
    expect([gone.code, gone.stdout]).toEqual([0, expect.stringContaining('no bus') as string]);
    expect(existsSync(join(home, '.config', 'systemd', 'user', 'openclaw-gateway.service'))).toBe(false);
  });

  it('stops a gateway that was started by hand', async () => {
    const gateway = await GatewayProcess.start({ config: {} });
    const stopped = await runCliShared(['gateway', 'stop'], {
      env: { HOME: home, OPENCLAW_STATE_DIR: gateway.stateDir },
    });
    expect(stopped.stdout).toContain('was told to stop');
    await until('its end', () => gateway.exited);
    await gateway.stop();
  });
});
