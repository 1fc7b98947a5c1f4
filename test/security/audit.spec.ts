import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { Environment } from '../../src/config/environment';
import { audit, readAuditFacts } from '../../src/security/security-audit';
import { workspaceFindings } from '../../src/security/workspace-checks';
import { GatewayProcess, freePort } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';

const TOKEN = 'a-token-of-this-test-that-is-long-enough';
const local = (gateway: object = {}): object => ({ mode: 'local', auth: { token: '${GW_TOKEN}' }, ...gateway });

interface Planted {
  id: string;
  config?: Record<string, unknown>;
  approvals?: string;
  /** What is done to the state directory. */
  prepare?(stateDir: string): void;
  token?: string;
}

const telegram = (block: object): Record<string, unknown> => ({
  channels: { telegram: { botToken: '${BOT}', ...block } },
});
const exec = (block: object): Record<string, unknown> => ({ tools: { exec: block } });
const rules = (block: object): string => JSON.stringify({ version: 1, agents: { main: block } });

/** One misconfiguration each, and the check that has to see it. */
const PLANTED: readonly Planted[] = [
  { id: 'gateway.settings', config: { gateway: local({ auth: { mode: 'token', token: '' } }) }, token: '' },
  { id: 'gateway.no_auth', config: { gateway: local({ auth: { mode: 'none' } }) } },
  { id: 'gateway.short_secret', token: 'short' },
  { id: 'gateway.plain_http', config: { gateway: local({ bind: 'lan' }) } },
  { id: 'gateway.device_auth_off', config: { gateway: local({ controlUi: { dangerouslyDisableDeviceAuth: true } }) } },
  { id: 'gateway.insecure_auth', config: { gateway: local({ controlUi: { allowInsecureAuth: true } }) } },
  { id: 'gateway.any_origin', config: { gateway: local({ controlUi: { allowedOrigins: ['*'] } }) } },
  {
    id: 'gateway.plain_origin',
    config: { gateway: local({ controlUi: { allowedOrigins: ['http://127.evil.example'] } }) },
  },
  { id: 'gateway.settings', config: { gateway: local({ trustedProxies: ['nginx'] }) } },
  {
    id: 'gateway.silent_proxy',
    config: { gateway: local({ controlUi: { allowedOrigins: ['https://nest.example'] } }) },
  },
  { id: 'gateway.silent_proxy', config: { gateway: local({ trustedProxies: ['172.17.0.1'] }) } },
  { id: 'gateway.wide_proxies', config: { gateway: local({ trustedProxies: ['0.0.0.0/0'] }) } },
  { id: 'gateway.wide_proxies', config: { gateway: local({ trustedProxies: ['::/0'] }) } },
  {
    id: 'gateway.funnel',
    config: { gateway: local({ auth: { mode: 'password', password: '${GW_TOKEN}' }, tailscale: { mode: 'funnel' } }) },
  },
  { id: 'gateway.plain_remote', config: { gateway: local({ remote: { url: 'ws://gateway.example:18789' } }) } },
  { id: 'hooks.token_reused', config: { hooks: { enabled: true, token: '${GW_TOKEN}' } } },
  { id: 'hooks.short_token', config: { hooks: { enabled: true, token: '${HOOK}' } } },
  { id: 'hooks.any_session', config: { hooks: { enabled: true, token: '${BOT}', allowRequestSessionKey: true } } },
  {
    id: 'hooks.unsafe_content',
    config: { hooks: { enabled: true, token: '${BOT}', mappings: [{ id: 'm', allowUnsafeExternalContent: true }] } },
  },
  {
    id: 'hooks.transform_unagreed',
    config: { hooks: { enabled: true, token: '${BOT}', mappings: [{ transform: { module: 'x.js' } }] } },
    prepare: (stateDir) => writeFileSync(join(stateDir, 'x.js'), '', { mode: 0o600 }),
  },
  { id: 'channels.open_direct_messages', config: telegram({ dmPolicy: 'open', allowFrom: ['*'] }) },
  { id: 'channels.open_groups', config: telegram({ groupPolicy: 'open' }) },
  {
    id: 'channels.open_groups',
    config: { channels: { telegram: { accounts: { b: { botToken: '${BOT}', groupPolicy: 'open' } } } } },
  },
  { id: 'channels.wildcard', config: telegram({ dmPolicy: 'pairing', groupAllowFrom: ['*'] }) },
  { id: 'channels.link_previews', config: telegram({ linkPreview: true }) },
  { id: 'channels.plain_api', config: telegram({ apiRoot: 'http://api.evil.example' }) },
  { id: 'elevated.wildcard', config: { tools: { elevated: { allowFrom: { telegram: ['*'] } } } } },
  {
    id: 'elevated.with_strangers',
    config: { ...telegram({ groupPolicy: 'open' }), tools: { elevated: { allowFrom: { telegram: [5] } } } },
  },
  {
    id: 'exec.full_with_strangers',
    config: { ...telegram({ groupPolicy: 'open' }), ...exec({ host: 'gateway', security: 'full' }) },
  },
  { id: 'exec.full', config: exec({ host: 'gateway', security: 'full', ask: 'off' }) },
  { id: 'exec.full', config: { agents: { list: [{ id: 'b', tools: { exec: { host: 'node', security: 'full' } } }] } } },
  { id: 'exec.ask_off', config: exec({ host: 'gateway', ask: 'off' }) },
  { id: 'exec.safe_bins', config: exec({ safeBins: ['sort'] }) },
  { id: 'sandbox.network', config: { agents: { defaults: { sandbox: { docker: { network: 'host' } } } } } },
  { id: 'exec.approvals_unreadable', approvals: '{' },
  { id: 'exec.sinks_open', approvals: rules({ untrustedSinks: 'allow' }) },
  { id: 'exec.approvals_full', approvals: rules({ security: 'full' }) },
  { id: 'exec.wide_allowlist', approvals: rules({ allowlist: [{ pattern: '/usr/bin/*' }] }) },
  { id: 'agents.wide_workspace', config: { agents: { defaults: { workspace: '/' } } } },
  { id: 'agents.wide_workspace', config: { agents: { defaults: { workspace: '~' } } } },
  { id: 'browser.no_sandbox', config: { browser: { noSandbox: true } } },
  { id: 'browser.remote_control', config: { browser: { cdpUrl: 'http://browser.example:9222' } } },
  {
    id: 'services.plain_http',
    config: {
      models: { providers: { far: { baseUrl: 'http://models.example/v1', models: [{ id: 'm', name: 'm' }] } } },
    },
  },
  { id: 'services.plain_http', config: { mcp: { servers: { far: { url: 'http://8.8.8.8/mcp' } } } } },
  { id: 'mcp.unpinned', config: { mcp: { servers: { x: { command: 'npx', args: ['-y', 'some-server'] } } } } },
  { id: 'secrets.plain', config: { channels: { telegram: { botToken: '123456:plain-text-of-a-token' } } } },
  { id: 'secrets.missing', config: { channels: { telegram: { botToken: '${secret:nowhere}' } } } },
  { id: 'config.unknown_key', config: { tools: { exce: { security: 'deny' } } } },
  { id: 'logging.redaction_off', config: { logging: { redactSensitive: 'off' } } },
  { id: 'diagnostics.cache_trace', config: { diagnostics: { cacheTrace: { enabled: true } } } },
  { id: 'plugins.no_allowlist', config: { plugins: { entries: { some: { enabled: true } } } } },
  { id: 'files.open', prepare: (stateDir) => writeFileSync(join(stateDir, 'secrets.key'), 'x', { mode: 0o644 }) },
  { id: 'files.open', prepare: (stateDir) => chmodSync(stateDir, 0o755) },
  {
    id: 'files.open',
    prepare: (stateDir) => {
      mkdirSync(join(stateDir, 'logs'), { mode: 0o755 });
      writeFileSync(join(stateDir, 'logs', 'gateway.log'), 'x', { mode: 0o640 });
      chmodSync(join(stateDir, 'logs'), 0o755);
    },
  },
];

describe('openclaw security audit', () => {
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'openclaw-audit-'))));
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** A state directory as after a first start. */
  function plant(
    { config, approvals, prepare, token = TOKEN }: Partial<Planted>,
    stateDir = join(home, 'state'),
  ): string[] {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const content = { gateway: local(), ...config };
    writeFileSync(join(stateDir, 'openclaw.json'), JSON.stringify(content), { mode: 0o600 });
    if (approvals !== undefined) writeFileSync(join(stateDir, 'exec-approvals.json'), approvals, { mode: 0o600 });
    prepare?.(stateDir);
    const env = new Environment({
      HOME: home,
      OPENCLAW_STATE_DIR: stateDir,
      GW_TOKEN: token,
      BOT: 'a-bot-token-that-is-long-enough-as-well',
      HOOK: 'short-hook',
    });
    return audit(readAuditFacts(env)).map(({ id }) => id);
  }

  it('finds nothing where nothing is wrong', () => {
    expect(plant({})).toEqual([]);
    expect(plant({ config: telegram({ dmPolicy: 'pairing', allowFrom: [5] }) })).toEqual([]);
    expect(
      plant({
        config: {
          models: { providers: { near: { baseUrl: 'http://10.0.0.5:8000/v1', models: [{ id: 'm', name: 'm' }] } } },
          mcp: { servers: { x: { command: 'npx', args: ['-y', 'some-server@1.2.3'] } } },
          gateway: local({ trustedProxies: ['127.0.0.1'], controlUi: { allowedOrigins: ['https://home.example'] } }),
        },
      }),
    ).toEqual([]);
  });

  it.each(PLANTED.map((planted, index) => [`${planted.id} (${index})`, planted] as const))('sees %s', (_, planted) => {
    expect(plant(planted)).toContain(planted.id);
  });

  it('knows at least 25 kinds, each of which is planted here', () => {
    expect(new Set(PLANTED.map(({ id }) => id)).size).toBeGreaterThanOrEqual(25);
    const folder = join(__dirname, '..', '..', 'src', 'security');
    const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const known = sources.flatMap((text) => [...text.matchAll(/\bid: '([a-z_.]+)'/g)].map(([, id = '']) => id));
    const here = readFileSync(__filename, 'utf8');
    expect(known.length).toBeGreaterThanOrEqual(45);
    expect(known.filter((id) => !here.includes(`'${id}'`))).toEqual([]);
  });

  it('sees folders that others copy, own or lead elsewhere', () => {
    expect(plant({}, join(home, 'Dropbox', 'state'))).toContain('files.synced');
    mkdirSync(join(home, 'real'), { mode: 0o700 });
    symlinkSync(join(home, 'real'), join(home, 'link'));
    expect(plant({}, join(home, 'link'))).toContain('files.state_link');
    const someoneElse = jest.spyOn(process, 'getuid').mockReturnValue(statSync(home).uid + 1);
    try {
      expect(plant({}, join(home, 'theirs'))).toContain('files.owner');
    } finally {
      someoneElse.mockRestore();
    }
    const stateDir = join(home, 'damaged');
    mkdirSync(stateDir, { mode: 0o700 });
    writeFileSync(join(stateDir, 'secrets.json'), '{ "version": 1', { mode: 0o600 });
    expect(plant({}, stateDir)).toContain('secrets.unreadable');
    if (process.getuid?.() !== 0) return;
    chownSync(join(stateDir, 'secrets.json'), 65534, 65534);
    expect(plant({}, stateDir)).toContain('files.foreign');
  });

  it('knocks at the gateway, and tries the sandbox, where it is asked to', async () => {
    const open = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    open.on('connection', (socket) => {
      socket.send(JSON.stringify({ type: 'event', event: 'connect.challenge', payload: { nonce: 'n' } }));
      // Whoever knocks is let in.
      socket.on('message', (data: Buffer) => {
        const { id } = JSON.parse(data.toString('utf8')) as { id: string };
        socket.send(JSON.stringify({ type: 'res', id, ok: true, payload: {} }));
      });
    });
    try {
      await once(open, 'listening');
      plant({});
      const env = {
        HOME: home,
        // No program is found there.
        PATH: home,
        GW_TOKEN: TOKEN,
        OPENCLAW_STATE_DIR: join(home, 'state'),
        OPENCLAW_GATEWAY_PORT: String((open.address() as AddressInfo).port),
      };
      const { stdout, code } = await runCli(['security', 'audit', '--deep', '--json'], { env });
      const { findings } = JSON.parse(stdout) as { findings: { id: string; severity: string; fix: string }[] };
      expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
        ['sandbox.unusable', 'warn'],
        ['gateway.open_door', 'critical'],
      ]);
      for (const { fix } of findings) expect(fix).not.toBe('');
      expect(code).toBe(1);
    } finally {
      open.close();
    }
  });

  it('sees what git runs in a workspace, and what was put aside', async () => {
    const git = join(home, 'state', 'workspace', 'project', '.git');
    const found = async (): Promise<string[]> => {
      plant({});
      const env = new Environment({ HOME: home, OPENCLAW_STATE_DIR: join(home, 'state') });
      return (await workspaceFindings(readAuditFacts(env))).map(({ id }) => id);
    };
    mkdirSync(git, { recursive: true });
    writeFileSync(join(git, 'config'), '[user]\nname = Ann\n');
    expect(await found()).toEqual([]);
    writeFileSync(join(git, 'config'), '[core]\nsshCommand = x\n');
    expect(await found()).toEqual(['workspace.git_programs']);
    mkdirSync(join(home, 'state', 'put-aside', 'once'), { recursive: true });
    expect(await found()).toEqual(['workspace.git_programs', 'workspace.put_aside']);
  });

  it('is graver where other machines reach the gateway', () => {
    const severityOf = (bind: string): string | undefined => {
      const stateDir = join(home, bind);
      plant({ config: { gateway: local({ bind }) }, token: 'short' }, stateDir);
      const env = new Environment({ HOME: home, OPENCLAW_STATE_DIR: stateDir, GW_TOKEN: 'short' });
      return audit(readAuditFacts(env)).find(({ id }) => id === 'gateway.short_secret')?.severity;
    };
    expect([severityOf('loopback'), severityOf('lan')]).toEqual(['warn', 'critical']);
  });

  it('is graver where a proxy that tells nothing lets everybody in, and no fault where it is told of', () => {
    const severityOf = (name: string, gateway: object): string | undefined => {
      const stateDir = join(home, name);
      plant({ config: { gateway: local(gateway) } }, stateDir);
      const env = new Environment({ HOME: home, OPENCLAW_STATE_DIR: stateDir, GW_TOKEN: TOKEN });
      return audit(readAuditFacts(env)).find(({ id }) => id === 'gateway.silent_proxy')?.severity;
    };
    const controlUi = { allowedOrigins: ['http://localhost:5173', 'https://nest.example'] };
    expect(severityOf('p1', { controlUi, auth: { mode: 'none' } })).toBe('critical');
    expect(severityOf('p2', { controlUi, trustedProxies: ['10.0.0.0/8'] })).toBe('warn');
    expect(severityOf('p3', { controlUi, trustedProxies: ['127.0.0.0/8'] })).toBeUndefined();
    expect(severityOf('p5', { controlUi, trustedProxies: ['::1'], auth: { mode: 'none' } })).toBe('critical');
    expect(severityOf('p6', { controlUi, trustedProxies: ['10.0.0.7'], bind: 'lan' })).toBeUndefined();
    expect(severityOf('p4', { controlUi: { allowedOrigins: ['http://localhost:5173'] } })).toBeUndefined();
  });

  it('finds nothing on a fresh install, tightens what was opened, and says so by its exit code', async () => {
    const stateDir = join(home, 'fresh');
    const env = { HOME: home, OPENCLAW_STATE_DIR: stateDir, OPENCLAW_UI_PORT: '0' };
    // Also before the first start, which makes a token.
    const before = await runCli(['security', 'audit', '--json'], { env });
    expect([before.code, JSON.parse(before.stdout)]).toMatchObject([0, { ok: true, findings: [] }]);
    const gateway = await GatewayProcess.start({
      stateDir,
      config: undefined,
      port: await freePort(),
      env: { HOME: home },
    });
    try {
      const target = { ...env, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
      const asked = await runCli(['agent', '--message', 'remember that tea is at five'], { env: target });
      expect(asked.code).toBe(0);
      const first = await runCli(['security', 'audit', '--deep', '--json'], { env: target });
      const found = (JSON.parse(first.stdout) as { findings: { id: string }[] }).findings;
      expect(found.filter(({ id }) => id !== 'sandbox.unusable')).toEqual([]);
      chmodSync(stateDir, 0o777);
      const second = await runCli(['security', 'audit'], { env: target });
      expect(second).toMatchObject({ code: 1, stdout: expect.stringContaining('critical  files.open') as string });
      const third = await runCli(['security', 'audit', '--fix', '--json'], { env: target });
      expect(third.code).toBe(0);
      expect(JSON.parse(third.stdout)).toMatchObject({ ok: true, findings: [], fixed: [{ id: 'files.open' }] });
      expect(statSync(stateDir).mode & 0o777).toBe(0o700);
    } finally {
      await gateway.stop();
    }
  });
});
