import { Gate } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCliShared } from '../harness/cli-worker';
import { TestDatabase } from '../harness/stores';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;

interface Job {
  id: string;
  enabled: boolean;
  schedule: Record<string, unknown>;
  state: { nextRunAtMs?: number; lastStatus?: string; lastError?: string; consecutiveErrors?: number };
}

describe('scheduled jobs', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let store: TestDatabase;

  const start = async (more: Record<string, unknown> = {}): Promise<void> => {
    gateway = await GatewayProcess.start({
      stateDir: store.stateDir,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [OWNER] },
        },
        ...more,
      },
    });
    client = await WireClient.connected(gateway.url);
  };
  beforeEach(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Done: ${lastUser.split('\n')[0]}` }] });
    store = await TestDatabase.create('sqlite');
    await start();
  });
  afterEach(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
    await store.remove();
  });

  const call = async <T>(method: string, params: Record<string, unknown>): Promise<T> => {
    const { ok, payload, error } = await client.call(method, params);
    expect([method, ok, error?.message]).toEqual([method, true, undefined]);
    return payload as T;
  };
  const jobs = async (): Promise<Job[]> => (await call<{ jobs: Job[] }>('cron.list', { includeDisabled: true })).jobs;
  const runs = async (id: string): Promise<Record<string, unknown>[]> =>
    (await call<{ entries: Record<string, unknown>[] }>('cron.runs', { id })).entries;
  const finished = (id: string, count = 1): Promise<void> =>
    until(`${count} runs`, async () => (await runs(id)).filter(({ action }) => action === 'finished').length >= count);

  it('tell of failures in the chat that they name, whatever becomes of their answers', async () => {
    models.answer = () => ({
      status: 400,
      steps: [],
      body: { error: { message: 'no', type: 'invalid_request_error' } },
    });
    const { id } = await call<{ id: string }>('cron.add', {
      name: 'Ailing',
      schedule: { kind: 'every', everyMs: 3_600_000 },
      payload: { kind: 'agentTurn', message: 'work' },
      delivery: { mode: 'none' },
      failureAlert: { after: 2, channel: 'telegram', to: '813001' },
    });
    for (const count of [1, 2]) {
      await call('cron.run', { id, mode: 'force' });
      await finished(id, count);
    }
    await until('the alert', () => telegram.sent.length > 0);
    expect(telegram.sent.map(({ chatId, text }) => [String(chatId), text])).toEqual([
      ['813001', expect.stringContaining('Cron job "Ailing" failed 2 times in a row: ')],
    ]);
  });

  it('run as many at the same time as the configuration says, and leave places for people', async () => {
    client.close();
    await gateway.stop();
    await start({ cron: { maxConcurrentRuns: 1 } });
    const gate = new Gate();
    models.answer = ({ lastUser }) =>
      lastUser.includes('[cron')
        ? { steps: [{ until: gate }, { text: 'Done.' }] }
        : { steps: [{ text: 'Hello from between.' }] };
    const ids: string[] = [];
    for (const name of ['One', 'Two', 'Three']) {
      const job = await call<Job>('cron.add', {
        name,
        schedule: { kind: 'cron', expr: '0 9 * * *', tz: 'UTC' },
        sessionTarget: 'isolated',
        wakeMode: 'now',
        payload: { kind: 'agentTurn', message: 'work' },
      });
      ids.push(job.id);
      expect(await call('cron.run', { id: job.id, mode: 'force' })).toMatchObject({ ok: true, ran: true });
    }
    await until('the first job', () => models.requests.length === 1);
    telegram.say({ chatId: OWNER, text: 'Are you there?' });
    await until('the answer', () => telegram.textsIn(OWNER).length === 1);
    expect(models.requests.filter(({ text }) => text.includes('[cron'))).toHaveLength(1);
    gate.open();
    for (const id of ids) await finished(id);
    expect(models.requests.filter(({ text }) => text.includes('[cron'))).toHaveLength(3);
  });

  it('are made, shown, changed, run and removed over the wire', async () => {
    const job = await call<Job>('cron.add', {
      name: 'Report',
      schedule: { kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Berlin' },
      sessionTarget: 'isolated',
      wakeMode: 'now',
      payload: { kind: 'agentTurn', message: 'write the report' },
    });
    await client.event('cron', ({ jobId, action }) => jobId === job.id && action === 'added');
    expect(new Date(job.state.nextRunAtMs ?? 0).getUTCHours()).toBeGreaterThanOrEqual(7);
    expect(await call('cron.status', {})).toMatchObject({
      enabled: true,
      jobs: 1,
      nextWakeAtMs: job.state.nextRunAtMs,
    });
    expect(await call('cron.run', { id: job.id })).toEqual({ ok: true, ran: false, reason: 'not-due' });
    expect(await call('cron.run', { id: job.id, mode: 'force' })).toMatchObject({ ok: true, ran: true });
    await finished(job.id);
    const [entry] = await runs(job.id);
    expect(entry).toMatchObject({
      status: 'ok',
      summary: expect.stringContaining('Done: [cron Report] write the report') as string,
    });
    // Its plan is as it was.
    expect((await jobs())[0]?.state.nextRunAtMs).toBe(job.state.nextRunAtMs);
    const off = await call<Job>('cron.update', { jobId: job.id, patch: { enabled: false } });
    expect([off.enabled, off.state.nextRunAtMs]).toEqual([false, undefined]);
    expect((await call<{ jobs: Job[] }>('cron.list', {})).jobs).toEqual([]);
    expect(await call('cron.remove', { id: job.id })).toEqual({ ok: true, removed: true });
  });

  it('run in equal steps, each planned time once, and begin a conversation anew each time', async () => {
    const job = await call<Job>('cron.add', {
      name: 'Guard',
      schedule: { everyMs: 1000 },
      payload: { message: 'look around' },
    });
    await finished(job.id, 3);
    await call('cron.update', { id: job.id, patch: { enabled: false } });
    await until('the last one', async () => (await runs(job.id)).every(({ action }) => action === 'finished'));
    const slots = (await runs(job.id)).map(({ runAtMs }) => Number(runAtMs));
    expect(new Set(slots).size).toBe(slots.length);
    for (const [index, slot] of slots.slice(1).entries()) expect((slot - (slots[index] ?? 0)) % 1000).toBe(0);
    // Each run is one turn, and nothing but it.
    expect(models.requests).toHaveLength(slots.length);
    for (const { text } of models.requests) expect(text.match(/look around/g)).toHaveLength(1);
  });

  it('announce in the chat where the owner last wrote, and nothing that is silent', async () => {
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).length === 1);
    const job = await call<Job>('cron.add', {
      schedule: { kind: 'at', at: new Date(Date.now() + 300).toISOString() },
      payload: { kind: 'agentTurn', message: 'say something', deliver: true, channel: 'last' },
    });
    await until('the announcement', () => telegram.textsIn(OWNER).some((text) => text.includes('say something')));
    await finished(job.id);
    expect((await runs(job.id))[0]).toMatchObject({ deliveryStatus: 'delivered' });
    // A one-shot job that went well is kept, switched off.
    expect((await jobs())[0]).toMatchObject({ enabled: false, state: { lastStatus: 'ok' } });
    models.answer = () => ({ steps: [{ text: 'HEARTBEAT_OK' }] });
    const before = telegram.sent.length;
    await call('cron.run', { id: job.id, mode: 'force' });
    await finished(job.id, 2);
    expect(telegram.sent).toHaveLength(before);
    expect((await runs(job.id))[1]).toMatchObject({ deliveryStatus: 'not-delivered' });
  });

  it('tell the main conversation when they are to wake it', async () => {
    const job = await call<Job>('cron.add', {
      name: 'Mail',
      wakeMode: 'now',
      schedule: { atMs: Date.now() },
      payload: { kind: 'agentTurn', message: 'look for mail' },
    });
    await finished(job.id);
    await until('the note', () =>
      models.requests.some(({ text }) => text.includes('Cron (Mail): Done: [cron Mail] look for mail')),
    );
  });

  it('that fail are tried again when they are one-shot, and say why', async () => {
    models.answer = () => ({
      status: 400,
      steps: [],
      body: { error: { message: 'no such thing', type: 'invalid_request_error' } },
    });
    const job = await call<Job>('cron.add', {
      schedule: { atMs: Date.now() },
      sessionTarget: 'isolated',
      payload: { kind: 'agentTurn', message: 'fail' },
    });
    await finished(job.id);
    const [failed] = await jobs();
    expect(failed).toMatchObject({ enabled: true, state: { lastStatus: 'error', consecutiveErrors: 1 } });
    expect((failed?.state.nextRunAtMs ?? 0) - Date.now()).toBeGreaterThan(50_000);
    expect((await runs(job.id))[0]).toMatchObject({ status: 'error' });
  });

  it('that fail are no answer: who waits for them is told once, by their name, after the last try', async () => {
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).length === 1);
    models.answer = () => ({ steps: [{ reasoning: 'Nothing.' }] });
    const once = await call<Job>('cron.add', {
      name: 'Dentist',
      schedule: { kind: 'at', at: new Date(Date.now() + 300).toISOString() },
      payload: { kind: 'agentTurn', message: 'remind me', deliver: true, channel: 'last' },
    });
    await finished(once.id);
    // It is tried again: nothing to tell yet.
    expect(telegram.textsIn(OWNER)).toHaveLength(1);
    const often = await call<Job>('cron.add', {
      name: 'Weather',
      schedule: { everyMs: 1000 },
      payload: { kind: 'agentTurn', message: 'look', deliver: true, channel: 'last' },
    });
    await finished(often.id, 3);
    await call('cron.update', { id: often.id, patch: { enabled: false } });
    expect(telegram.textsIn(OWNER).slice(1)).toEqual([
      expect.stringMatching(/^The scheduled job "Weather" failed: .*sent an empty answer$/),
    ]);
  });

  it('that somebody stopped once are told of all the same when they fail', async () => {
    telegram.say({ chatId: OWNER, text: 'hello' });
    await until('an answer', () => telegram.textsIn(OWNER).length === 1);
    const before = models.requests.length;
    models.answer = () => ({ steps: [{ stall: true }] });
    const { id } = await call<Job>('cron.add', {
      name: 'Weather',
      schedule: { everyMs: 3_600_000 },
      payload: { kind: 'agentTurn', message: 'look', deliver: true, channel: 'last' },
    });
    await call('cron.run', { id, mode: 'force' });
    await until('its run', () => models.requests.length > before);
    await call('chat.abort', { sessionKey: `agent:main:cron:${id}` });
    await finished(id);
    models.answer = () => ({ steps: [{ reasoning: 'Nothing.' }] });
    const told = (): string[] => telegram.textsIn(OWNER).filter((text) => text.includes('"Weather" failed'));
    for (const runs of [2, 3]) {
      await call('cron.run', { id, mode: 'force' });
      await finished(id, runs);
      await until('the word of it', () => told().length > 0);
    }
    expect(told()).toHaveLength(1);
    expect(JSON.stringify(await jobs())).not.toContain('failureTold');
  });

  it('whose times passed while the gateway was down run the last of them, and the others are listed as skipped', async () => {
    const job = await call<Job>('cron.add', {
      schedule: { everyMs: 60_000, anchorMs: Date.now() - 601_000 },
      payload: { message: 'catch up' },
      enabled: true,
    });
    client.close();
    await gateway.signal('SIGKILL');
    const database = await store.open();
    const past = (job.state.nextRunAtMs ?? 0) - 5 * 60_000;
    await database.write('test', (transaction) =>
      transaction.updateTable('cron_jobs').set({ next_run_at: past }).where('id', '=', job.id).execute(),
    );
    await database.close();
    await start();
    await finished(job.id, 5);
    const entries = await runs(job.id);
    expect(entries.map(({ status }) => status)).toEqual(['skipped', 'skipped', 'skipped', 'skipped', 'ok']);
    expect(entries[0]?.['error']).toBe('missed while nothing ran');
    expect(models.requests.filter(({ text }) => text.includes('catch up'))).toHaveLength(1);
  });

  it('are refused with the field and the way out', async () => {
    const refused = async (params: Record<string, unknown>): Promise<string> =>
      (await client.call('cron.add', params)).error?.message ?? '';
    expect(await refused({ schedule: { expr: 'soon' }, payload: { text: 'x' } })).toMatch(/schedule\.expr "soon"/);
    expect(await refused({ schedule: { everyMs: 1000 }, payload: { text: ' ' } })).toMatch(
      /payload\.text must say something/,
    );
    expect(await refused({ payload: { text: 'x' } })).toMatch(/schedule is missing/);
    expect(await refused({ schedule: { everyMs: 1000 }, sessionTarget: 'isolated', payload: { text: 'x' } })).toMatch(
      /isolated needs/,
    );
    expect((await client.call('cron.get', { id: 'nope' })).error).toMatchObject({
      details: { code: 'CRON_JOB_NOT_FOUND' },
    });
  });

  it('are looked after from the command line', async () => {
    const env = { OPENCLAW_STATE_DIR: gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
    const cli = (...args: string[]): ReturnType<typeof runCliShared> => runCliShared(['cron', ...args], { env });
    const made = await cli(
      'add',
      '--name',
      'Morning',
      '--cron',
      '0 9 * * *',
      '--tz',
      'UTC',
      '-m',
      'good morning',
      '--json',
    );
    expect(made.code).toBe(0);
    const { id } = JSON.parse(made.stdout) as Job;
    expect((await cli('list')).stdout).toMatch(/Morning\s+cron 0 9 \* \* \* \(UTC\)/);
    const next = JSON.parse((await cli('next', id, '--count', '2', '--json')).stdout) as { next: string[] };
    expect(next.next.map((time) => time.slice(11))).toEqual(['09:00:00.000Z', '09:00:00.000Z']);
    expect((await cli('edit', id, '--every', '2h')).stdout).toMatch(new RegExp(`^${id}: every 2h, next at `));
    expect((await cli('run', id)).stdout).toMatch(/^started as cron:/);
    await finished(id);
    expect((await cli('runs', id)).stdout).toMatch(/ok\s+Done: \[cron Morning\] good morning/);
    expect((await cli('disable', id)).stdout).toBe('Morning is off\n');
    expect((await cli('enable', id)).stdout).toBe('Morning is on\n');
    expect((await cli('rm', id)).stdout).toBe(`removed ${id}\n`);
    expect((await cli('add', '--every', '1h', '-m', 'x', '--stagger', '5m')).stderr).toContain(
      '--stagger needs --cron',
    );
    expect((await cli('add', '--every', '1h', '-m', 'x', '--budget-window', 'day')).stderr).toContain(
      '--budget-tokens',
    );
    const bad = await cli('add', '--every', 'often', '-m', 'x');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('"often" is no length') as string]);
  });
});
