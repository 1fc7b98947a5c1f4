import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FakeTelegram } from '../fakes/telegram-server';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

type Row = Record<string, unknown>;
const number = expect.any(Number) as number;

/** What released OpenClaw answers beside what was asked for, and its clients read. */
describe('an answer to a client of protocol 4', () => {
  let telegram: FakeTelegram;
  let bench: ToolBench;
  let client: WireClient;
  let old: WireClient;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: {
        channels: { telegram: { botToken: 'not-a-token', apiRoot: telegram.apiRoot } },
        agents: {
          defaults: { thinkingDefault: 'high' },
          list: [
            { id: 'main', default: true },
            { id: 'deep', model: 'other/thinker' },
          ],
        },
        models: {
          providers: {
            other: {
              baseUrl: 'http://127.0.0.1:9/v1',
              apiKey: 'sk-other',
              api: 'openai-completions',
              models: [{ id: 'thinker', reasoning: true }],
            },
          },
        },
      },
    });
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
    old = await WireClient.connected(bench.gateway.url, { minProtocol: 3, maxProtocol: 3 });
  });
  afterAll(async () => {
    client.close();
    old.close();
    await bench.stop();
    await telegram.stop();
  });
  const done = <T = Row>(method: string, params: unknown = {}, by = client): Promise<T> => by.done<T>(method, params);

  const LOOP = {
    degraded: expect.any(Boolean) as boolean,
    reasons: expect.any(Array) as unknown[],
    intervalMs: number,
    delayP99Ms: number,
    delayMaxMs: number,
    utilization: number,
    cpuCoreRatio: number,
    cpuBreakdown: { hostUtilization: number, hostCpuCount: number },
  };

  it('about the state of the gateway says how busy it is, and what of it does not work', async () => {
    const health = await done('health', { probe: true });
    expect(health).toMatchObject({
      eventLoop: LOOP,
      plugins: { loaded: [], errors: [] },
      configReload: { hotReloadStatus: 'active' },
      modelRuntime: { degraded: false, pendingAgents: [] },
    });
    const status = await done('status');
    expect(status).toMatchObject({
      runtimeVersion: expect.any(String) as string,
      eventLoop: LOOP,
      processMemory: { rssBytes: number, heapUsedBytes: number },
      modelRuntime: { degraded: false },
      degradedPlugins: [],
    });
    expect(status['pid']).toBe((await done('system.info'))['pid']);
    expect((await done('system.info'))['eventLoop']).toMatchObject(LOOP);
    for (const name of ['eventLoop', 'processMemory', 'tasks', 'pid'])
      expect(await done('status', {}, old)).not.toHaveProperty(name);
  });

  it('about work beside the conversations counts it', async () => {
    const before = (await done<{ tasks: { total: number } }>('status')).tasks.total;
    await done('agent', { message: 'count me', idempotencyKey: 'counted' });
    await done('agent.wait', { runId: 'counted', timeoutMs: 20_000 });
    const { tasks } = await done<{ tasks: Row }>('status');
    expect(tasks).toMatchObject({
      total: before + 1,
      active: 0,
      failures: 0,
      byStatus: { succeeded: before + 1, running: 0 },
      byRuntime: { cli: before + 1, cron: 0 },
    });
  });

  it('about channels names what keeps an account from working', async () => {
    const { statusIssues, eventLoop, channelAccounts } = await done<{
      statusIssues: Row[];
      eventLoop: unknown;
      channelAccounts: Record<string, Row[]>;
    }>('channels.status');
    const [account] = channelAccounts['telegram'] ?? [];
    expect(eventLoop).toMatchObject(LOOP);
    expect(statusIssues).toEqual([
      { channel: 'telegram', accountId: 'default', kind: 'runtime', message: account?.['lastError'] },
    ]);
    expect(await done('channels.status', {}, old)).not.toHaveProperty('statusIssues');
  });

  it('about the configuration tells the file from what is in effect, and from what is included', async () => {
    const included = join(bench.gateway.stateDir, 'bindings.json');
    const file = join(bench.gateway.stateDir, 'openclaw.json');
    const before = await done<{ raw: string; hash: string; parsed: Row }>('config.get');
    expect(before).toMatchObject({
      includedPaths: [],
      agentRosterIncludeOwned: false,
      bindingsIncludeOwned: false,
      configRevisionHash: before.hash,
      appliedConfigHash: before.hash,
      sourceConfig: { agents: { defaults: { thinkingDefault: 'high' } } },
    });
    expect(JSON.stringify(before)).not.toContain('sk-other');
    expect(await done('config.get', {}, old)).not.toHaveProperty('sourceConfig');
    writeFileSync(included, JSON.stringify([{ agentId: 'deep', match: { channel: 'telegram' } }]));
    const kept = readFileSync(file, 'utf8');
    // What is not valid is not taken: what is in effect stays what it was.
    writeFileSync(
      file,
      JSON.stringify({ ...(JSON.parse(kept) as Row), bindings: { $include: './bindings.json' }, cron: { enabled: 7 } }),
    );
    try {
      const now = await done<Row>('config.get');
      expect(now).toMatchObject({
        valid: false,
        agentRosterIncludeOwned: false,
        bindingsIncludeOwned: true,
        appliedConfigHash: before.hash,
        sourceConfig: { bindings: [{ agentId: 'deep' }], cron: { enabled: 7 } },
      });
      expect(now['configRevisionHash']).not.toBe(before.hash);
      expect(now['runtimeConfig']).not.toHaveProperty('cron.enabled', 7);
      expect(now['includedPaths']).toEqual([expect.stringContaining('bindings.json')]);
    } finally {
      writeFileSync(file, kept);
      rmSync(included);
    }
  });

  it('about sessions says how much a model can think that is not the one of the list', async () => {
    for (const agentId of ['main', 'deep']) await done('sessions.create', { key: `agent:${agentId}:levels` });
    const { sessions, defaults } = await done<{ sessions: (Row & { key: string })[]; defaults: Row }>('sessions.list');
    const row = (key: string): Row | undefined => sessions.find((each) => each.key === key);
    expect(defaults['thinkingOptions']).toEqual(['off']);
    expect(row('agent:deep:levels')).toMatchObject({ model: 'thinker', thinkingDefault: 'high' });
    expect(row('agent:main:levels')).not.toHaveProperty('thinkingOptions');
  });

  it('of protocol 3 about a job that is not there has the code of that revision', async () => {
    expect((await client.call('cron.run', { id: 'none' })).error).toMatchObject({ code: 'INVALID_REQUEST' });
    expect((await old.call('cron.run', { id: 'none' })).error).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'cron job not found: none',
    });
  });

  it('about a conversation that is forked goes as far as was asked', async () => {
    const say = async (key: string, message: string, runId: string): Promise<void> => {
      await done('chat.send', { sessionKey: key, message, idempotencyKey: runId });
      await done('agent.wait', { runId, timeoutMs: 20_000 });
    };
    const texts = async (key: string): Promise<unknown[]> =>
      (await done<{ messages: Row[] }>('sessions.get', { key })).messages.map(({ role }) => role);
    const parentSessionKey = 'agent:main:parent';
    await say(parentSessionKey, 'first', 'fork-1');
    bench.models.answer = () => ({ status: 400, steps: [], body: { error: { message: 'no' } } });
    await say(parentSessionKey, 'second', 'fork-2');
    bench.models.answer = () => ({ steps: [{ text: 'done' }] });
    const whole = await texts(parentSessionKey);
    expect(whole.length).toBeGreaterThan(2);
    const make = (key: string, params: Row): Promise<Row> =>
      done('sessions.create', { key, parentSessionKey, fork: true, ...params });
    const { entry } = await make('agent:main:all', {});
    expect(entry).toMatchObject({ parentSessionKey, spawnDepth: 0 });
    await make('agent:main:last', { forkFrom: 'last-completed' });
    expect(await texts('agent:main:all')).toEqual(whole);
    expect(await texts('agent:main:last')).toEqual(['user', 'assistant']);
    const { error } = await client.call('sessions.create', { forkFrom: 'last-completed' });
    expect(error?.message).toContain('set fork to true');
  });

  it('about a conversation names its newest message, and the conversation that a reset begins', async () => {
    const key = 'agent:main:leaf';
    const info = async (params: Row = {}): Promise<Row> =>
      (await done<{ sessionInfo: Row }>('chat.history', { sessionKey: key, ...params })).sessionInfo;
    const made = await done<{ entry: Row }>('sessions.create', { key });
    expect((await info())['activeLeafEntryId']).toBeNull();
    await done('chat.send', { sessionKey: key, message: 'leaf', idempotencyKey: 'leaf-1' });
    await done('agent.wait', { runId: 'leaf-1', timeoutMs: 20_000 });
    const { messages } = await done<{ messages: { __openclaw: Row }[] }>('chat.history', { sessionKey: key });
    expect((await info())['activeLeafEntryId']).toBe(messages.at(-1)?.__openclaw['id']);
    expect(await info({ offset: 1 })).not.toHaveProperty('activeLeafEntryId');
    const reset = await done<{ entry: Row }>('sessions.reset', { key });
    expect(reset.entry).toMatchObject({ spawnDepth: 0, sessionStartedAt: reset.entry['createdAt'] });
    expect(reset.entry['lifecycleRevision']).not.toBe(made.entry['lifecycleRevision']);
    expect((await done<{ entry: Row }>('sessions.reset', { key }, old)).entry).not.toHaveProperty('lifecycleRevision');
  });

  it('about recent sessions says which model they have, and why', async () => {
    const key = 'agent:main:chosen';
    await done('sessions.create', { key, model: 'other/thinker' });
    const { sessions, heartbeat } = await done<{ sessions: { recent: Row[] }; heartbeat: { agents: Row[] } }>('status');
    const row = (of: string): Row | undefined => sessions.recent.find((each) => each['key'] === of);
    expect(row(key)).toMatchObject({
      configuredModel: 'fake/fake-1',
      selectedModel: 'other/thinker',
      modelSelectionReason: 'session override',
      totalTokensFresh: false,
    });
    expect(row('agent:main:leaf')).toMatchObject({ selectedModel: 'fake/fake-1', modelSelectionReason: null });
    // Nobody has written in a chat.
    expect(heartbeat.agents).toEqual([
      expect.objectContaining({ agentId: 'main', enabled: true, waitingForRoute: true }),
      expect.objectContaining({ agentId: 'deep', enabled: false, waitingForRoute: false }),
    ]);
    expect(JSON.stringify(await done('status', {}, old))).not.toMatch(/selectedModel|waitingForRoute/);
  });

  it('about one key of the configuration has a name for it, and says what a change takes', async () => {
    expect(await done('config.schema.lookup', { path: 'gateway.port' })).toMatchObject({
      reloadKind: 'restart',
      schema: { title: 'Port' },
      hint: { label: 'Port' },
    });
    expect(await done('config.schema.lookup', { path: 'agents.defaults.thinkingDefault' })).toMatchObject({
      reloadKind: 'none',
      schema: { title: 'Thinking default' },
    });
  });
});
