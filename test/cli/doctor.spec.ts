import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import type { DoctorFinding } from '../../src/operations/doctor/finding';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, freePort, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';

const TOKEN = 'a-token-of-more-than-thirty-two-characters';

interface Planted {
  config?: Record<string, unknown> | string;
  files?: Record<string, string>;
  env?: Record<string, string>;
  /** Works on the state directory before the doctor looks. */
  spoil?(stateDir: string): void;
}

/** Faults are planted several at a time, where none hides another. */
describe('doctor', () => {
  let root: string;
  let port: number;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'openclaw-doctor-'));
    port = await freePort();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const examine = async ({ config = {}, files = {}, env = {}, spoil }: Planted) => {
    const stateDir = mkdtempSync(join(root, 'state-'));
    const sound = { gateway: { mode: 'local', auth: { mode: 'token', token: TOKEN } } };
    const text = typeof config === 'string' ? config : JSON.stringify({ ...sound, ...config });
    writeFileSync(join(stateDir, 'openclaw.json'), text, { mode: 0o600 });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(stateDir, name, '..'), { recursive: true, mode: 0o700 });
      writeFileSync(join(stateDir, name), content, { mode: 0o600 });
    }
    spoil?.(stateDir);
    const { code, stdout } = await runCliShared(['doctor', '--json'], {
      env: { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port), OPENCLAW_UI_PORT: '0', ...env },
    });
    const { findings } = JSON.parse(stdout) as { findings: DoctorFinding[] };
    const shown = findings.filter(({ level }) => level !== 'ok');
    return { code, stateDir, problems: shown.filter(({ level }) => level === 'problem'), shown };
  };

  const found = (findings: readonly DoctorFinding[], check: string, message: RegExp): DoctorFinding => {
    const finding = findings.find((each) => each.check === check && message.test(each.message));
    if (!finding) throw new Error(`no ${check} like ${message} among:\n${JSON.stringify(findings, null, 1)}`);
    return finding;
  };

  it('finds nothing where nothing is wrong', async () => {
    const { code, shown } = await examine({});
    // Where the token stands in the file, that is said.
    expect(shown.filter(({ check }) => check !== 'secrets.plain')).toEqual([]);
    expect(code).toBe(0);
  });

  it('names models that lead nowhere, that have no key, and whose server is gone', async () => {
    const gone = await freePort();
    const { code, problems } = await examine({
      config: {
        models: {
          providers: {
            gone: {
              baseUrl: `http://127.0.0.1:${gone}/v1`,
              api: 'openai-completions',
              models: [{ id: 'm', name: 'm' }],
            },
          },
        },
        agents: {
          defaults: {
            model: { primary: 'nosuch/model', fallbacks: ['anthropic/claude-opus-5-5', 'gone/m'] },
            imageModel: 'alsono/such',
          },
        },
      },
    });
    expect(code).toBe(1);
    expect(found(problems, 'model', /the model of main: .*there is no provider "nosuch"/).fix).toContain('models list');
    expect(found(problems, 'model', /anthropic\/claude-opus-5-5, has no API key/).fix).toContain('ANTHROPIC_API_KEY');
    expect(
      found(problems, 'model', new RegExp(`gone/m: nobody answers at 127.0.0.1:${gone}: ECONNREFUSED`)).fix,
    ).toContain('models.providers.gone.baseUrl');
    found(problems, 'model', /imageModel: .*"alsono"/);
  });

  it('asks platforms about tokens while no gateway runs, and sees a token that two accounts share', async () => {
    const telegram = await FakeTelegram.start();
    try {
      const { code, problems } = await examine({
        config: {
          channels: {
            telegram: {
              apiRoot: telegram.apiRoot,
              accounts: {
                good: { botToken: telegram.token },
                bad: { botToken: '999:refused-by-the-platform' },
                twin: { botToken: telegram.token },
                none: {},
              },
            },
          },
        },
      });
      expect(code).toBe(1);
      found(problems, 'channel', /telegram\/bad: the platform does not take it: Unauthorized/);
      expect(found(problems, 'channel', /telegram\/twin has the token of telegram\/good/).fix).toContain(
        'accounts.twin',
      );
      found(problems, 'channel', /telegram\/none: .*botToken is not set/);
      expect(problems.filter(({ message }) => message.startsWith('telegram/good:'))).toEqual([]);
    } finally {
      await telegram.stop();
    }
  });

  it.each([
    ['its header', (path: string) => writeFileSync(path, 'no database at all, but long enough to be one'.repeat(200))],
    ['its length', (path: string) => truncateSync(path, 5000)],
    ['everything', (path: string) => writeFileSync(path, '')],
  ])('sees a database that lost %s', async (_, damage) => {
    const { problems } = await examine({
      spoil: (stateDir) => {
        const path = join(stateDir, 'openclaw-nest.sqlite');
        makeDatabase(path);
        damage(path);
      },
    });
    expect(found(problems, 'database', /openclaw-nest\.sqlite/).fix).toContain('backup restore');
  });

  it('sees a page of the database that is damaged', async () => {
    const { problems } = await examine({
      spoil: (stateDir) => {
        const path = join(stateDir, 'openclaw-nest.sqlite');
        makeDatabase(path);
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4096, 8192);
        writeFileSync(path, bytes);
      },
    });
    found(problems, 'database', /is damaged/);
  });

  it('sees databases that are elsewhere and do not answer', async () => {
    const gone = await freePort();
    const [postgres, other] = await Promise.all([
      examine({
        env: {
          OPENCLAW_DATABASE_URL: `postgresql://me:secret@127.0.0.1:${gone}/x`,
          OPENCLAW_REDIS_URL: `redis://127.0.0.1:${gone}`,
        },
      }),
      examine({ env: { OPENCLAW_DATABASE_URL: 'mysql://127.0.0.1/x' } }),
    ]);
    expect(found(postgres.problems, 'database', /no connection to 127.0.0.1/).message).not.toContain('secret');
    found(postgres.problems, 'redis', /ECONNREFUSED/);
    found(other.problems, 'database', /not an address of a PostgreSQL server \(mysql\)/);
  });

  it('sees folders, plugins, skills, ports and files that are not as they should be', async () => {
    const listener = await listen();
    const { port: taken } = listener.address() as { port: number };
    try {
      const { problems, stateDir } = await examine({
        config: {
          gateway: { mode: 'local', auth: { mode: 'token', token: TOKEN }, port: taken },
          agents: { defaults: { workspace: '/proc/nope/ws' } },
          plugins: { entries: { gone: { enabled: true } } },
          // More than any disk has.
          maintenance: { minFreeMb: 1e12 },
        },
        files: { 'skills/broken/SKILL.md': '---\nname: [\n---\n', 'secrets.key': 'x', 'exec-approvals.json': '{ no' },
        env: { OPENCLAW_GATEWAY_PORT: '', HOME: root },
        spoil: (stateDir) => {
          chmodSync(join(stateDir, 'secrets.key'), 0o644);
          const units = join(root, '.config/systemd/user');
          mkdirSync(units, { recursive: true });
          const start = 'ExecStart="/nowhere/bin/node" "/nowhere/bin/openclaw" gateway run';
          writeFileSync(join(units, 'openclaw-gateway.service'), `[Service]\n${start}\n`);
        },
      });
      expect(found(problems, 'disk', /only \d+ MB are free .*minFreeMb/).fix).toContain('make room');
      if (process.platform === 'linux')
        expect(found(problems, 'service', /starts \/nowhere\/bin\/node, which is not there/).fix).toContain(
          'gateway install --force',
        );
      found(problems, 'workspace', /\/proc/);
      expect(found(problems, 'plugin', /gone: .*no such plugin/).fix).toContain('plugins doctor');
      found(problems, 'skill', /broken\/SKILL\.md:\d/);
      expect(found(problems, 'ports', new RegExp(`port ${taken} is used by process ${process.pid}`)).fix).toContain(
        'gateway.port',
      );
      found(problems, 'files.open', /secrets\.key is open/);
      expect(found(problems, 'approvals', /./).fix).toContain(join(stateDir, 'exec-approvals.json'));
    } finally {
      listener.close();
    }
  });

  it('sees doors that stand open', async () => {
    const { code, problems, shown } = await examine({
      config: {
        gateway: {
          mode: 'local',
          bind: 'lan',
          auth: { mode: 'token', token: 'abc' },
          controlUi: { dangerouslyDisableDeviceAuth: true },
        },
        tools: { exec: { host: 'gateway', security: 'full', ask: 'off' } },
        channels: { telegram: { enabled: false, botToken: '1:x', dmPolicy: 'open', allowFrom: ['*'] } },
      },
    });
    expect(code).toBe(1);
    found(problems, 'gateway.short_secret', /fewer than/);
    found(problems, 'gateway.device_auth_off', /./);
    found(shown, 'exec.full', /./);
  });

  it('says how a configuration comes back that can no longer be read', async () => {
    const broken = await examine({ config: '{ gateway: { port: "many" ' });
    expect(found(broken.problems, 'config', /./).fix).toContain(`edit ${join(broken.stateDir, 'openclaw.json')}`);
    const lost = await examine({
      config: { models: { providers: { openai: { apiKey: '${secret:openai}' } } } },
    });
    expect(found(lost.problems, 'secrets.missing', /openai/).fix).toContain('secrets set openai');
  });

  it('keeps quiet about a channel that did not come up at the start and has since', async () => {
    const telegram = await FakeTelegram.start();
    const gateway = await GatewayProcess.start({ config: { channels: { telegram: { apiRoot: telegram.apiRoot } } } });
    const env = {
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
      OPENCLAW_UI_PORT: '0',
    };
    const said = async (): Promise<string> => (await runCliShared(['doctor'], { env })).stdout;
    try {
      expect(await said()).toContain('channels start: telegram');
      const token = JSON.stringify(telegram.token);
      expect((await runCliShared(['config', 'set', 'channels.telegram.botToken', token], { env })).code).toBe(0);
      await until('the channel is up', async () =>
        (await runCliShared(['status'], { env })).stdout.includes('telegram: connected'),
      );
      expect(await said()).not.toContain('channels start: telegram');
    } finally {
      await gateway.stop();
      await telegram.stop();
    }
  });

  it('tells what the gateway that runs lacks; status shows it, and health ends with 1', async () => {
    const models = await FakeModels.start();
    const telegram = await FakeTelegram.start();
    const gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'nosuch/model' } } },
        channels: { telegram: { botToken: '9:refused', apiRoot: telegram.apiRoot } },
        plugins: { entries: { gone: { enabled: true } } },
      },
    });
    const env = {
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
      OPENCLAW_UI_PORT: '0',
    };
    try {
      const status = await runCliShared(['status'], { env });
      expect(status.code).toBe(0);
      expect(status.stdout).toContain('Model:     nosuch/model');
      expect(status.stdout).toMatch(/Problem: +model: the model of main: .*nosuch/);
      expect(status.stdout).toMatch(/Problem: +plugin: gone/);
      const all = await runCliShared(['status', '--all'], { env });
      expect(all.stdout).toMatch(/Process: +\d+, Node v\d+/);
      expect(all.stdout).toMatch(/Database: +sqlite/);
      const health = await runCliShared(['health', '--json'], { env });
      expect(health.code).toBe(1);
      expect(JSON.parse(health.stdout)).toMatchObject({ ok: false });
      const doctor = await runCliShared(['doctor'], { env });
      expect(doctor.code).toBe(1);
      expect(doctor.stdout).toMatch(/problem {2}model: the model of main/);
      expect(doctor.stdout.match(/the model of main/g)).toHaveLength(1);
      const stranger = await runCliShared(['doctor'], {
        env: { ...env, OPENCLAW_GATEWAY_TOKEN: 'a-token-of-somebody-else-altogether' },
      });
      expect(stranger.code).toBe(1);
      expect(stranger.stdout).toMatch(/problem {2}gateway: .*[\s\S]*OPENCLAW_GATEWAY_TOKEN/);
      const watched = runCliShared(['status', '--watch', '--json'], { env });
      expect((await watched).code).toBe(2);
    } finally {
      await gateway.stop();
      await models.stop();
      await telegram.stop();
    }
  });
});

function listen(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** Several pages, so that damage can be done to one of them. */
function makeDatabase(path: string): void {
  const file = new SqliteFile(path);
  file.exec('create table t (a text); create index i on t (a)');
  for (let n = 0; n < 300; n++) file.prepare('insert into t values (?)').run(`row ${n} `.repeat(20));
  file.close();
}
