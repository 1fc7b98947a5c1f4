import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { CliWorker } from '../harness/cli-worker';
import { FakeNode } from '../harness/fake-node';
import { GatewayProcess } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const text = expect.any(String) as string;
const number = expect.any(Number) as number;
const list = expect.any(Array) as unknown[];
const object = expect.any(Object) as object;
const some = (shape: object): unknown => expect.arrayContaining([expect.objectContaining(shape)]) as unknown;

const NEEDS = { bins: [], anyBins: [], env: [], config: [], os: [] };

/** What programs made for OpenClaw read of each command with `--json`. */
const SHAPES: readonly [line: string, shape: object][] = [
  [
    'agents list',
    [
      {
        id: 'main',
        workspace: text,
        agentDir: expect.stringContaining(join('agents', 'main', 'agent')) as string,
        model: 'fake/fake-1',
        bindings: 1,
        isDefault: true,
        identityName: 'Ada',
        identitySource: 'config',
      },
      { id: 'helper', bindings: 0, isDefault: false },
    ],
  ],
  [
    'models list --provider fake',
    {
      count: 2,
      models: [
        {
          key: 'fake/fake-1',
          name: text,
          input: 'text',
          contextWindow: number,
          local: true,
          available: true,
          tags: ['default', 'configured', 'alias:quick'],
        },
        { key: 'fake/fake-2', tags: ['fallback#1', 'configured'] },
      ],
    },
  ],
  ['models aliases list', { aliases: { quick: 'fake/fake-1' } }],
  ['models fallbacks list', { fallbacks: ['fake/fake-2'] }],
  ['models image-fallbacks list', { fallbacks: [] }],
  [
    'models status',
    {
      configPath: text,
      agentDir: text,
      defaultModel: 'quick',
      resolvedDefault: 'fake/fake-1',
      fallbacks: ['fake/fake-2'],
      imageModel: null,
      imageFallbacks: [],
      aliases: { quick: 'fake/fake-1' },
      allowed: ['fake/fake-1'],
      auth: {
        storePath: text,
        providersWithOAuth: [],
        missingProvidersInUse: [],
        providers: some({ provider: 'fake', effective: { kind: 'models.json', detail: text } }),
        unusableProfiles: [],
        oauth: { warnAfterMs: number, profiles: [], providers: [] },
      },
    },
  ],
  [
    'models auth list --provider fake',
    { agentId: 'main', agentDir: text, authStatePath: text, provider: 'fake', profiles: [] },
  ],
  ['models auth order get --provider fake', { agentId: 'main', provider: 'fake', authStatePath: text, order: null }],
  [
    'plugins list',
    {
      workspaceDir: text,
      plugins: [
        {
          id: 'counter',
          name: 'Counter',
          version: '1.2.0',
          rootDir: expect.stringContaining('counter') as string,
          source: expect.stringContaining('index.js') as string,
          origin: 'global',
          enabled: false,
          status: 'disabled',
          toolNames: ['count'],
          configSchema: true,
        },
        { id: 'gone', enabled: true, status: 'error', error: text },
      ],
      diagnostics: [{ level: 'error', pluginId: 'gone', message: text }],
    },
  ],
  ['plugins doctor', { ok: false, pluginErrors: [{ id: 'gone', error: text }], diagnostics: list }],
  [
    'hooks list',
    {
      workspaceDir: text,
      managedHooksDir: text,
      hooks: some({
        name: 'session-memory',
        source: 'openclaw-bundled',
        eligible: true,
        disabled: false,
        enabledByConfig: true,
        requirementsSatisfied: true,
        loadable: true,
        events: ['command:new'],
        unknownEvents: [],
        missing: NEEDS,
        managedByPlugin: false,
      }),
    },
  ],
  [
    'hooks info needy',
    {
      name: 'needy',
      hookKey: 'needy',
      baseDir: text,
      filePath: expect.stringContaining('HOOK.md') as string,
      handlerPath: expect.stringContaining('handler.js') as string,
      eligible: false,
      disabled: true,
      requirementsSatisfied: false,
      requirements: { ...NEEDS, env: ['NEEDY_KEY'] },
      missing: { ...NEEDS, env: ['NEEDY_KEY'] },
    },
  ],
  [
    'hooks check',
    {
      total: number,
      eligible: 1,
      notEligible: number,
      hooks: { eligible: ['session-memory'], notEligible: some({ name: 'needy' }) },
    },
  ],
  [
    'skills check',
    {
      agentId: 'main',
      workspaceDir: text,
      managedSkillsDir: text,
      summary: {
        total: number,
        eligible: number,
        modelVisible: number,
        commandVisible: number,
        disabled: 1,
        blocked: 0,
        agentFiltered: 0,
        notInjected: number,
        missingRequirements: number,
      },
      eligible: list,
      modelVisible: list,
      commandVisible: list,
      disabled: ['weather'],
      missingRequirements: list,
    },
  ],
  [
    'memory status',
    ['main', 'helper'].map((agentId) => ({
      agentId,
      status: {
        backend: 'builtin',
        files: 0,
        chunks: 0,
        dbPath: text,
        workspaceDir: text,
        provider: 'none',
        sources: ['memory'],
        fts: { enabled: true, available: true },
        vector: { enabled: false, index: { state: 'empty' } },
        custom: { searchMode: 'fts-only' },
      },
    })),
  ],
  [
    'security audit',
    {
      ts: number,
      summary: { critical: number, warn: number, info: number },
      findings: some({ checkId: text, severity: text, title: text, detail: text, remediation: text }),
      secretDiagnostics: [],
    },
  ],
  [
    'secrets audit',
    {
      version: 1,
      status: 'findings',
      resolution: { refsChecked: 0, resolvabilityComplete: true },
      filesScanned: [text],
      summary: { plaintextCount: number, unresolvedRefCount: 0, storeResidueCount: 0 },
      findings: some({ code: 'PLAINTEXT_FOUND', file: text, jsonPath: 'gateway.auth.token' }),
    },
  ],
  [
    'doctor',
    {
      schemaVersion: 1,
      checksRun: number,
      checksSkipped: number,
      findings: some({ checkId: text, severity: 'error', message: text }),
    },
  ],
  [
    'status --all',
    {
      os: { platform: process.platform, arch: process.arch, release: text, label: text },
      update: { root: text, installKind: text },
      updateChannel: 'dev',
      updateChannelSource: 'default',
      gateway: {
        mode: 'local',
        url: text,
        urlSource: 'local loopback',
        misconfigured: false,
        reachable: true,
        connectLatencyMs: number,
        self: { mode: 'gateway' },
        error: null,
      },
      gatewayService: { installed: false, loaded: false, loadState: { status: 'not-loaded' }, runtime: object },
      agents: {
        defaultId: 'main',
        agents: [
          { id: 'main', workspaceDir: text, sessionsCount: 1, lastUpdatedAt: number, lastActiveAgeMs: number },
          { id: 'helper', sessionsCount: 0, lastUpdatedAt: null, lastActiveAgeMs: null },
        ],
        totalSessions: 1,
      },
      secretDiagnostics: [],
      securityAudit: { summary: object, findings: list },
      usage: { updatedAt: number, providers: [] },
    },
  ],
  ['status --deep', { health: { channels: { telegram: { accounts: object } } }, lastHeartbeat: null }],
  [
    'health',
    {
      channels: {
        telegram: {
          enabled: true,
          connected: true,
          lastConnectedAt: number,
          lastError: null,
          lastStopAt: null,
          restartPending: false,
          lifecycle: 'ready',
          tokenStatus: 'available',
          accounts: { default: { lastError: null, lifecycle: 'ready' } },
        },
      },
    },
  ],
  [
    'gateway status',
    {
      cli: { version: text, entrypoint: expect.anything() as unknown },
      logFile: text,
      service: { loaded: false, loadState: { status: 'not-loaded' }, runtime: { status: 'unknown', detail: text } },
      config: {
        cli: { path: text, exists: true, valid: true },
        daemon: { path: text, exists: true, valid: true },
      },
      gateway: { bindMode: 'loopback', port: number, portSource: 'env/config', probeUrl: text, version: text },
      port: { port: number, status: 'busy', listeners: [{ pid: number }] },
      rpc: { ok: true, kind: 'connect', auth: { role: 'operator', scopes: list }, server: { connId: text }, url: text },
    },
  ],
  [
    'gateway probe --no-discover',
    {
      ok: true,
      degraded: false,
      ts: number,
      durationMs: number,
      timeoutMs: 3000,
      primaryTargetId: 'localLoopback',
      warnings: [],
      network: { localLoopbackUrl: text },
      targets: [
        {
          id: 'localLoopback',
          kind: 'localLoopback',
          url: text,
          active: true,
          connect: { ok: true, latencyMs: number, error: null },
          auth: { role: 'operator', scopes: list },
          self: { mode: 'gateway' },
          presence: list,
        },
      ],
    },
  ],
  ['sandbox list', { containers: [{ containerName: 'left-behind', sessionKey: null, lastUsedAtMs: number }] }],
  [
    'sandbox explain',
    {
      agentId: 'main',
      mainSessionKey: 'agent:main:main',
      sandbox: {
        mode: 'off',
        scope: 'agent',
        backend: 'bubblewrap',
        workspaceAccess: 'none',
        effectiveHostWorkspaceRoot: text,
        sessionIsSandboxed: false,
        tools: {
          allow: list,
          deny: ['browser'],
          sources: { allow: { source: 'default' }, deny: { source: 'global', key: 'tools.sandbox.tools.deny' } },
        },
      },
      elevated: { enabled: true, allowFrom: {} },
    },
  ],
  [
    'channels list',
    {
      chat: { telegram: { accounts: ['default'], label: 'Telegram', installed: true, origin: 'configured' } },
      channelAccounts: { telegram: [{ accountId: 'default' }] },
    },
  ],
  [
    'channels status',
    {
      channels: { telegram: { configured: true, lastError: null, lastStopAt: null, tokenSource: 'config' } },
      channelAccounts: { telegram: [{ connected: true, lifecycle: 'ready', restartPending: false }] },
    },
  ],
  [
    'channels capabilities telegram',
    {
      channels: [
        {
          channel: 'telegram',
          accountId: 'default',
          configured: true,
          enabled: true,
          support: { chatTypes: ['direct', 'group'], edit: true, media: true },
          actions: list,
        },
      ],
    },
  ],
  [
    'channels logs --channel telegram',
    {
      file: text,
      channel: 'telegram',
      truncated: false,
      lines: some({ time: text, level: text, subsystem: 'channels/telegram', message: text, raw: text }),
    },
  ],
  [
    'directory self --channel telegram',
    { channel: 'telegram', accountId: 'default', status: 'available', kind: 'user', id: text, name: 'nest_test_bot' },
  ],
  ['directory peers list --channel telegram', [{ kind: 'user', id: '77' }]],
  ['directory groups list --channel telegram', []],
  ['pairing list telegram', { channel: 'telegram', requests: [] }],
  ['approvals pending', { approvals: [] }],
  [
    'dashboard --no-open',
    {
      ok: true,
      url: expect.stringContaining('#token=') as string,
      httpUrl: text,
      wsUrl: text,
      port: number,
      tokenIncluded: true,
    },
  ],
  [
    'message send --channel telegram --target 77 --message hello',
    {
      action: 'send',
      channel: 'telegram',
      dryRun: false,
      messageId: text,
      payload: { channel: 'telegram', messageId: text },
    },
  ],
  [
    'message send --channel telegram --target 77 --message hello --dry-run',
    { action: 'send', channel: 'telegram', dryRun: true, payload: { channel: 'telegram', to: '77' } },
  ],
  ['agents bindings', [{ agentId: 'main', match: { channel: 'telegram' }, description: 'telegram' }]],
  ['agents bind --agent helper --bind slack', { agentId: 'helper', added: ['slack'], skipped: [] }],
  ['agents unbind --agent helper --bind slack --bind discord', { removed: ['slack'], missing: ['discord'] }],
  ['agents delete nobody', { ok: false, error: { code: text, message: text } }],
  [
    'cron list',
    { jobs: [{ name: 'tea', enabled: true, status: 'idle', state: object }], total: 1, deliveryPreviews: object },
  ],
  ['cron list --all', { jobs: some({ name: 'off', status: 'disabled' }) }],
  ['cron status', { enabled: true, jobs: number, nextWakeAtMs: number }],
  [
    'sessions list --active 60',
    { activeMinutes: 60, count: 1, sessions: [{ key: 'agent:main:main', ageMs: number, sessionId: text }] },
  ],
  [
    'nodes status',
    {
      nodes: [
        {
          displayName: 'shed',
          clientId: 'node-host',
          clientMode: 'node',
          connected: true,
          approvedAtMs: number,
          lastConnectedAtMs: number,
          lastSeenAtMs: number,
          lastSeenReason: 'connect',
          gatewayLocal: true,
        },
      ],
    },
  ],
  [
    'nodes list',
    {
      pending: [],
      paired: [
        { displayName: 'shed', paired: true, connected: true, approvalState: 'approved', clientId: 'node-host' },
      ],
    },
  ],
  ['nodes describe --node shed', { ts: number, displayName: 'shed', connected: true, clientMode: 'node' }],
  [
    'devices list',
    {
      pending: [],
      paired: some({
        displayName: 'shed',
        connected: true,
        lastSeenAtMs: number,
        lastSeenReason: 'connect',
        nodeSurface: expect.objectContaining({ displayName: 'shed', commands: ['system.which'] }) as object,
      }),
    },
  ],
];

describe('what programs read', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let owner: WireClient;
  let node: FakeNode;
  let cli: CliWorker;
  const read = async (line: string): Promise<unknown> =>
    JSON.parse((await cli.run(...line.split(' '), '--json')).stdout) as unknown;

  beforeAll(async () => {
    models = await FakeModels.start();
    models.answer = () => ({ steps: [{ text: 'said and done' }] });
    telegram = await FakeTelegram.start();
    const provider = models.provider('openai-completions');
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: { ...provider, models: [modelOf('fake-1'), modelOf('fake-2')] } } },
        agents: {
          defaults: {
            model: { primary: 'quick', fallbacks: ['fake/fake-2'] },
            models: { 'fake/fake-1': { alias: 'quick' } },
          },
          list: [{ id: 'main', default: true, identity: { name: 'Ada' } }, { id: 'helper' }],
        },
        bindings: [{ agentId: 'main', match: { channel: 'telegram' } }],
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [77] },
        },
        hooks: { internal: { enabled: true, entries: { 'session-memory': { enabled: true } } } },
        skills: { entries: { weather: { enabled: false } } },
        plugins: { entries: { gone: { enabled: true } } },
        tools: { sandbox: { tools: { deny: ['browser'] } } },
      },
    });
    const { stateDir, url, port } = gateway;
    mkdirSync(join(stateDir, 'cache', 'sandbox', 'left-behind', 'tmp'), { recursive: true });
    writePlugin(join(stateDir, 'plugins', 'counter'));
    writeHook(join(stateDir, 'hooks', 'needy'));
    cli = CliWorker.start({ OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port), HOME: stateDir });
    owner = await WireClient.connected(url);
    const facts = { platform: 'linux', displayName: 'shed', commands: ['system.which'] };
    node = await FakeNode.connect(url, owner, facts, () => ({}));
    await cli.run('agent', '--message', 'hello', '--json');
    await cli.run('cron', 'add', '--name', 'tea', '--every', '1h', '--message', 'make tea');
    await cli.run('cron', 'add', '--name', 'off', '--every', '1h', '--message', 'never');
    await cli.run('cron', 'disable', 'off');
  });
  afterAll(async () => {
    await cli.stop();
    node.close();
    owner.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  it.each(SHAPES)('%s', async (line, shape) => {
    expect(await read(line)).toMatchObject(shape);
  });
});

const modelOf = (id: string): object => ({ id, name: id, contextWindow: 100_000, maxTokens: 4096, input: ['text'] });

function writePlugin(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const manifest = {
    id: 'counter',
    name: 'Counter',
    version: '1.2.0',
    main: 'index.js',
    tools: [{ name: 'count', description: 'counts' }],
    configSchema: { type: 'object' },
  };
  writeFileSync(join(folder, 'openclaw.plugin.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'index.js'), '');
}

function writeHook(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const metadata = { openclaw: { events: ['command:new'], requires: { env: ['NEEDY_KEY'] } } };
  writeFileSync(
    join(folder, 'HOOK.md'),
    `---\nname: needy\ndescription: needs a key\nmetadata: ${JSON.stringify(metadata)}\n---\n`,
  );
  writeFileSync(join(folder, 'handler.js'), '');
}
