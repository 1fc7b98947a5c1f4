import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Answering } from '../harness/answering';
import { type Frame, WireClient } from '../harness/wire-client';
import { ToolBench } from '../harness/tool-bench';

const KEY = 'views';

/** What pages and terminals ask for beside the conversation itself. */
describe('what views ask for', () => {
  let bench: ToolBench;
  let client: WireClient;
  beforeAll(async () => {
    bench = await ToolBench.start({});
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
  });
  afterAll(async () => {
    client.close();
    await bench.stop();
  });

  const call = (method: string, params: Record<string, unknown> = {}): Promise<Frame> => client.call(method, params);
  const payload = <T = Record<string, unknown>>(method: string, params = {}): Promise<T> =>
    client.done<T>(method, params);

  it('lists chat commands with names, words for choices and where they are for', async () => {
    const { commands } = await payload<{ commands: Record<string, unknown>[] }>('commands.list');
    const named = (name: string): Record<string, unknown> | undefined => commands.find((each) => each['name'] === name);
    expect(named('whoami')).toEqual({
      name: 'whoami',
      nativeName: 'whoami',
      textAliases: ['/whoami', '/id'],
      description: expect.any(String) as string,
      category: 'status',
      source: 'native',
      scope: 'both',
      acceptsArgs: false,
    });
    expect(named('activation')).toMatchObject({
      acceptsArgs: true,
      args: [{ choices: [{ value: 'mention' }, { value: 'always' }] }],
    });
    expect(named('send')).toMatchObject({
      args: [{ choices: [{ value: 'on' }, { value: 'off' }, { value: 'inherit' }] }],
    });
    const short = await payload<{ commands: Record<string, unknown>[] }>('commands.list', { includeArgs: false });
    expect(short.commands.every((each) => each['args'] === undefined)).toBe(true);
    expect(await call('commands.list', { agentId: 'nobody' })).toMatchObject({ ok: false });
  });

  it('describes one session as the list does', async () => {
    await bench.turn([], { sessionKey: KEY, message: 'hello' });
    const { sessions } = await payload<{ sessions: { key: string }[] }>('sessions.list', { includeLastMessage: true });
    const row = sessions.find(({ key }) => key === `agent:main:${KEY}`);
    expect(row).toBeDefined();
    expect(await payload('sessions.describe', { key: `agent:main:${KEY}`, includeLastMessage: true })).toEqual({
      // What is worked out for one of them, and would cost a list too much.
      session: {
        ...row,
        snapshotAt: expect.any(Number) as number,
        resolved: expect.objectContaining({ model: 'fake-1', isChosen: false }) as object,
      },
    });
    expect(await payload('sessions.describe', { key: 'agent:main:none' })).toEqual({ session: null });
  });

  it('says which model each agent has, and that what is listed can be used', async () => {
    const { agents } = await payload<{ agents: unknown[] }>('agents.list');
    expect(agents).toEqual([expect.objectContaining({ id: 'main', model: { primary: 'fake/fake-1' } })]);
    const { models } = await payload<{ models: { available: boolean }[] }>('models.list');
    expect(models.every(({ available }) => available)).toBe(true);
  });

  it('says when a schedule comes, also one in words, and what those words make', async () => {
    const said = await payload<{ schedule: unknown; next: { at: string; atMs: number }[] }>('cron.preview', {
      words: 'every weekday at 9',
      tz: 'Asia/Tokyo',
    });
    expect(said).toMatchObject({
      schedule: { kind: 'cron', expr: '0 9 * * 1-5', tz: 'Asia/Tokyo' },
      timeZone: 'Asia/Tokyo',
    });
    expect(said.next).toHaveLength(5);
    for (const { at, atMs } of said.next) {
      expect(at).toMatch(/^(Mon|Tue|Wed|Thu|Fri) .* 09:00 \(Asia\/Tokyo\)$/);
      expect(new Date(atMs).getUTCHours()).toBe(0);
    }
    const once = await payload<{ next: unknown[] }>('cron.preview', {
      schedule: { kind: 'at', at: 'in 20m' },
      count: 3,
    });
    expect(once.next).toHaveLength(1);
    for (const params of [
      { words: 'now and then' },
      { words: 'daily at 9', tz: 'Mars/Olympus' },
      { schedule: { kind: 'cron', expr: '99 * * * *' } },
      { schedule: { kind: 'at', at: '2020-01-01T00:00:00Z' } },
      {},
    ])
      expect(await call('cron.preview', params)).toMatchObject({ ok: false, error: { code: 'INVALID_REQUEST' } });
    // What it says can be planned as it is.
    const job = await call('cron.add', { schedule: said.schedule, payload: { kind: 'systemEvent', text: 'x' } });
    expect(job.payload).toMatchObject({ state: { nextRunAtMs: said.next[0]?.atMs } });
  });

  it('says day by day what jobs have done and will do, and names apart what comes all day long', async () => {
    const add = async (name: string, schedule: object): Promise<string> => {
      const task = { kind: 'agentTurn', message: name };
      const made = await call('cron.add', { name, schedule, payload: task, sessionTarget: 'isolated' });
      return String(made.payload?.['id']);
    };
    const daily = await add('calendar daily', { kind: 'cron', expr: '0 12 * * *', tz: 'Asia/Tokyo' });
    const often = await add('calendar often', { kind: 'every', everyMs: 60_000 });
    const off = await add('calendar off', { kind: 'cron', expr: '0 12 * * *' });
    await call('cron.update', { id: off, patch: { enabled: false } });
    const { runId } = await payload<{ runId: string }>('cron.run', { id: off, mode: 'force' });
    await call('agent.wait', { runId, timeoutMs: 60_000 });
    interface Said {
      days: { day: string; count: number; times: { id: string; name: string; atMs: number; status?: string }[] }[];
      frequent: { id: string; name: string }[];
    }
    const today = new Date().toISOString().slice(0, 10);
    const said = await payload<Said>('cron.calendar', { from: today, days: 3, tz: 'UTC' });
    expect(said.days.map(({ day }) => day)).toEqual(
      [0, 1, 2].map((more) => new Date(Date.parse(today) + more * 86_400_000).toISOString().slice(0, 10)),
    );
    // Noon of Tokyo is three o'clock of UTC.
    expect(said.days[1]?.times.filter(({ id }) => id === daily)).toEqual([
      { id: daily, name: 'calendar daily', atMs: Date.parse(`${said.days[1]?.day}T03:00:00Z`) },
    ]);
    expect(said.frequent.map(({ id }) => id)).toEqual([often]);
    const all = said.days.flatMap(({ times }) => times);
    expect(all.filter(({ id }) => id === off)).toMatchObject([{ name: 'calendar off', status: 'ok' }]);
    expect(all.some(({ id }) => id === often)).toBe(false);
    // Days that are over, too: its runs would be all that they hold.
    const before = await payload<Said>('cron.calendar', { from: '2020-01-01', days: 3, tz: 'UTC' });
    expect(before.frequent.map(({ id }) => id)).toEqual([often]);
    const one = await payload<Said>('cron.calendar', { from: today, days: 3, tz: 'UTC', most: 1 });
    expect(one.days.map(({ count }) => count)).toEqual(said.days.map(({ count }) => count));
    expect(one.days.every(({ times }) => times.length <= 1)).toBe(true);
    for (const wrong of [
      { from: 'today', days: 3 },
      { from: '2026-13-45', days: 3 },
      { from: today, days: 43 },
    ])
      expect(await call('cron.calendar', wrong)).toMatchObject({ ok: false, error: { code: 'INVALID_REQUEST' } });
    for (const id of [daily, often, off]) await call('cron.remove', { id });
  });

  it('has empty lists for what it never asks in another way', async () => {
    expect(await payload('plugin.approval.list')).toEqual([]);
    expect(await payload('question.list')).toEqual({ questions: [] });
    expect(await payload('taskSuggestions.list', {})).toEqual({ suggestions: [] });
  });

  it('keeps what was asked and answered, newest first', async () => {
    for (const [command, decision] of [
      ['touch allowed', 'allow-once'],
      ['touch denied', 'deny'],
    ] as const) {
      const person = new Answering(client, decision);
      await bench.turn([{ name: 'exec', args: { command, host: 'gateway' } }]);
      person.end();
    }
    const { approvals } = await payload<{ approvals: Record<string, unknown>[] }>('approval.history');
    expect(approvals).toMatchObject([
      {
        request: { command: 'touch denied' },
        state: 'decided',
        decision: 'deny',
        resolvedBy: expect.any(String) as string,
      },
      { request: { command: 'touch allowed' }, state: 'used', decision: 'allow-once' },
    ]);
    const [newest] = approvals;
    const older = await payload<{ approvals: unknown[] }>('approval.history', {
      before: newest?.['createdAtMs'],
      limit: 1,
    });
    expect(older.approvals).toEqual([approvals[1]]);
    const reader = await WireClient.connected(bench.gateway.url, { scopes: ['operator.read'] });
    expect((await reader.call('approval.history', {})).error?.message).toMatch(/missing scope/);
    reader.close();
  });

  it('shows the rules of the owner in words, and takes new ones from whoever has read them', async () => {
    const empty = await payload('exec.approvals.get');
    expect(empty).toMatchObject({ exists: false, hash: expect.any(String) as string, file: { version: 1 }, rules: {} });
    const rule = { pattern: '/usr/bin/touch', args: ['wanted'] };
    const file = {
      version: 1,
      socket: { path: '/x', token: 'CANARY-token-1' },
      agents: { main: { allowlist: [rule] } },
    };
    const written = await payload<Record<string, unknown>>('exec.approvals.set', { file });
    expect(written['rules']).toEqual({ main: ['/usr/bin/touch wanted, with exactly these arguments, in any folder'] });
    expect(JSON.stringify(written)).not.toContain('CANARY');

    expect(await call('exec.approvals.set', { file })).toMatchObject({ ok: false });
    expect((await call('exec.approvals.set', { file, baseHash: 'old' })).error?.details).toEqual({
      code: 'EXEC_APPROVALS_CHANGED',
    });
    const hash = String(written['hash']);
    for (const broken of [
      { version: 1, agents: { main: { allowlist: [{ pattern: '/bin/ls', when: 'always' }] } } },
      { version: 1, agents: { main: { security: 'everything' } } },
      { version: 1, defaults: [] },
      { version: 1, agents: { main: { allowlist: ['ls'] } } },
    ])
      expect((await call('exec.approvals.set', { file: broken, baseHash: hash })).error?.details).toMatchObject({
        code: 'EXEC_APPROVALS_INVALID',
      });
    // What was left out when it was shown is still there.
    const shown = (await payload<{ file: Record<string, unknown>; hash: string }>('exec.approvals.get')).file;
    expect(shown['socket']).toEqual({ path: '/x' });
    await payload('exec.approvals.set', { file: shown, baseHash: hash });
    expect(readFileSync(join(bench.gateway.stateDir, 'exec-approvals.json'), 'utf8')).toContain('CANARY-token-1');
    // And a rule holds at once.
    const asked = new Answering(client, 'deny');
    await bench.turn([{ name: 'exec', args: { command: 'touch wanted', host: 'gateway' } }]);
    asked.end();
    expect(asked.questions.filter(({ request }) => request.command === 'touch wanted')).toEqual([]);
  });

  it('keeps secrets whose names alone go out, and takes a new value over at once', async () => {
    await payload('secrets.store.set', { name: 'views.key', value: 'CANARY-value-123456' });
    const listed = await payload('secrets.store.list');
    expect(listed).toMatchObject({ secrets: [{ name: 'views.key', used: false }], missing: [] });
    expect(JSON.stringify(listed)).not.toContain('CANARY');
    const { hash } = await payload<{ hash: string }>('config.get');
    const patch = { models: { providers: { fake: { apiKey: '${secret:views.key}' } } } };
    await payload('config.patch', { raw: JSON.stringify(patch), baseHash: hash, restartDelayMs: 60_000 });
    expect(await payload('secrets.store.list')).toMatchObject({ secrets: [{ name: 'views.key', used: true }] });
    expect((await call('secrets.store.delete', { name: 'views.key' })).error?.details).toEqual({
      code: 'SECRET_IN_USE',
    });
    expect(await payload('secrets.store.set', { name: 'views.key', value: 'CANARY-value-654321' })).toEqual({
      ok: true,
      name: 'views.key',
      used: true,
      applied: true,
    });
    // Without its secret the provider has no key, and all the rest goes on.
    expect(await payload('secrets.store.delete', { name: 'views.key', force: true })).toMatchObject({ applied: true });
    expect(bench.gateway.log).toContain('models.providers.fake.apiKey is left out');
    expect(await payload('secrets.store.list')).toMatchObject({ secrets: [], missing: ['views.key'] });
    expect((await call('secrets.store.set', { name: 'no name', value: 'x' })).error?.details).toEqual({
      code: 'SECRET_NAME',
    });
    expect(await payload('health')).toMatchObject({ ok: true });
  });
});
