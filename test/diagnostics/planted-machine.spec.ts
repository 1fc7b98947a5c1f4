import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { runCliShared } from '../harness/cli-worker';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';
import { type Examined, type Expected, type World, examine, findingOf, makeDatabase, makeState } from './doctor-bench';

const DAY_MS = 86_400_000;
const NOBODY = 65534;
const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;
const hasNamespaces = isLinux && spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
const whereNamespaces = hasNamespaces ? it : it.skip;
const whereRoot = isLinux && isRoot ? it : it.skip;
const whereLinux = isLinux ? it : it.skip;

let root: string;
let port: number;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'openclaw-planted-'));
  // Others have to come to what is theirs in it.
  chmodSync(root, 0o755);
  port = await freePort();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const look = (stateDir: string, world: World = {}): Promise<Examined> =>
  examine(stateDir, { ...world, env: { OPENCLAW_GATEWAY_PORT: String(port), HOME: root, ...world.env } });

function check(examined: Examined, expected: Omit<Expected, 'fault'>): void {
  const finding = findingOf(examined, expected);
  expect(finding.level).toBe(expected.level);
  expect(finding.fix ?? '').toMatch(expected.fix);
  expect(examined.code).toBe(examined.findings.some(({ level }) => level === 'problem') ? 1 : 0);
}

describe('a database', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    [
      'whose header is gone',
      (path) => writeFileSync(path, 'no database, but long enough to be one'.repeat(200)),
      /can't be read|is damaged/,
    ],
    ['with a damaged page', (path) => writeFileSync(path, readFileSync(path).fill(0xa5, 4096, 8192)), /is damaged/],
    ['that was cut off', (path) => truncateSync(path, 5000), /can't be read|is damaged/],
    ['that is empty', (path) => truncateSync(path, 0), /is empty/],
  ])('%s', async (_, damage, cause) => {
    const stateDir = makeState(root, {});
    makeDatabase(join(stateDir, 'openclaw-nest.sqlite'));
    damage(join(stateDir, 'openclaw-nest.sqlite'));
    const fix = /openclaw backup restore <archive>; the damaged file is kept/;
    check(await look(stateDir), { code: 'database.damaged', level: 'problem', cause, fix });
  });

  it('of a newer release', async () => {
    const stateDir = makeState(root, {});
    makeDatabase(join(stateDir, 'openclaw-nest.sqlite'), ['0001-foundation', '9999-of-the-future']);
    check(await look(stateDir), {
      code: 'database.too_new',
      level: 'problem',
      cause: /written by a newer release \(9999-of-the-future\)/,
      fix: /openclaw update, or .*openclaw backup restore/,
    });
  });

  it('on a server that does not answer', async () => {
    const examined = await look(makeState(root, {}), {
      env: { OPENCLAW_DATABASE_URL: `postgresql://me:hidden@127.0.0.1:${await freePort()}/x` },
    });
    check(examined, {
      code: 'database.unreachable',
      level: 'problem',
      cause: /no connection to 127\.0\.0\.1/,
      fix: /start the server, or correct OPENCLAW_DATABASE_URL/,
    });
    expect(JSON.stringify(examined)).not.toContain('hidden');
  });
});

describe('a disk', () => {
  /** A state directory on a disk of its own, in mounts that only the doctor sees; the script goes on with `fill`. */
  const lookOn = async (options: string, fill: string): Promise<Examined> => {
    const stateDir = makeState(root, {});
    cpSync(stateDir, `${stateDir}.src`, { recursive: true });
    const script = `mount -t tmpfs -o mode=700,${options} tmpfs "$0" && cp -a "$0.src/." "$0/" && { ${fill}; true; } && exec "$@"`;
    return look(stateDir, { runBy: ['unshare', '-Urm', 'sh', '-c', script, stateDir] });
  };

  whereNamespaces('that is full to the last byte', async () => {
    check(await lookOn('size=2m', 'cat /dev/zero > "$0/logs.bin" 2>/dev/null'), {
      code: 'disk.full',
      level: 'problem',
      cause: /is full: nothing can be written, and no message is taken/,
      fix: /du -xhd1 /,
    });
  });

  whereNamespaces('with less than the gateway wants', async () => {
    check(await lookOn('size=20m', ':'), {
      code: 'disk.low',
      level: 'problem',
      cause: /only \d+ MB are free .*below 64 MB \(maintenance\.minFreeMb\) no message is taken/,
      fix: /du -xhd1 /,
    });
  });

  whereNamespaces('with room, but none for another file', async () => {
    check(await lookOn('size=200m,nr_inodes=40', 'i=0; while touch "$0/f$i" 2>/dev/null; do i=$((i+1)); done'), {
      code: 'disk.no_inodes',
      level: 'problem',
      cause: /no room for another file \(no inodes\)/,
      fix: /remove files there/,
    });
  });

  whereNamespaces('that can only be read', async () => {
    const examined = await lookOn('size=200m', 'mount -o remount,ro "$0"');
    check(examined, {
      code: 'state.unwritable',
      level: 'problem',
      cause: /can't be written: EROFS/,
      fix: /OPENCLAW_STATE_DIR/,
    });
  });
});

describe('users and limits', () => {
  whereRoot('a state directory that this user may not write', async () => {
    const stateDir = makeState(root, {});
    chownSync(join(stateDir, 'openclaw.json'), NOBODY, NOBODY);
    chmodSync(stateDir, 0o755);
    const runBy = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const examined = await look(stateDir, { runBy });
    check(examined, {
      code: 'state.unwritable',
      level: 'problem',
      cause: /EACCES/,
      fix: /give it to the user of the gateway/,
    });
    check(examined, {
      code: 'files.owner',
      level: 'problem',
      cause: new RegExp(`belongs to user 0, the gateway runs as ${NOBODY}`),
      fix: new RegExp(`^sudo chown -R ${NOBODY} .*, or run it as the owner`),
    });
  });

  whereRoot('a state directory of another user, with files that root has left in it', async () => {
    const stateDir = makeState(root, { files: { 'logs/of-root.log': 'x' } });
    chownSync(stateDir, NOBODY, NOBODY);
    const examined = await look(stateDir);
    check(examined, {
      code: 'files.owner',
      level: 'problem',
      cause: new RegExp(`belongs to user ${NOBODY}`),
      fix: /^sudo chown -R/,
    });
    check(examined, {
      code: 'files.foreign',
      level: 'problem',
      cause: /\d+ entries of .* belong to another user than the folder/,
      fix: new RegExp(`^sudo chown -R ${NOBODY} `),
    });
  });

  whereLinux('few files that may be open', async () => {
    const examined = await look(makeState(root, {}), { runBy: ['sh', '-c', 'ulimit -n 300 && exec "$@"', 'sh'] });
    check(examined, { code: 'limits.open_files', level: 'note', cause: /may open 300 files/, fix: /ulimit -n 65536/ });
  });

  whereNamespaces('folders that can not be watched', async () => {
    const script = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"';
    const examined = await look(makeState(root, {}), { runBy: ['unshare', '-Ur', 'sh', '-c', script, 'sh'] });
    check(examined, {
      code: 'limits.file_watches',
      level: 'problem',
      cause: /can't be watched \(EMFILE\)/,
      fix: /^sudo sysctl -w fs\.inotify\.max_user_instances=\d+$/,
    });
  });
});

describe('a gateway that runs', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  const env = (): Record<string, string> => ({ OPENCLAW_GATEWAY_PORT: String(gateway.port), HOME: root });
  const cli = (...args: string[]): ReturnType<typeof runCliShared> =>
    runCliShared(args, { env: { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_UI_PORT: '0', ...env() } });

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = () => ({ steps: [], status: 401 });
    telegram = await FakeTelegram.start();
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
      ownProcess: true,
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  it('under another port than the one that is asked', async () => {
    const examined = await look(gateway.stateDir, { env: { OPENCLAW_GATEWAY_PORT: String(port) } });
    check(examined, {
      code: 'gateway.silent',
      level: 'problem',
      cause: new RegExp(
        `process ${gateway.child.pid} is the gateway of this state directory, and does not answer at ws://127\\.0\\.0\\.1:${port}`,
      ),
      fix: new RegExp(`set OPENCLAW_GATEWAY_PORT .*kill ${gateway.child.pid}`),
    });
  });

  it('with another token than the one that is given', async () => {
    const examined = await look(gateway.stateDir, {
      env: { ...env(), OPENCLAW_GATEWAY_TOKEN: 'a-token-of-somebody-else' },
    });
    check(examined, {
      code: 'gateway.not_authorised',
      level: 'problem',
      cause: /./,
      fix: /OPENCLAW_GATEWAY_TOKEN, or openclaw config set gateway\.auth\.token/,
    });
  });

  it('and a clock here that is a day off', async () => {
    const shift = join(root, 'shift.cjs');
    writeFileSync(shift, `const now = Date.now; Date.now = () => now() + ${DAY_MS};`);
    const examined = await look(gateway.stateDir, { env: { ...env(), NODE_OPTIONS: `--require ${shift}` } });
    check(examined, {
      code: 'clock.signature',
      level: 'problem',
      cause: /signature too old: the clock here .* differ/,
      fix: /sudo timedatectl set-ntp true/,
    });
  });

  it('with a job that fails and messages that got no answer', async () => {
    const client = await WireClient.connected(gateway.url);
    const { id } = await client.done<{ id: string }>('cron.add', {
      name: 'News',
      schedule: { kind: 'every', everyMs: DAY_MS },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: { kind: 'agentTurn', message: 'what is new?' },
    });
    await client.done('cron.run', { id, mode: 'force' });
    await until('the job has failed', async () => {
      const { entries } = await client.done<{ entries: { status?: string }[] }>('cron.runs', { id });
      return entries.some(({ status }) => status === 'error');
    });
    client.close();
    const examined = await look(gateway.stateDir, { env: env() });
    check(examined, {
      code: 'cron.failing',
      level: 'note',
      cause: /the job "News" failed at its last run: ./,
      fix: new RegExp(`^openclaw cron runs ${id}$`),
    });
    const { fix = '' } = findingOf(examined, { code: 'cron.failing', cause: /News/ });
    expect((await cli(...fix.split(' ').slice(1))).code).toBe(0);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['model', { agents: { defaults: { model: { primary: 'nosuch/model' } } } }, /model: the model of main: .*nosuch/],
    ['plugin', { plugins: { entries: { gone: { enabled: true } } } }, /plugin: gone: .*no such plugin/],
    ['disk', { maintenance: { minFreeMb: 1e12 } }, /disk: only \d+ MB/],
  ])('shows a broken %s in status, and health ends with 1', async (_, config, said) => {
    const broken = await GatewayProcess.start({ config, env: { OPENCLAW_SKIP_UPDATE_CHECK: '1' }, dontWait: true });
    const at = {
      OPENCLAW_STATE_DIR: broken.stateDir,
      OPENCLAW_GATEWAY_PORT: String(broken.port),
      OPENCLAW_UI_PORT: '0',
    };
    try {
      await until('it answers', async () => (await fetch(`${broken.http}/health`).catch(() => undefined))?.ok === true);
      await until('it has looked', async () => said.test((await runCliShared(['status'], { env: at })).stdout));
      const health = await runCliShared(['health'], { env: at });
      expect([health.code, health.stdout]).toEqual([1, expect.stringMatching(said) as string]);
      expect(health.stdout).toContain('Gateway: not well');
    } finally {
      await broken.stop();
    }
  });

  it('shows a channel that is refused in status, and health ends with 1', async () => {
    const broken = await GatewayProcess.start({
      config: { channels: { telegram: { botToken: '9:refused', apiRoot: telegram.apiRoot } } },
    });
    const at = {
      OPENCLAW_STATE_DIR: broken.stateDir,
      OPENCLAW_GATEWAY_PORT: String(broken.port),
      OPENCLAW_UI_PORT: '0',
    };
    try {
      const said = /channel: telegram.*: .*Unauthorized/;
      await until('it was refused', async () => said.test((await runCliShared(['status'], { env: at })).stdout));
      const health = await runCliShared(['health'], { env: at });
      expect([health.code, health.stdout]).toEqual([1, expect.stringMatching(/telegram: failing/) as string]);
    } finally {
      await broken.stop();
    }
  });

  it.each<[string, (path: string, at: Record<string, string>) => Promise<unknown>, RegExp]>([
    [
      'whose file was overwritten',
      async (path) => writeFileSync(path, readFileSync(path).fill(0xa5)),
      /database: .*openclaw-nest\.sqlite is damaged: it does not begin as a database does/,
    ],
    [
      'whose file was replaced',
      async (path) => {
        cpSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
      /database: .*openclaw-nest\.sqlite was replaced by another file/,
    ],
    [
      'with a page that a check finds damaged',
      (path, at) => {
        const size = statSync(path).size;
        writeFileSync(path, readFileSync(path).fill(0xa5, Math.floor(size / 2 / 4096) * 4096, size));
        return runCliShared(['gateway', 'call', 'maintenance.run'], { env: at });
      },
      /database: .*openclaw-nest\.sqlite is damaged: /,
    ],
  ])('shows a database %s while it ran in status, and health ends with 1', async (_, damage, said) => {
    const broken = await GatewayProcess.start({ config: {}, ownProcess: true });
    const at = {
      OPENCLAW_STATE_DIR: broken.stateDir,
      OPENCLAW_GATEWAY_PORT: String(broken.port),
      OPENCLAW_UI_PORT: '0',
    };
    try {
      expect((await runCliShared(['health'], { env: at })).code).toBe(0);
      await damage(join(broken.stateDir, 'openclaw-nest.sqlite'), at);
      const health = await runCliShared(['health'], { env: at });
      expect([health.code, health.stdout]).toEqual([1, expect.stringMatching(said) as string]);
      expect((await runCliShared(['status'], { env: at })).stdout).toMatch(said);
    } finally {
      await broken.signal('SIGKILL');
      rmSync(broken.stateDir, { recursive: true, force: true });
    }
  });
});
