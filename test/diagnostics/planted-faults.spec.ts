import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '../../src/config/environment';
import { SecretStore } from '../../src/config/secrets/secret-store';
import { freePort } from '../harness/gateway-process';
import { type Examined, type Expected, SOUND, type World, examine, findingOf, makeState } from './doctor-bench';

/** No certificate and no key. */
const OTHER_FILE = join(__dirname, '../../package.json');

/** One state directory each: what is wrong with a configuration hides the rest. */
describe('faults of the configuration alone', () => {
  let root: string;
  let port: number;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'openclaw-planted-'));
    port = await freePort();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const seen = async (world: World, spoil: (stateDir: string) => void = () => undefined): Promise<Examined> => {
    const stateDir = makeState(root, world);
    spoil(stateDir);
    return examine(stateDir, { ...world, env: { OPENCLAW_GATEWAY_PORT: String(port), ...world.env } });
  };

  const storeSecret = (stateDir: string): void =>
    new SecretStore(stateDir, new Environment({ OPENCLAW_STATE_DIR: stateDir })).set('openai', 'sk-stored');
  const withSecret = { channels: { telegram: { botToken: '${secret:openai}' } } };
  const alone: [Expected, World, ((stateDir: string) => void)?][] = [
    [
      {
        fault: 'text that is not JSON5',
        code: 'config.syntax',
        level: 'problem',
        cause: /not valid JSON5/,
        fix: /^edit .*openclaw\.json/,
      },
      { config: '{ gateway: { port: ' },
    ],
    [
      {
        fault: 'an empty file',
        code: 'gateway.mode',
        level: 'problem',
        cause: /gateway\.mode must be "local"/,
        fix: /openclaw config set gateway\.mode local/,
      },
      { config: '' },
    ],
    [
      {
        fault: 'bytes that are no text',
        code: 'config.syntax',
        level: 'problem',
        cause: /not valid JSON5/,
        fix: /openclaw\.json/,
      },
      { config: Buffer.from([0, 159, 146, 150, 7, 255, 254]) },
    ],
    [
      {
        fault: 'values of wrong types',
        code: 'config.invalid',
        level: 'problem',
        cause: /gateway\.port/,
        fix: /openclaw\.json/,
      },
      { config: { gateway: { ...SOUND.gateway, port: 'many' } } },
    ],
    [
      {
        fault: 'a file that is included and not there',
        code: 'config.include',
        level: 'problem',
        cause: /nosuch\.json5/,
        fix: /openclaw\.json/,
      },
      { config: { agents: { $include: './nosuch.json5' } } },
    ],
    [
      {
        fault: 'a variable that is not set',
        code: 'config.variable_missing',
        level: 'problem',
        cause: /NOSUCH_TOKEN is not set/,
        fix: /\.env$/,
      },
      { config: { gateway: { mode: 'local', auth: { mode: 'token', token: '${NOSUCH_TOKEN}' } } } },
    ],
    [
      {
        fault: 'a secret that is not stored',
        code: 'secrets.missing',
        level: 'problem',
        cause: /"openai", which is not stored/,
        fix: /openclaw secrets set openai$/,
      },
      { config: withSecret },
    ],
    [
      {
        fault: 'a provider of secrets that is gone',
        code: 'config.secret_provider',
        level: 'problem',
        cause: /secrets\.providers\.vault is missing/,
        fix: /openclaw config get secrets\.providers\.vault$/,
      },
      {
        config: {
          gateway: { auth: { mode: 'token', token: { source: 'file', provider: 'vault', id: 'value' } } },
        },
      },
    ],
    [
      {
        fault: 'secrets.key that is gone',
        code: 'config.secrets',
        level: 'problem',
        cause: /secrets\.key is missing/,
        fix: /backup restore/,
      },
      { config: withSecret },
      (stateDir) => {
        storeSecret(stateDir);
        rmSync(join(stateDir, 'secrets.key'));
      },
    ],
    [
      {
        fault: 'secrets.key of another installation',
        code: 'config.secrets',
        level: 'problem',
        cause: /is not the key it was stored with/,
        fix: /backup restore/,
      },
      { config: withSecret },
      (stateDir) => {
        storeSecret(stateDir);
        writeFileSync(join(stateDir, 'secrets.key'), Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
      },
    ],
    [
      {
        fault: 'secrets.json that is damaged',
        code: 'secrets.unreadable',
        level: 'problem',
        cause: /no secret store of version 1/,
        fix: /openclaw backup restore/,
      },
      { files: { 'secrets.json': '{ "version": 1, "entr' } },
    ],
    [
      {
        fault: 'open to the network without a secret',
        code: 'gateway.open_bind',
        level: 'problem',
        cause: /gateway\.bind is "lan"/,
        fix: /openclaw config set gateway\.bind loopback$/,
      },
      { config: { gateway: { mode: 'local', bind: 'lan', auth: { mode: 'none' } } } },
    ],
    [
      {
        fault: 'a funnel without a password',
        code: 'gateway.tailscale',
        level: 'problem',
        cause: /"funnel" needs gateway\.auth\.mode "password"/,
        fix: /openclaw config set gateway\.tailscale\.mode/,
      },
      { config: { gateway: { ...SOUND.gateway, tailscale: { mode: 'funnel' } } } },
    ],
    [
      {
        fault: 'a TLS file that is not there',
        code: 'tls.unreadable',
        level: 'problem',
        cause: /certPath: \/nowhere\/cert\.pem can't be read/,
        fix: /openclaw config set gateway\.tls\.enabled false$/,
      },
      {
        config: {
          gateway: {
            ...SOUND.gateway,
            tls: { enabled: true, certPath: '/nowhere/cert.pem', keyPath: '/nowhere/key.pem' },
          },
        },
      },
    ],
    [
      {
        fault: 'TLS files that hold something else',
        code: 'tls.unusable',
        level: 'problem',
        cause: /holds no certificate in PEM/,
        fix: /openclaw config unset gateway\.tls\.certPath/,
      },
      { config: { gateway: { ...SOUND.gateway, tls: { enabled: true, certPath: OTHER_FILE, keyPath: OTHER_FILE } } } },
    ],
    [
      {
        fault: 'an address of a database of another kind',
        code: 'database.address',
        level: 'problem',
        cause: /\(mysql\)/,
        fix: /postgresql:\/\/user:password@host/,
      },
      { env: { OPENCLAW_DATABASE_URL: 'mysql://127.0.0.1/x' } },
    ],
  ];

  it.each(alone.map((row) => [row[0].fault, row] as const))('%s', async (_, [expected, world, spoil]) => {
    const examined = await seen(world, spoil);
    const finding = findingOf(examined, expected);
    expect(finding.level).toBe(expected.level);
    expect(finding.fix ?? '').toMatch(expected.fix);
    expect(examined.code).toBe(examined.findings.some(({ level }) => level === 'problem') ? 1 : 0);
  });
});
