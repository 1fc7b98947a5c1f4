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
});
