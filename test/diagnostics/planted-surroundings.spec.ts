import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownCertificate } from '../../src/gateway/http/own-certificate';
import { FakeTelegram } from '../fakes/telegram-server';
import { runCliShared } from '../harness/cli-worker';
import { freePort } from '../harness/gateway-process';
import { type Examined, type Expected, type World, examine, findingOf, makeDatabase, makeState } from './doctor-bench';
import { PLANTED } from './planted-list';

const DAY_MS = 86_400_000;

/** Faults that do not disturb each other lie in one state directory and are looked for by one start. */
describe('faults around the gateway', () => {
  let root: string;
  let port: number;
  const closing: (() => unknown)[] = [];
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'openclaw-planted-'));
    port = await freePort();
  });
  afterAll(async () => {
    for (const close of closing) await close();
    rmSync(root, { recursive: true, force: true });
  });

  const look = (stateDir: string, world: World = {}): Promise<Examined> =>
    examine(stateDir, { ...world, env: { OPENCLAW_GATEWAY_PORT: String(port), HOME: root, ...world.env } });

  const listen = async (): Promise<number> => {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  };

  /** A model server that refuses the key and has the time of tomorrow. */
  const strangeServer = async (): Promise<string> => {
    const server: HttpServer = createHttpServer((_, response) => {
      response.writeHead(401, {
        'content-type': 'application/json',
        date: new Date(Date.now() + DAY_MS).toUTCString(),
      });
      response.end('{"error":{"message":"invalid api key"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  };

  const check = (examined: Examined, expected: Expected): void => {
    const finding = findingOf(examined, expected);
    expect(finding.level).toBe(expected.level);
    expect(finding.fix ?? '').toMatch(expected.fix);
  };

  describe('many at once', () => {
    let examined: Examined;
    let stateDir: string;
    beforeAll(async () => {
      const telegram = await FakeTelegram.start();
      closing.push(() => telegram.stop());
      const [taken, uiTaken, gone, strange] = await Promise.all([listen(), listen(), freePort(), strangeServer()]);
      const models = (baseUrl: string): object => ({
        baseUrl,
        api: 'openai-completions',
        apiKey: 'sk-planted',
        models: [{ id: 'm', name: 'm' }],
      });
      const certs = join(root, 'certs');
      ownCertificate(certs, Date.now() - 800 * DAY_MS);
      const cert = readFileSync(join(certs, 'gateway/tls/gateway-cert.pem'));
      rmSync(join(certs, 'gateway'), { recursive: true });
      ownCertificate(certs, Date.now());
      writeFileSync(join(certs, 'gateway/tls/gateway-cert.pem'), cert);
      const bare = join(root, 'bare');
      mkdirSync(bare);
      symlinkSync(process.execPath, join(bare, 'node'));
      const exec = { host: 'gateway', security: 'full', ask: 'off' };
      stateDir = makeState(root, {
        config: {
          gatway: { port: 1 },
          gateway: {
            mode: 'local',
            bind: 'lan',
            port: taken,
            auth: { mode: 'token', token: 'abc' },
            controlUi: { dangerouslyDisableDeviceAuth: true },
            tls: {
              enabled: true,
              certPath: join(certs, 'gateway/tls/gateway-cert.pem'),
              keyPath: join(certs, 'gateway/tls/gateway-key.pem'),
            },
          },
          models: {
            providers: { gone: models(`http://127.0.0.1:${gone}/v1`), strange: models(strange) },
          },
          agents: {
            defaults: {
              workspace: '/proc/nope/ws',
              model: { primary: 'nosuch/model', fallbacks: ['anthropic/claude-opus-5-5', 'gone/m', 'strange/m'] },
            },
          },
          channels: {
            telegram: {
              apiRoot: telegram.apiRoot,
              dmPolicy: 'open',
              allowFrom: ['*'],
              groupPolicy: 'open',
              accounts: {
                good: { botToken: telegram.token },
                bad: { botToken: '999:refused-by-the-platform' },
                odd: { botToken: 'not a token' },
                twin: { botToken: telegram.token },
                none: {},
              },
            },
          },
          tools: { exec, bash: { timeoutSec: 5 } },
          logging: { redactSensitive: 'off' },
          plugins: {
            entries: { gone: { enabled: true }, changed: { enabled: true }, broken: { enabled: true } },
            installs: { changed: { sha256: 'a'.repeat(64) } },
          },
          mcp: { servers: { files: { command: 'no-such-program' } } },
          browser: { executablePath: '/nowhere/chromium' },
        },
        files: {
          'secrets.json': '{"version":1,"salt":"","entries":{}}',
          'openclaw-nest.sqlite': '',
          'logs/service.log': 'a line\n',
          'exec-approvals.json': '{ no',
          '.env': 'A="of\nseveral lines"\n# a comment\nOPENAI_API_KEY sk-no\n',
          'plugins/changed/openclaw.plugin.json':
            '{"id":"changed","name":"changed","version":"1.0.0","main":"index.js"}',
          'plugins/changed/index.js': 'exports.tools = {};',
          'plugins/broken/openclaw.plugin.json': '{"id":"broken",',
          'plugins/.staged-1-1-x/plugin/index.js': '',
          'skills/broken/SKILL.md': '---\nname: [\n---\n',
          'skills/tidy/SKILL.md': '---\nname: tidy\ndescription: tidies up\n---\nRun `scripts/run.sh`.\n',
          'skills/tidy/scripts/run.sh': '#!/bin/sh\ntrue\n',
          'agents/main/sessions/sessions.json': '{}',
        },
      });
      makeDatabase(join(stateDir, 'openclaw-nest.sqlite'));
      chmodSync(join(stateDir, 'secrets.json'), 0o644);
      chmodSync(join(stateDir, 'openclaw-nest.sqlite'), 0o644);
      chmodSync(join(stateDir, 'logs'), 0o755);
      const later = new Date(Date.now() + 3 * DAY_MS);
      utimesSync(join(stateDir, 'logs/service.log'), later, later);
      const units = join(root, '.config/systemd/user');
      mkdirSync(units, { recursive: true });
      for (const name of ['openclaw-gateway', 'openclaw-gateway-work'])
        writeFileSync(
          join(units, `${name}.service`),
          [
            '[Service]',
            'ExecStart="/nowhere/bin/node" "/nowhere/bin/openclaw" gateway run',
            `Environment="OPENCLAW_STATE_DIR=${stateDir}"`,
            `Environment="PATH=${bare}"`,
          ].join('\n'),
        );
      examined = await look(stateDir, {
        env: {
          OPENCLAW_GATEWAY_PORT: '',
          OPENCLAW_UI_PORT: String(uiTaken),
          OPENCLAW_REDIS_URL: `redis://127.0.0.1:${gone}`,
          XDG_CONFIG_HOME: '',
          TZ: 'Mars/Olympus',
          NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem',
          TMPDIR: '/nowhere/tmp',
          PATH: bare,
        },
      });
    });

    it.each(PLANTED.map((expected) => [expected.fault, expected] as const))('%s', (_, expected) => {
      check(examined, { ...expected, fix: new RegExp(expected.fix.source.replaceAll('openclaw ', '\\S*openclaw ')) });
    });

    it('ends with 1, and every finding has a code of its kind and says what to do', () => {
      expect(examined.code).toBe(1);
      expect(examined.findings.filter(({ code }) => !/^[a-z]+\.[a-z_]+$/.test(code))).toEqual([]);
      const silent = examined.findings.filter(({ fix }) => fix === undefined).map(({ code }) => code);
      expect(silent.filter((code) => !['config.access', 'config.warning', 'hooks.unagreed'].includes(code))).toEqual(
        [],
      );
    });

    it('advises commands that exist', async () => {
      const commands = new Set(
        examined.findings
          .flatMap(({ fix = '' }) =>
            [...fix.matchAll(/openclaw((?: [a-z-]+)+)/g)].map(([, words = '']) => words.trim().split(' ').slice(0, 2)),
          )
          .map((words) => words.filter((word) => !word.startsWith('-')).join(' ')),
      );
      expect(commands.size).toBeGreaterThanOrEqual(8);
      for (const command of commands) {
        const { code, stdout } = await runCliShared([...command.split(' '), '--help']);
        expect([command, code, stdout.split('\n')[0]]).toEqual([
          command,
          0,
          expect.stringContaining(`openclaw ${command}`) as string,
        ]);
      }
    });

    it('mends what is safe, and says what it did', async () => {
      const fixed = await look(stateDir, { args: ['--fix'], env: { OPENCLAW_GATEWAY_PORT: String(port) } });
      expect(fixed.fixed.join('\n')).toMatch(/chmod 600 .*secrets\.json/);
      expect(statSync(join(stateDir, 'secrets.json')).mode & 0o777).toBe(0o600);
      expect(statSync(join(stateDir, 'logs')).mode & 0o777).toBe(0o700);
      expect(readdirSync(join(stateDir, 'plugins'))).not.toContain('.staged-1-1-x');
      const codes = fixed.findings.map(({ code }) => code);
      for (const code of ['files.open', 'config.legacy_key', 'plugin.unfinished']) expect(codes).not.toContain(code);
      // What is a decision of the owner stays as it is.
      expect(codes).toEqual(expect.arrayContaining(['gateway.short_secret', 'plugin.unusable', 'config.unknown_key']));
    });
  });
});
