import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitWindows } from '../../src/usage/provider-limits.service';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

const PRICE = { input: 2, output: 10, cacheRead: 0.5, cacheWrite: 0 };

interface Bench {
  models: FakeModels;
  gateway: GatewayProcess;
  client: WireClient;
  say(sessionKey: string, message: string): Promise<string>;
  stop(): Promise<void>;
}

let runs = 0;

async function start(config: Record<string, unknown>, model: Record<string, unknown> = {}): Promise<Bench> {
  const models = await FakeModels.start();
  const gateway = await GatewayProcess.start({
    config: {
      models: { providers: { fake: models.provider('openai-completions', 'fake-1', { cost: PRICE, ...model }) } },
      agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      ...config,
    },
  });
  const client = await WireClient.connected(gateway.url);
  return {
    models,
    gateway,
    client,
    say: async (sessionKey, message) => {
      const runId = `usage-${++runs}`;
      await client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
      const ended = await client.call('agent.wait', { runId, timeoutMs: 60_000 });
      return JSON.stringify(ended.payload);
    },
    stop: async () => {
      client.close();
      await gateway.stop();
      await models.stop();
    },
  };
}

/** One message of a person, two calls of one model, a tool between them: in the shape that clients of OpenClaw read. */
function expectReport(report: Record<string, unknown>, date: string, totals: Record<string, number>): void {
  const messages = { total: 3, user: 1, assistant: 2, toolCalls: 1, toolResults: 1, errors: 0 };
  const wait = expect.any(Number) as number;
  const latency = { count: 1, avgMs: wait, p95Ms: wait, minMs: wait, maxMs: wait };
  const model = { provider: 'fake', model: 'fake-1', count: 2, totals };
  const modelDay = { date, provider: 'fake', model: 'fake-1', tokens: 2100, cost: 0.0038, count: 2 };
  const tools = { totalCalls: 1, uniqueTools: 1, tools: [{ name: 'ls', count: 1 }] };
  const used = { date, tokens: 2100, cost: 0.0038, ...totals };
  const sessionId = expect.any(String) as string;
  expect(report).toEqual({
    updatedAt: expect.any(Number),
    startDate: date,
    endDate: date,
    groupBy: 'session',
    creatorOptions: [],
    cacheStatus: { status: 'fresh', cachedFiles: 0, pendingFiles: 0, staleFiles: 0, refreshedAt: expect.any(Number) },
    rows: [{ key: 'agent:main:main', calls: 2, ...totals }],
    totals,
    sessions: [
      {
        key: 'agent:main:main',
        sessionId,
        updatedAt: expect.any(Number),
        agentId: 'main',
        channel: 'webchat',
        chatType: 'direct',
        origin: { provider: 'webchat', surface: 'webchat', chatType: 'direct' },
        modelProvider: 'fake',
        model: 'fake-1',
        usage: {
          sessionId,
          firstActivity: expect.any(Number),
          lastActivity: expect.any(Number),
          durationMs: expect.any(Number),
          activityDates: [date],
          dailyBreakdown: [used],
          dailyMessageCounts: [{ date, ...messages }],
          dailyLatency: [{ date, ...latency }],
          dailyModelUsage: [modelDay],
          messageCounts: messages,
          toolUsage: tools,
          modelUsage: [model],
          latency,
          ...totals,
        },
      },
    ],
    aggregates: {
      sessionCount: 1,
      messages,
      tools,
      byModel: [model],
      byCreator: [],
      byProvider: [{ provider: 'fake', count: 2, totals }],
      byAgent: [{ agentId: 'main', totals }],
      byChannel: [{ channel: 'webchat', totals }],
      costDaily: [used],
      latency,
      dailyLatency: [{ date, ...latency }],
      modelDaily: [modelDay],
      daily: [{ date, tokens: 2100, cost: 0.0038, messages: 3, toolCalls: 1, errors: 0 }],
    },
  });
}

describe('usage', () => {
  it('counts each model call once, from the cache too, in tokens and money', async () => {
    const bench = await start({});
    try {
      bench.models.answer = ({ toolResults }): ModelAnswer => ({
        steps: toolResults === 0 ? [{ tool: { name: 'ls', args: {} } }] : [{ text: 'done' }],
        usage: { input: 1000, output: 50, cached: 400 },
      });
      await bench.say('main', 'look');
      const { payload } = await bench.client.call('usage.cost', { days: 7 });
      const { daily, totals } = payload as { daily: { date: string }[]; totals: Record<string, number> };
      expect(daily).toHaveLength(1);
      // Two calls: 600 new, 400 cached, 50 out each.
      expect(totals).toEqual({
        input: 1200,
        output: 100,
        cacheRead: 800,
        cacheWrite: 0,
        totalTokens: 2100,
        totalCost: 0.0038,
        inputCost: 0.0024,
        outputCost: 0.001,
        cacheReadCost: 0.0004,
        cacheWriteCost: 0,
        missingCostEntries: 0,
      });
      const today = daily[0]?.date ?? '';
      const ofToday = { startDate: today, endDate: today };
      expect((await bench.client.call('usage.cost', ofToday)).payload).toMatchObject({ days: 1, totals });
      expect((await bench.client.call('usage.cost', { endDate: '2020-02-01', days: 2 })).payload).toMatchObject({
        days: 2,
        daily: [],
      });
      expect((await bench.client.call('usage.cost', { agentId: 'other' })).payload).toMatchObject({ daily: [] });
      const impossible = await bench.client.call('usage.cost', { startDate: '2026-13-01' });
      expect(impossible.error?.message).toContain('at /startDate: must be a day as YYYY-MM-DD');
      const asked = { mode: 'specific', timeZone: 'Asia/Tokyo', utcOffset: 'UTC+9', includeContextWeight: false };
      const report = await bench.client.call('sessions.usage', {
        ...{ ...ofToday, ...asked, groupBy: 'instance', agentScope: 'all', limit: 1000 },
      });
      expectReport(report.payload ?? {}, today, totals);
      const before = await bench.client.call('sessions.usage', { key: 'main', endDate: '2020-02-01' });
      expect(before.payload).toMatchObject({
        startDate: '2020-01-03',
        endDate: '2020-02-01',
        sessions: [{ key: 'agent:main:main', usage: null }],
        aggregates: { sessionCount: 0, byModel: [], byChannel: [], daily: [] },
      });
      const session = await bench.client.call('sessions.usage', { key: 'main', groupBy: 'model' });
      expect(session.payload?.['rows']).toEqual([expect.objectContaining({ key: 'fake/fake-1', calls: 2 })]);
      const log = await bench.client.call('sessions.usage.logs', { key: 'main' });
      expect(log.payload?.['calls']).toHaveLength(2);
      const said = log.payload?.['logs'] as Record<string, unknown>[];
      const [question, call, result, answer] = said;
      expect(question).toEqual({ timestamp: expect.any(Number), role: 'user', content: 'look' });
      expect(call).toMatchObject({ role: 'assistant', content: '[Tool: ls]', tokens: 1050, cost: 0.0019 });
      expect(result?.['content']).toMatch(/^\[Tool Result\]\n/);
      expect(answer).toMatchObject({ role: 'assistant', content: 'done', tokens: 1050, cost: 0.0019 });
      const line = await bench.client.call('sessions.usage.timeseries', { key: 'main' });
      expect(line.payload).toMatchObject({
        sessionId: expect.any(String),
        points: [
          { date: today, input: 600, totalTokens: 1050, cost: 0.0019, cumulativeTokens: 1050, cumulativeCost: 0.0019 },
          { date: today, inputCost: 0.0012, cumulativeTokens: 2100, cumulativeCost: 0.0038 },
        ],
      });
      const [first, second] = (line.payload?.['points'] ?? []) as { timestamp: number }[];
      expect(second?.timestamp).toBeGreaterThanOrEqual(first?.timestamp ?? Infinity);
      const shown = await runCli(['usage', 'cost', '--json'], {
        env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
      });
      expect((JSON.parse(shown.stdout) as { totals: unknown }).totals).toEqual(totals);
    } finally {
      await bench.stop();
    }
  });

  it('says which calls have no known price', async () => {
    const bench = await start({}, { cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } });
    try {
      await bench.say('main', 'hello');
      const { payload } = await bench.client.call('usage.cost', {});
      expect(payload?.['totals']).toMatchObject({ totalCost: 0, missingCostEntries: 1 });
    } finally {
      await bench.stop();
    }
  });

  it('tells the limits of a provider as it told them last', async () => {
    const bench = await start({});
    try {
      bench.models.answer = () => ({
        steps: [{ text: 'hi' }],
        headers: {
          'x-ratelimit-limit-requests': '200',
          'x-ratelimit-remaining-requests': '50',
          'x-ratelimit-reset-requests': '1m30s',
        },
      });
      await bench.say('main', 'hello');
      const { payload } = await bench.client.call('usage.status', {});
      const [provider] = payload?.['providers'] as {
        provider: string;
        windows: { usedPercent: number; resetAt: number }[];
      }[];
      expect(provider).toMatchObject({ provider: 'fake', windows: [{ label: 'requests', usedPercent: 75 }] });
    } finally {
      await bench.stop();
    }
    const anthropic = {
      'anthropic-ratelimit-input-tokens-limit': '1000',
      'anthropic-ratelimit-input-tokens-remaining': '900',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:01:00Z',
    };
    expect(limitWindows(anthropic, 0)).toEqual([
      { label: 'input-tokens', usedPercent: 10, resetAt: Date.parse('2026-01-01T00:01:00Z') },
    ]);
    expect(limitWindows({ 'x-ratelimit-limit-tokens': '0' }, 0)).toEqual([]);
  });

  it('a call that a crash cut off is counted, the finished ones once', async () => {
    const models = await FakeModels.start();
    const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-usage-'));
    const options = {
      stateDir,
      config: {
        models: { providers: { fake: models.provider('openai-completions', 'fake-1', { cost: PRICE }) } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
      },
    };
    let stalls = true;
    models.answer = ({ toolResults }: ModelRequest): ModelAnswer => {
      if (toolResults === 0) return { steps: [{ tool: { name: 'ls', args: {} } }], usage: { input: 1000, output: 50 } };
      return stalls ? { steps: [{ stall: true }] } : { steps: [{ text: 'done' }], usage: { input: 2000, output: 70 } };
    };
    let gateway = await GatewayProcess.start(options);
    let client = await WireClient.connected(gateway.url);
    await client.call('chat.send', { sessionKey: 'main', message: 'look', idempotencyKey: 'cut' });
    await until('the second call', () => models.requests.length === 2);
    await gateway.signal('SIGKILL');
    stalls = false;
    gateway = await GatewayProcess.start(options);
    client = await WireClient.connected(gateway.url);
    try {
      await client.call('agent.wait', { runId: 'cut', timeoutMs: 60_000 });
      const { payload } = await client.call('sessions.usage.logs', { key: 'main' });
      const calls = (payload?.['calls'] as { state: string; input: number; output: number }[]).reverse();
      expect(calls.map(({ state }) => state).sort()).toEqual(['lost', 'settled', 'settled']);
      expect(calls.filter(({ state }) => state === 'settled').map(({ input, output }) => [input, output])).toEqual([
        [1000, 50],
        [2000, 70],
      ]);
      expect(calls.find(({ state }) => state === 'lost')?.input).toBeGreaterThan(500);
    } finally {
      client.close();
      await gateway.stop();
      await models.stop();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});

describe('budgets', () => {
  const budget = (...budgets: unknown[]): Record<string, unknown> => ({ usage: { budgets } });

  it.each([
    ['a session', { scope: 'session', match: ['agent:main:work'], tokens: 28_000 }, 'work', 'play'],
    ['the money of a day', { scope: 'day', costUsd: 0.061 }, 'work', undefined],
  ])('of %s stop the next call with the reason and the way out', async (_, rule, full, free) => {
    const bench = await start(budget({ name: 'spare', ...rule }));
    try {
      bench.models.answer = () => ({ steps: [{ text: 'fine' }], usage: { input: 25_000, output: 500 } });
      expect(await bench.say(full, 'one')).toContain('"ok"');
      const refused = await bench.say(full, 'two');
      expect(refused).toContain('"error"');
      expect(refused).toContain('usage.budgets[0]');
      expect(refused).toContain('spare');
      expect(bench.models.requests).toHaveLength(1);
      if (free !== undefined) expect(await bench.say(free, 'three')).toContain('"ok"');
    } finally {
      await bench.stop();
    }
  });

  it('of a run end a runaway loop within one call of the cap', async () => {
    const bench = await start(budget({ scope: 'run', tokens: 50_000 }));
    try {
      let round = 0;
      bench.models.answer = () => ({
        steps: [{ tool: { name: 'ls', args: { limit: ++round } } }],
        usage: { input: 9000, output: 500 },
      });
      expect(await bench.say('main', 'go on for ever')).toContain('run budget');
      const { payload } = await bench.client.call('usage.cost', {});
      const { totalTokens } = payload?.['totals'] as { totalTokens: number };
      expect(totalTokens).toBeLessThanOrEqual(50_000);
      expect(totalTokens).toBeGreaterThan(30_000);
    } finally {
      await bench.stop();
    }
  });

  it('are not overspent by 20 runs at once', async () => {
    const bench = await start(budget({ scope: 'day', tokens: 60_000 }), { maxTokens: 1000 });
    try {
      // As much as was reserved: the worst case.
      bench.models.answer = ({ body }) => ({
        steps: [{ waitMs: 100 }, { text: 'fine' }],
        usage: { input: 3000, output: Number(body['max_tokens']) },
      });
      const ended = await Promise.all(Array.from({ length: 20 }, (_, index) => bench.say(`s${index}`, 'hello')));
      const { payload } = await bench.client.call('usage.cost', {});
      const { totalTokens } = payload?.['totals'] as { totalTokens: number };
      expect(totalTokens).toBeLessThanOrEqual(60_000);
      expect(ended.filter((end) => end.includes('"error"')).length).toBeGreaterThan(0);
      expect(bench.models.requests.length).toBe(ended.filter((end) => end.includes('"ok"')).length);
      const status = await bench.client.call('usage.status', {});
      const [day] = status.payload?.['budgets'] as { state: string; usedTokens: number }[];
      expect(day).toMatchObject({ scope: 'day', usedTokens: totalTokens });
      // What is left is less than one more call may cost, or nothing.
      expect(day?.state).toBe(totalTokens === 60_000 ? 'used up' : 'warning');
    } finally {
      await bench.stop();
    }
  });

  it('are told of in every scope, with whoever has used most first', async () => {
    const scopes = ['run', 'session', 'agent', 'sender', 'cron', 'heartbeat', 'day'];
    const budgets = scopes.map((scope) => ({ scope, tokens: 1_000_000 }));
    const bench = await start({ usage: { budgets } });
    try {
      bench.models.answer = ({ lastUser }) => ({
        steps: [{ text: 'ok' }],
        usage: { input: lastUser === 'much' ? 5000 : 100, output: 10 },
      });
      await bench.say('small', 'little');
      await bench.say('large', 'much');
      const { payload } = await bench.client.call('usage.status', {});
      const told = payload?.['budgets'] as { scope: string; subject: string; usedTokens: number }[];
      expect(new Set(told.map(({ scope }) => scope))).toEqual(new Set(scopes));
      const sessions = told.filter(({ scope }) => scope === 'session');
      expect(sessions.map(({ subject, usedTokens }) => [subject, usedTokens])).toEqual([
        ['agent:main:large', 5010],
        ['agent:main:small', 110],
      ]);
      expect(told.find(({ scope }) => scope === 'cron')).toMatchObject({ subject: '*', usedTokens: 0 });
    } finally {
      await bench.stop();
    }
  });

  it('count calls beside turns too', async () => {
    const bench = await start(budget({ scope: 'session', tokens: 100_000 }), { input: ['text', 'image'] });
    try {
      const pixel =
        'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
      bench.models.answer = ({ toolResults, lastUser }) => ({
        steps:
          lastUser === 'look' && toolResults === 0
            ? [{ tool: { name: 'image', args: { image: pixel } } }]
            : [{ text: 'a dot' }],
        usage: { input: 100, output: 10 },
      });
      await bench.say('main', 'look');
      const { payload } = await bench.client.call('sessions.usage', { groupBy: 'purpose' });
      expect(
        (payload?.['rows'] as { key: string; calls: number }[]).map(({ key, calls }) => [key, calls]).sort(),
      ).toEqual([
        ['image', 1],
        ['turn', 2],
      ]);
    } finally {
      await bench.stop();
    }
  });
});

describe('prompt caches', () => {
  it('are marked for Anthropic, named for OpenAI, and their hits are counted', async () => {
    const models = await FakeModels.start();
    const gateway = await GatewayProcess.start({
      config: {
        models: {
          providers: {
            claude: models.provider('anthropic-messages', 'claude-1'),
            gpt: models.provider('openai-responses', 'gpt-1'),
          },
        },
        agents: { defaults: { model: { primary: 'claude/claude-1' } } },
      },
    });
    const client = await WireClient.connected(gateway.url);
    try {
      models.answer = ({ toolResults, lastUser }) => ({
        steps: lastUser === 'one' && toolResults === 0 ? [{ tool: { name: 'ls', args: {} } }] : [{ text: 'ok' }],
        usage: { input: 900, output: 5, cached: 600 },
      });
      for (const message of ['one', 'two']) {
        await client.call('chat.send', { sessionKey: 'main', message, idempotencyKey: message });
        await client.call('agent.wait', { runId: message, timeoutMs: 60_000 });
      }
      const last = models.requests.at(-1)?.body as { system: object[]; messages: { content: object[] }[] };
      expect(last.system.at(-1)).toMatchObject({ cache_control: { type: 'ephemeral' } });
      expect(JSON.stringify(last.messages.at(-1))).toContain('cache_control');
      // At most four marks are allowed.
      expect(JSON.stringify(last).match(/cache_control/g)?.length).toBeLessThanOrEqual(4);
      const { payload } = await client.call('usage.cost', {});
      expect((payload?.['totals'] as { cacheRead: number }).cacheRead).toBe(1800);
      await client.call('sessions.patch', { key: 'main', model: 'gpt/gpt-1' });
      await client.call('chat.send', { sessionKey: 'main', message: 'three', idempotencyKey: 'three' });
      await client.call('agent.wait', { runId: 'three', timeoutMs: 60_000 });
      expect(models.requests.at(-1)?.body['prompt_cache_key']).toEqual(expect.any(String));
    } finally {
      client.close();
      await gateway.stop();
      await models.stop();
    }
  });
});
