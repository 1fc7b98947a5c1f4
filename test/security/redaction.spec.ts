import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import JSON5 from 'json5';
import { REDACTED, Redactor } from '../../src/common/redactor';
import { ConfigRpc } from '../../src/config/config.rpc';
import { ConfigService } from '../../src/config/config.service';
import { ConfigWriter } from '../../src/config/config-writer';
import { Environment } from '../../src/config/environment';
import { RestartControl } from '../../src/config/restart-control';
import { isHidden, redactConfig } from '../../src/config/sensitive-paths';
import { runCli } from '../harness/run-cli';

const CANARIES = ['pat-CANARY-1', 'db pass CANARY-2', 'CANARY-3', 'CANARY-4', 'CANARY-5', 'CANARY-6', 'CANARY-7'];
const TEXT = `// an old token: CANARY-6
{
  // kept as it is
  gateway: { mode: 'local', port: 18789 },
  mcp: {
    servers: {
      db: {
        command: 'npx', /* CANARY-7 */ args: ['-y', 'server', '--key', 'CANARY-3'],
        env: { GITHUB_PAT: 'pat-CANARY-1', DB_PASS: 'db pass CANARY-2', MODE: 'fast' },
      },
      web: { url: 'https://user:CANARY-4@mcp.example/sse', headers: { 'x-anything': 'CANARY-5' } },
      asked: { url: 'https://mcp.example/sse?k=CANARY-4' },
      plain: { url: 'https://mcp.example/sse' },
    },
  },
  note: "no // comment",
}
`;

describe('secrets by place', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-redaction-'));
    path = join(folder, 'openclaw.json');
    writeFileSync(path, TEXT, { mode: 0o600 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const environment = (): Environment => new Environment({ OPENCLAW_STATE_DIR: folder, HOME: folder });
  const expectClean = (shown: string): void => {
    for (const canary of CANARIES) expect(shown).not.toContain(canary);
  };

  it('are in no part of config.get, and what is no secret is', () => {
    const config = new ConfigService(environment(), new Redactor());
    const got = new ConfigRpc(config, new RestartControl()).get() as Record<string, unknown>;
    expectClean(JSON.stringify(got));
    const raw = String(got['raw']);
    expect(raw).toContain("url: 'https://mcp.example/sse'");
    expect(raw).toContain('no // comment');
    expect(JSON5.parse(raw)).toMatchObject({ gateway: { port: 18789 }, mcp: { servers: { db: { command: 'npx' } } } });
  });

  it('come back when what was read is written again', async () => {
    const config = new ConfigService(environment(), new Redactor());
    const got = new ConfigRpc(config, new RestartControl()).get() as Record<string, unknown>;
    const writer = new ConfigWriter(path, environment());
    await writer.replace(String(got['raw']));
    expect(readFileSync(path, 'utf8')).toBe(TEXT);
    await writer.replace(String(got['raw']).replace('18789', '18790'));
    expect(readFileSync(path, 'utf8')).toBe(TEXT.replace('18789', '18790'));
    // As a form sends it: the parsed value, without any comment.
    const before = JSON5.parse<unknown>(readFileSync(path, 'utf8'));
    await writer.replace(JSON.stringify({ ...(got['parsed'] as object), gateway: { mode: 'local', port: 18790 } }));
    const after = JSON5.parse<Record<string, unknown>>(readFileSync(path, 'utf8'));
    expect(after['mcp']).toMatchObject({ servers: { db: { env: { DB_PASS: 'db pass CANARY-2' } } } });
    expect((after['mcp'] as { servers: { db: unknown } }).servers.db).toEqual(
      (before as { mcp: { servers: { db: unknown } } }).mcp.servers.db,
    );
  });

  it('are refused as a mark where nothing is stored', async () => {
    await expect(
      new ConfigWriter(path, environment()).replace(`{ mcp: { servers: { x: { command: '${REDACTED}' } } } }`),
    ).rejects.toMatchObject({ code: 'CONFIG_REDACTED' });
  });

  it('do not show in the command line: one value, all values, a trial of a patch', async () => {
    const env = { OPENCLAW_STATE_DIR: folder, HOME: folder };
    for (const args of [
      ['config', 'get', 'mcp.servers.db.env'],
      ['config', 'get', 'mcp.servers.db.env.DB_PASS'],
      ['config', 'get', 'mcp'],
      ['config', 'show'],
      ['config', 'patch', '--dry-run', '{ mcp: { servers: { db: { env: { NEW: "CANARY-1-new" } } } } }'],
      ['config', 'patch', '--dry-run', '--json', '{ skills: { entries: { x: { apiKey: "CANARY-3-key" } } } }'],
    ]) {
      const { stdout, stderr } = await runCli(args, { env });
      expectClean(stdout + stderr);
      expect(stdout + stderr).not.toMatch(/CANARY/);
      if (args.includes('--json'))
        expect(JSON.parse(stdout)).toMatchObject({
          dryRun: true,
          changes: [{ before: null, after: expect.anything() as unknown }],
        });
    }
    expect(readFileSync(path, 'utf8')).toBe(TEXT);
  });

  it('are hidden whatever they are called, wherever the place is', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{8,20}$/);
    fc.assert(
      fc.property(
        fc.constantFrom('env', 'headers', 'args'),
        fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 3 }),
        fc.stringMatching(/^[A-Za-z_-]{1,10}$/),
        secret,
        (place, above, name, value) => {
          const inner = place === 'args' ? ['x', value] : { [name]: value, deeper: { [name]: [value] } };
          const config = [...above].reverse().reduce<unknown>((rest, key) => ({ [key]: rest }), { [place]: inner });
          expect(JSON.stringify(redactConfig(config))).not.toContain(value);
        },
      ),
    );
    fc.assert(
      fc.property(secret, fc.constantFrom('https', 'postgres', 'redis', 'ws', 'socks5'), (value, scheme) => {
        for (const address of [
          `${scheme}://${value}@host/x`,
          `${scheme}://user:${value}@host`,
          `${scheme}://host/x?q=${value}`,
          `see ${scheme}://host/?a=1&b=${value} there`,
        ])
          expect(JSON.stringify(redactConfig({ anything: address }))).not.toContain(value);
        expect(redactConfig({ anything: `${scheme}://host/x` })).toEqual({ anything: `${scheme}://host/x` });
      }),
    );
  });

  it('are hidden in lists, too, where somebody has put several', () => {
    for (const key of ['apiKey', 'token', 'BOT_TOKEN', 'webhookSecret'])
      expect(JSON.stringify(redactConfig({ a: { [key]: ['CANARY-1', ['CANARY-2']] } }))).not.toContain('CANARY');
    expect(redactConfig({ allowFrom: ['5'], tokens: ['word'] })).toEqual({ allowFrom: ['5'], tokens: ['word'] });
  });

  it('are hidden by what they are called in settings of plugins and skills, however its words are joined', () => {
    const shown = (key: string): string =>
      JSON.stringify(redactConfig({ plugins: { entries: { x: { config: { [key]: 'CANARY-1' } } } } }));
    for (const key of [
      ...['token', 'botToken', 'bot_token', 'bot-token', 'X-Auth-Token', 'API_TOKEN', 'refresh token'],
      ...['apiKey', 'api_key', 'apikey', 'x-api-key', 'OPENAI_API_KEY', 'accessKey', 'aws_secret_access_key'],
      ...['passphrase', 'pass', 'db_pass', 'passwd', 'clientSecret', 'client_secret', 'private-key', 'signingKey'],
      ...['credentials', 'cookie', 'sessionCookie', 'jwt', 'bearer', 'dsn', 'connectionString', 'serviceAccount'],
    ])
      expect([key, shown(key)]).toEqual([key, expect.not.stringContaining('CANARY')]);
    for (const key of ['skillKey', 'sessionKey', 'key', 'maxTokens', 'tokenFile', 'passwordCommand', 'compass', 'keys'])
      expect([key, shown(key)]).toEqual([key, expect.stringContaining('CANARY')]);
  });

  it.each([
    ['hooks.outbound.url', 'https://hooks.slack.com/services/T012345/B012345/ab12CD34ef56GH78ij90KL12'],
    ['channels.x.webhookUrl', 'https://discord.com/api/webhooks/123456789012345678/a1B2c3D4e5F6g7H8i9J0k1-L2m3N4o5P6'],
    ['mcp.servers.x.url', 'https://mcp.example/u/0123456789abcdef0123456789abcdef/sse'],
    ['browser.cdpUrl', 'wss://host/devtools/a1b2c3d4e5f6a7b8c9d0'],
    ['mcp.servers.x.command', 'npx -y server --api-key abcdef'],
    ['mcp.servers.x.command', 'server --token=abcdef'],
    ['plugins.entries.x.config.conn', 'Server=h;User=u;Password=hunter2'],
    ['plugins.entries.x.config.query', 'h?a=1&access_key=hunter2'],
    ['plugins.entries.x.config.cert', '-----BEGIN EC PRIVATE KEY-----\nMHc='],
    ['proxy', 'user:hunter2@proxy.example:8080'],
    ['models.providers.x.extraHeaders.X-Key', 'hunter2'],
    ...['sasKey', 'accountKey', 'masterKey', 'licenseKey', 'pat', 'otp', 'passcode', 'seedPhrase'].map((name) => [
      `plugins.entries.x.config.${name}`,
      'hunter2',
    ]),
  ])('are hidden by their form, too: %s %s', (place, value) => {
    expect(isHidden(place.split('.'), value)).toBe(true);
  });

  it.each([
    ['models.providers.x.baseUrl', 'https://models.example/v1/deployments/gpt-4o-mini-2024-07-18'],
    ['models.providers.x.baseUrl', 'http://10.0.0.5:8000/v1'],
    ['mcp.servers.x.url', 'https://mcp.example/conversations/2026/internationalisation_documents'],
    ['agents.defaults.model.primary', 'anthropic/claude-sonnet-4-5-20250929'],
    ['messages.groupChat.patterns', '@nest:home.example'],
    ['channels.telegram.allowFrom', 'ann@example.org'],
    ['agents.defaults.cliText', 'ask for a token, then say password'],
    ['mcp.servers.x.command', 'server --token-file /run/x'],
  ])('are not seen in what is none: %s %s', (place, value) => {
    expect(isHidden(place.split('.'), value)).toBe(false);
  });

  it('are taken out of logs and errors too, while words and paths stay readable', () => {
    const redactor = new Redactor();
    const config = new ConfigService(environment(), redactor);
    expect(config.config.gateway?.port).toBe(18789);
    for (const secret of ['pat-CANARY-1', 'CANARY-3', 'CANARY-4', 'CANARY-5'])
      expect(redactor.redactKnown(`it said ${secret}`)).not.toContain(secret);
    expect(redactor.redactKnown('npx -y server in fast mode')).toBe('npx -y server in fast mode');
  });
});
