import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;
const DOCS = resolve(__dirname, '../../docs/monitoring');
const RULES = join(DOCS, 'alerts.yml');
const token = { authorization: `Bearer ${TEST_TOKEN}` };

/** Queries of the dashboard and of the alert rules. */
function queries(): string[] {
  const dashboard = JSON.parse(readFileSync(join(DOCS, 'dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  // Grafana puts what was chosen there in their place.
  const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replace('$instance', '.*')));
  return [...shown, ...alerts()];
}

const alerts = (): string[] =>
  [...readFileSync(RULES, 'utf8').matchAll(/^ +expr: (?:>-\n)?((?:.+\n?)(?: {10,}.+\n?)*)/gm)].map(([, text = '']) =>
    text.replaceAll(/\s+/g, ' ').trim(),
  );

const promtool = (...args: string[]): string => execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' });
const hasPromtool = (): boolean => {
  try {
    promtool('--version');
    return true;
  } catch {
    return false;
  }
};
const withPromtool = process.env['CI'] === 'true' || hasPromtool() ? it : it.skip;

describe('figures of a gateway that has worked', () => {
  let models: FakeModels;
  let telegram: FakeTelegram;
  let gateway: GatewayProcess;
  let client: WireClient;
  let page: string;

  beforeAll(async () => {
    models = await FakeModels.start();
    telegram = await FakeTelegram.start();
    models.answer = ({ lastUser, toolResults }) => {
      if (lastUser.includes('ask me') && toolResults === 0)
        return { steps: [{ tool: { name: 'exec', args: { command: 'touch made', host: 'gateway' } } }] };
      if (lastUser.includes('break')) return { steps: [], status: 401 };
      return { steps: [{ text: 'Hi.' }], usage: { input: 1000, output: 20 } };
    };
    gateway = await GatewayProcess.start({
      config: {
        models: {
          providers: {
            fake: {
              ...models.provider('openai-completions'),
              models: [{ id: 'fake-1', cost: { input: 2, output: 10, cacheRead: 0, cacheWrite: 0 } }],
            },
          },
        },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
    await work();
    page = await scrape();
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  const scrape = async (): Promise<string> => (await fetch(`${gateway.http}/metrics`, { headers: token })).text();
  /** Samples of a figure as `{labels}` with their values. */
  const samples = (name: string): Record<string, number> =>
    Object.fromEntries(
      page
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );

  async function work(): Promise<void> {
    // One answer that needs two attempts, one that the platform refuses for good, a stranger.
    telegram.faults.add('sendMessage', { kind: 'status', status: 502, description: 'Bad Gateway' });
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).includes('Hi.'));
    telegram.faults.add('sendMessage', { kind: 'status', status: 400, description: 'Bad Request: chat not found' }, 9);
    telegram.say({ chatId: OWNER, text: 'again' });
    await until('a delivery that failed', async () => (await scrape()).includes('outcome="failed"} 1'));
    telegram.faults.clear();
    telegram.say({ chatId: 6, text: 'let me in' });
    await until('the stranger', async () => (await scrape()).includes('verdict="dropped"} 1'));
    // An approval, a turn that fails, a job that fails.
    await client.call('chat.send', { sessionKey: 'main', message: 'ask me', idempotencyKey: 'ask' });
    const asked = (await client.event('exec.approval.requested')).payload as { id: string };
    await client.call('exec.approval.resolve', { id: asked.id, decision: 'deny' });
    await until('the end of the call', async () => (await scrape()).includes('openclaw_tool_calls_total{tool="exec"'));
    await client.call('chat.send', { sessionKey: 'main', message: 'break', idempotencyKey: 'break' });
    await until('a turn that failed', async () =>
      (await scrape()).includes('openclaw_turns_total{outcome="failed"} 1'),
    );
    const job = await client.call('cron.add', {
      name: 'Breaks',
      schedule: { kind: 'every', everyMs: 3_600_000 },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: { kind: 'agentTurn', message: 'break' },
    });
    expect(job.error).toBeUndefined();
    await client.call('cron.run', { id: job.payload?.['id'], mode: 'force' });
    await until('a job that failed', async () =>
      (await scrape()).includes('openclaw_job_runs_total{outcome="error"} 1'),
    );
    const wrong = { authorization: 'Bearer of the wrong token' };
    expect((await fetch(`${gateway.http}/metrics`, { headers: wrong })).status).toBe(401);
  }

  it('tell what became of messages, deliveries, tools, approvals, jobs and logins', () => {
    const of = 'channel="telegram",account="default"';
    expect(samples('openclaw_channel_up')).toEqual({ [`{${of}}`]: 1 });
    expect(samples('openclaw_channel_messages_total')).toEqual({
      [`{${of},verdict="accepted"}`]: 2,
      [`{${of},verdict="dropped"}`]: 1,
    });
    expect(samples('openclaw_deliveries_total')).toMatchObject({ [`{${of},outcome="failed"}`]: 1 });
    expect(samples('openclaw_deliveries_total')[`{${of},outcome="sent"}`]).toBeGreaterThan(0);
    expect(samples('openclaw_delivery_retries_total')).toEqual({ [`{${of}}`]: 1 });
    expect(samples('openclaw_outbox')).toMatchObject({
      [`{${of},state="failed"}`]: 1,
      [`{${of},state="pending"}`]: 0,
    });
    expect(samples('openclaw_inbox')).toEqual({ '{state="pending"}': 0, '{state="running"}': 0 });
    expect(samples('openclaw_tool_calls_total')).toEqual({ '{tool="exec",outcome="error"}': 1 });
    expect(samples('openclaw_approvals_requested_total')).toEqual({ '': 1 });
    expect(samples('openclaw_approvals_decided_total')).toEqual({ '{decision="deny"}': 1 });
    expect(samples('openclaw_approvals_pending')).toEqual({ '': 0 });
    expect(samples('openclaw_job_runs_total')).toEqual({ '{outcome="error"}': 1 });
    expect(samples('openclaw_turns_total')).toEqual({ '{outcome="reply"}': 3, '{outcome="failed"}': 2 });
    expect(samples('openclaw_logins_total')).toMatchObject({
      '{via="websocket",outcome="accepted"}': 1,
      '{via="http",outcome="refused"}': 1,
    });
  });

  it('tell what models were asked, how long it took and what it cost', () => {
    const of = 'provider="fake",model="fake-1"';
    const calls = samples('openclaw_model_calls_total');
    expect(calls[`{${of},outcome="ok"}`]).toBe(4);
    expect(calls[`{${of},outcome="auth"}`]).toBe(2);
    expect(samples('openclaw_model_call_duration_seconds_count')).toEqual({ [`{${of}}`]: 6 });
    expect(samples('openclaw_model_call_duration_seconds_sum')[`{${of}}`]).toBeGreaterThan(0);
    expect(samples('openclaw_model_tokens_total')[`{${of},type="input"}`]).toBeGreaterThanOrEqual(3000);
    expect(samples('openclaw_model_cost_usd_total')[`{${of}}`]).toBeGreaterThanOrEqual((3000 * 2 + 60 * 10) / 1e6);
  });

  it('tell sizes', () => {
    const sizes = samples('openclaw_database_size_bytes');
    expect(Object.keys(sizes)).toEqual(['{file="main"}', '{file="wal"}']);
    expect(Object.values(sizes).reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(100_000);
    expect(samples('openclaw_log_size_bytes')['']).toBeGreaterThan(100);
    expect(samples('openclaw_disk_free_bytes')['']).toBeGreaterThan(1e6);
    const started = samples('process_start_time_seconds')[''] ?? 0;
    expect(Date.now() / 1000 - started).toBeGreaterThan(0);
    expect(Date.now() / 1000 - started).toBeLessThan(1200);
  });

  it('are all that the dashboard and the alert rules ask for', () => {
    const known = new Map<string, Set<string>>();
    for (const line of page.split('\n')) {
      const name = /^[a-z]\w*/.exec(line)?.[0];
      if (name === undefined) continue;
      const labels = [...line.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      known.set(name, new Set([...(known.get(name) ?? []), ...labels, 'instance', 'job']));
    }
    expect(alerts()).toHaveLength(14);
    const all = queries();
    expect(all.length).toBeGreaterThan(40);
    for (const query of all) {
      const named = [...query.matchAll(/\b((?:openclaw|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)];
      expect([query, named.length > 0 || query.startsWith('up{')]).toEqual([query, true]);
      for (const [, name = '', selector = ''] of named) {
        expect([name, known.has(name)]).toEqual([name, true]);
        for (const [, label = ''] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
          expect([query, label, known.get(name)?.has(label)]).toEqual([query, label, true]);
        // What a rule looks for by name is among what is told.
        for (const [matcher] of selector.matchAll(/\w+="[^"$]+"/g))
          if (!matcher.startsWith('job=')) expect(page).toMatch(new RegExp(`^${name}\\{.*${matcher}`, 'm'));
      }
    }
    const asked = all.join('\n');
    for (const name of known.keys())
      if (name.startsWith('openclaw_') && !/_(sum|count)$/.test(name)) expect(asked).toContain(name);
  });

  withPromtool('are nothing that promtool complains about', () => {
    expect(execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' })).toBe('');
    expect(promtool('check', 'rules', RULES)).toContain('SUCCESS: 14 rules found');
    // Each query of the dashboard is one that Prometheus understands.
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-monitoring-'));
    const rules = queries().map((expr, index) => ({ record: `query:${index}`, expr }));
    const file = join(folder, 'queries.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    try {
      expect(promtool('check', 'rules', file)).toContain(`SUCCESS: ${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  withPromtool('raise the alarm when something is wrong, and only then', () => {
    const of = 'instance="a",channel="telegram",account="default"';
    const model = 'instance="a",provider="p",model="m"';
    const good: Record<string, string> = {
      'up{job="openclaw",instance="a"}': '1x60',
      'openclaw_ready{instance="a"}': '1x60',
      [`openclaw_channel_up{${of}}`]: '1x60',
      [`openclaw_model_calls_total{${model},outcome="ok"}`]: '0+9x60',
      [`openclaw_model_calls_total{${model},outcome="auth"}`]: '0+1x60',
      [`openclaw_outbox{${of},state="failed"}`]: '0x60',
      [`openclaw_delivery_retries_total{${of}}`]: '0+1x60',
      'openclaw_inbox{instance="a",state="pending"}': '2x60',
      'openclaw_turns_total{instance="a",outcome="failed"}': '0x60',
      'openclaw_job_runs_total{instance="a",outcome="error"}': '0x60',
      'openclaw_logins_total{instance="a",outcome="refused"}': '0+1x60',
      [`openclaw_model_call_duration_seconds_bucket{${model},le="40"}`]: '0+10x60',
      [`openclaw_model_call_duration_seconds_bucket{${model},le="80"}`]: '0+10x60',
      [`openclaw_model_call_duration_seconds_bucket{${model},le="+Inf"}`]: '0+10x60',
      'openclaw_disk_free_bytes{instance="a"}': '9e9x60',
      'openclaw_database_size_bytes{instance="a",file="wal"}': '4e6x60',
      'process_start_time_seconds{job="openclaw",instance="a"}': '100x60',
    };
    const bad: Record<string, string> = {
      'up{job="openclaw",instance="a"}': '0x60',
      'openclaw_ready{instance="a"}': '0x60',
      [`openclaw_channel_up{${of}}`]: '0x60',
      [`openclaw_model_calls_total{${model},outcome="auth"}`]: '0+9x60',
      [`openclaw_outbox{${of},state="failed"}`]: '2x60',
      [`openclaw_delivery_retries_total{${of}}`]: '0+5x60',
      'openclaw_inbox{instance="a",state="pending"}': '30x60',
      'openclaw_turns_total{instance="a",outcome="failed"}': '0+1x60',
      'openclaw_job_runs_total{instance="a",outcome="error"}': '0+1x60',
      'openclaw_logins_total{instance="a",outcome="refused"}': '0+10x60',
      [`openclaw_model_call_duration_seconds_bucket{${model},le="40"}`]: '0+1x60',
      'openclaw_disk_free_bytes{instance="a"}': '1e8x60',
      'openclaw_database_size_bytes{instance="a",file="wal"}': '2e8x60',
      'process_start_time_seconds{job="openclaw",instance="a"}': '100+60x60',
    };
    const scene = (series: Record<string, string>, firing: string[]) => ({
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '50m',
          exp_samples: firing.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
        },
      ],
    });
    const names = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
    expect(names).toHaveLength(14);
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-monitoring-'));
    const file = join(folder, 'scenes.yml');
    const tests = [scene(good, []), scene({ ...good, ...bad }, names)];
    writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
    try {
      expect(promtool('test', 'rules', file)).toContain('SUCCESS');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
