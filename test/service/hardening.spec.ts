import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HARDENING, SYSTEM_HARDENING, isolationOf } from '../../src/operations/service/hardening';
import { systemUnit, systemdUnit, variablesOf } from '../../src/operations/service/unit-files';
import { OPENCLAW, TEST_TOKEN } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import type { CliResult } from '../harness/run-cli';

const SPEC = {
  node: process.execPath,
  program: process.execPath,
  stateDir: '/home/ann/.openclaw',
  configPath: '/home/ann/.openclaw/openclaw.json',
  port: 18789,
};
const WRITABLE = ['/home/ann', '/srv/open claw', '/srv/100%', '/tmp', '/var/tmp'];
const hasAnalyser = spawnSync('systemd-analyze', ['--version']).status === 0;
const whereAnalysed = hasAnalyser ? it : it.skip;
const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

const UNITS: [string, string, string[]][] = [
  ['user', systemdUnit({ ...SPEC, hardening: [...HARDENING, ...isolationOf(WRITABLE)] }), ['--user']],
  [
    'machine',
    systemUnit({
      node: SPEC.node,
      program: SPEC.program,
      user: 'root',
      stateName: 'openclaw',
      hardening: SYSTEM_HARDENING,
    }),
    ['--system'],
  ],
];

describe('units of systemd', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'openclaw-units-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (name: string, unit: string): string => {
    const file = join(folder, `${name}.service`);
    writeFileSync(file, unit);
    return file;
  };

  whereAnalysed.each(UNITS)(
    'of a %s: systemd rates it 5 or less, and finds nothing wrong with it',
    (name, unit, scope) => {
      const file = write(`openclaw-${name}`, unit);
      const rated = spawnSync('systemd-analyze', ['security', '--offline=true', file], { encoding: 'utf8' });
      const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(rated.stdout) ?? [];
      expect(Number(exposure)).toBeGreaterThan(0);
      expect(Number(exposure)).toBeLessThanOrEqual(5);
      const verified = spawnSync('systemd-analyze', ['verify', ...scope, file], { encoding: 'utf8' });
      expect(verified.stderr.split('\n').filter((line) => line.includes(`openclaw-${name}.service`))).toEqual([]);
    },
  );

  it('leave alone what a sandbox is made with, and what JavaScript needs', () => {
    const broken =
      /^(ProtectKernelTunables|ProtectKernelLogs|ProtectProc|ProcSubset|ProtectHostname|MemoryDenyWriteExecute)=/m;
    for (const [, unit] of UNITS) {
      expect(unit).not.toMatch(broken);
      expect(unit).toMatch(/^RestrictNamespaces=user mnt pid net uts ipc cgroup$/m);
    }
  });

  it('write paths as systemd reads them', () => {
    expect(UNITS[0]?.[1]).toContain('ReadWritePaths=-/home/ann "-/srv/open claw" -/srv/100%% -/tmp -/var/tmp\n');
  });

  it('that is made for a machine says what the one in deploy/systemd does', () => {
    const server = readFileSync(join(__dirname, '../../deploy/systemd/openclaw-gateway.service'), 'utf8');
    const settings = (unit: string): string[] =>
      unit
        .split('\n')
        .filter((line) => /^[A-Z]\w+=/.test(line) && !/^(ExecStart|Environment)=/.test(line))
        .sort();
    expect(
      settings(systemUnit({ ...SPEC, user: 'openclaw', stateName: 'openclaw', hardening: SYSTEM_HARDENING })),
    ).toEqual(settings(server));
  });

  (process.env['TEST_SANDBOX'] && isRoot ? it : it.skip)(
    'of a user: a sandbox is made in what is left, in a user namespace without capabilities and a disk that is not writable',
    () => {
      const mounts = 'set -e; mount --make-rprivate /; mount -o remount,bind,ro /; exec "$0" "$@"';
      const sandbox = [
        ...['--unshare-all', '--unshare-user', '--disable-userns', '--die-with-parent', '--new-session'],
        ...['--cap-drop', 'ALL', '--hostname', 'sandbox', '--ro-bind', '/usr', '/usr', '--symlink', 'usr/bin', '/bin'],
        ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--proc', '/proc'],
        ...['--ro-bind-try', '/proc/sys', '/proc/sys', '--dev', '/dev', '--tmpfs', '/tmp', '--remount-ro', '/'],
      ];
      const inside = [
        ...['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'],
        ...[process.env['TEST_SANDBOX'] ?? '', ...sandbox, 'sh', '-c', 'hostname; grep -c . /proc/self/uid_map'],
      ];
      const made = spawnSync(
        'setpriv',
        [
          ...['--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '--user', '--map-user=65534'],
          ...['--map-group=65534', '--mount', '--keep-caps', 'sh', '-c', mounts, ...inside],
        ],
        { encoding: 'utf8' },
      );
      expect(made).toMatchObject({ status: 0, stdout: 'sandbox\n1\n' });
    },
  );
});

(isLinux ? describe : describe.skip)('openclaw gateway install, by what the machine allows', () => {
  let home: string;
  const cli = (...args: string[]): Promise<CliResult> =>
    runCliShared(['gateway', ...args], {
      env: {
        HOME: home,
        XDG_RUNTIME_DIR: join(home, 'run'),
        OPENCLAW_STATE_DIR: join(home, 'state'),
        PATH: `${home}/bin:${process.env['PATH'] ?? ''}`,
      },
    });
  const program = (name: string, script: string): void => {
    writeFileSync(join(home, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(home, 'bin', name), 0o755);
  };
  const install = async (): Promise<{ unit: string; notes: string[] }> => {
    const done = await cli('install', '--json');
    expect(done.code).toBe(0);
    const unit = readFileSync(join(home, '.config/systemd/user/openclaw-gateway.service'), 'utf8');
    return { unit, notes: (JSON.parse(done.stdout) as { notes: string[] }).notes };
  };
  /** Refuses what the pattern fits; else does what is to be done in the service, without being one. */
  const manager = (refused: string): void =>
    program(
      'systemd-run',
      `echo "$@" >> ${home}/tried\nfor each in "$@"; do case "$each" in --) break;; ${refused}) echo "Failed to start: $each" >&2; exit 1;; esac; done\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"`,
    );
  const tries = (): number => readFileSync(join(home, 'tried'), 'utf8').trim().split('\n').length;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'openclaw-harden-'));
    mkdirSync(join(home, 'bin'));
    mkdirSync(join(home, 'state'));
    const config = { gateway: { mode: 'local', port: 18999, auth: { token: TEST_TOKEN } } };
    writeFileSync(join(home, 'state', 'openclaw.json'), JSON.stringify(config));
    program('systemctl', 'case "$*" in *show*) echo active;; esac');
    program('loginctl', 'echo yes');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('takes everything where everything works, and tries once', async () => {
    manager('never');
    const { unit, notes } = await install();
    expect(notes).toEqual([]);
    for (const line of [...HARDENING, 'PrivateUsers=true', 'CapabilityBoundingSet=', 'ProtectSystem=strict'])
      expect(unit).toContain(`\n${line}\n`);
    expect(unit).toMatch(new RegExp(`^ReadWritePaths=-${home} -${home}/state `, 'm'));
    // Without any, and with all.
    expect(tries()).toBe(2);
    expect(readFileSync(join(home, 'tried'), 'utf8')).toMatch(/^--user --wait /);
  });

  it('leaves out what is refused, and says so', async () => {
    manager('PrivateUsers=*|ProtectSystem=*');
    const { unit, notes } = await install();
    expect(unit).not.toMatch(/^(PrivateUsers|ProtectSystem|ReadWritePaths)=/m);
    expect(unit).toMatch(/^CapabilityBoundingSet=$/m);
    for (const line of HARDENING) expect(unit).toContain(`\n${line}\n`);
    expect(notes).toEqual([
      'the service is not kept in by PrivateUsers, ProtectSystem: systemd does not take that on this machine, or the sandbox does not work with it',
    ]);
  });

  it('leaves out with what the sandbox does not work', async () => {
    manager('never');
    const real = join(home, 'bin', 'real-run');
    writeFileSync(real, readFileSync(join(home, 'bin', 'systemd-run')));
    chmodSync(real, 0o755);
    program('bwrap', `[ -e ${home}/masked ] && { echo "Can't mount proc" >&2; exit 1; }; exit 0`);
    program(
      'systemd-run',
      `case "$*" in *ProtectControlGroups=*) touch ${home}/masked;; *) rm -f ${home}/masked;; esac; exec ${real} "$@"`,
    );
    const { unit, notes } = await install();
    expect(unit).not.toContain('ProtectControlGroups');
    expect(unit).toMatch(/^PrivateUsers=true$/m);
    expect(notes.join()).toContain('not kept in by ProtectControlGroups: ');
  });

  it('takes what needs no privilege where nothing can be tried', async () => {
    program('systemd-run', 'echo "Failed to connect to bus: No medium found" >&2; exit 1');
    const { unit, notes } = await install();
    for (const line of HARDENING) expect(unit).toContain(`\n${line}\n`);
    expect(unit).not.toMatch(/^PrivateUsers=/m);
    expect(notes.join()).toMatch(/could not be tried whether that works here \(Failed to connect to bus/);
  });

  (isRoot ? it : it.skip)('--system is for root, and says how', () => {
    const asked = spawnSync(
      'setpriv',
      [
        ...['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, OPENCLAW],
        ...['gateway', 'install', '--system', '--json'],
      ],
      {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', OPENCLAW_STATE_DIR: join(home, 'none') },
      },
    );
    expect(asked.status).toBe(1);
    expect(asked.stdout).toContain('SERVICE_NEEDS_ROOT');
    expect(asked.stdout).toMatch(/sudo \S*bin\/openclaw gateway install --system/);
  });

  (isRoot ? it : it.skip)('--system: a unit, a user and a place for keys, in the folders of the machine', () => {
    manager('never');
    program('id', 'exit 1');
    program('useradd', `echo "$@" > ${home}/users`);
    // The folders of the machine, as only this installation sees them.
    const script = [
      'set -e; mount --make-rprivate /; mkdir -p /etc/systemd/system',
      'cp -a /etc "$0/etc"; mount -t tmpfs tmpfs /etc; cp -a "$0/etc/." /etc/; mkdir -p /etc/systemd/system',
      'mount -t tmpfs tmpfs /opt; mkdir /opt/nest; mount --bind "$1" /opt/nest; shift',
      '"$@" gateway install --system --port 18888 --json',
      'echo; cat /etc/systemd/system/openclaw-gateway.service; stat -c "mode %a" /etc/systemd/system/openclaw-gateway.service',
      'stat -c "keys %a" /etc/openclaw/environment; cat /etc/openclaw/environment',
      '"$@" gateway install --system --json || echo "again $?"',
      '"$@" gateway uninstall --system --json; test ! -e /etc/systemd/system/openclaw-gateway.service && echo removed',
    ].join('\n');
    const done = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', script, home, join(__dirname, '../..'), process.execPath, '/opt/nest/bin/openclaw'],
      {
        encoding: 'utf8',
        env: {
          PATH: `${home}/bin:${process.env['PATH'] ?? ''}`,
          HOME: home,
          ANTHROPIC_API_KEY: "sk-'quoted",
          GROQ_API_KEY: 'gsk-plain',
        },
      },
    );
    expect(done.stderr).toBe('');
    const [json = '', unit = ''] = done.stdout.split('\n\n[Unit]');
    expect(JSON.parse(json)).toMatchObject({ file: '/etc/systemd/system/openclaw-gateway.service', state: 'running' });
    expect(readFileSync(join(home, 'users'), 'utf8')).toMatch(
      /^--system --home-dir \/var\/lib\/openclaw .* openclaw\n$/,
    );
    expect(json).toContain(
      'sudo -u openclaw env HOME=/var/lib/openclaw OPENCLAW_STATE_DIR=/var/lib/openclaw /opt/nest/bin/openclaw',
    );
    expect(json).toContain('ANTHROPIC_API_KEY: no line of /etc/openclaw/environment can hold the value');
    expect(unit).toMatch(/^User=openclaw$/m);
    expect(unit).toMatch(/^StateDirectory=openclaw$/m);
    expect(unit).toMatch(/^WantedBy=multi-user\.target$/m);
    expect(variablesOf(unit).get('OPENCLAW_GATEWAY_PORT')).toBe('18888');
    expect(unit).toContain('mode 644');
    expect(unit).toMatch(/keys 600\nGROQ_API_KEY='gsk-plain'\n/);
    expect(unit).toContain('SERVICE_EXISTS');
    expect(unit).toContain('again 1');
    expect(unit).toContain('removed');
    expect(existsSync('/etc/openclaw/environment')).toBe(false);
  });

  (isRoot ? it : it.skip)('--system is refused where such a service would not find the program', async () => {
    const program = join(__dirname, '../..');
    if (!/^\/(home|root|tmp|var\/tmp|run\/user)\//.test(program)) return;
    const refused = await cli('install', '--system');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('/opt/openclaw-nest') as string]);
  });

  it('--user goes with --system', async () => {
    const refused = await cli('install', '--user', 'ann');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--system') as string]);
  });
});
