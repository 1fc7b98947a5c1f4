import { FakeModels } from '../fakes/model-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { TestDatabase } from '../harness/stores';
import { WireClient } from '../harness/wire-client';

interface Run {
  runAtMs: number;
  action: string;
  status?: string;
  error?: string;
}
interface Job {
  id: string;
  name: string;
  enabled: boolean;
  state: { nextRunAtMs?: number; lastStatus?: string; consecutiveErrors?: number };
}

describe('jobs', () => {
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let store: TestDatabase;
  /** Ends the model calls that wait. */
  let release: () => void;

  const start = async (): Promise<void> => {
    gateway = await GatewayProcess.start({
      stateDir: store.stateDir,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' }, skipBootstrap: true } },
      },
    });
    client = await WireClient.connected(gateway.url);
  };
  beforeEach(async () => {
    models = await FakeModels.start();
    store = await TestDatabase.create('sqlite');
    release = () => undefined;
    await start();
  });
  afterEach(async () => {
    release();
    client.close();
    await gateway.stop();
    await models.stop();
    await store.remove();
  });

  const call = async <T>(method: string, params: Record<string, unknown>): Promise<T> => {
    const { ok, payload, error } = await client.call(method, params);
    expect([method, ok, error?.message]).toEqual([method, true, undefined]);
    return payload as T;
  };
  const add = (fields: Record<string, unknown>): Promise<Job> =>
    call<Job>('cron.add', { name: 'Job', schedule: { everyMs: 3_600_000 }, payload: { message: 'work' }, ...fields });
  const force = (id: string): Promise<{ ran: boolean }> => call('cron.run', { id, mode: 'force' });
  const runs = async (id: string): Promise<Run[]> => (await call<{ entries: Run[] }>('cron.runs', { id })).entries;
  const job = (id: string): Promise<Job> => call<Job>('cron.get', { id });
  const finished = (id: string, count = 1): Promise<void> =>
    until(`${count} runs`, async () => (await runs(id)).filter(({ status }) => status !== undefined).length >= count);
  /** The first model call does not end by itself. */
  const hold = (): void => {
    models.answer = ({ index }) => ({ steps: index === 0 ? [{ stall: true }] : [{ text: 'done' }] });
  };
  const hasBegun = (): Promise<void> => until('the first run', () => models.requests.length === 1);

  it('that are due while their last run goes on are skipped, wait, or take its place, as they say', async () => {
    hold();
    const forbid = await add({});
    await force(forbid.id);
    await hasBegun();
    expect(await force(forbid.id)).toMatchObject({ ran: false });
    expect((await runs(forbid.id)).at(-1)).toMatchObject({ status: 'skipped', error: 'its last run goes on' });
    await call('cron.update', { id: forbid.id, patch: { overlap: 'queue' } });
    expect(await force(forbid.id)).toMatchObject({ ran: true });
    expect(models.requests).toHaveLength(1);
    await call('cron.update', { id: forbid.id, patch: { overlap: 'replace' } });
    expect(await force(forbid.id)).toMatchObject({ ran: true });
    await finished(forbid.id, 4);
    expect((await runs(forbid.id)).map(({ status }) => status)).toEqual(['error', 'skipped', 'ok', 'ok']);
    expect(models.requests).toHaveLength(3);
  });

  it.each([
    ['none', 0],
    ['all', 4],
  ])('whose times passed while nothing ran make up for them by policy %s: %i', async (misfire, made) => {
    const { id, state } = await add({ misfire, schedule: { everyMs: 60_000, anchorMs: Date.now() - 630_000 } });
    client.close();
    await gateway.signal('SIGKILL');
    const database = await store.open();
    const past = (state.nextRunAtMs ?? 0) - 4 * 60_000;
    await database.write('test', (transaction) =>
      transaction.updateTable('cron_jobs').set({ next_run_at: past }).where('id', '=', id).execute(),
    );
    await database.close();
    await start();
    await finished(id, 4);
    const all = await runs(id);
    expect(all.filter(({ status }) => status === 'ok')).toHaveLength(made);
    expect(all.filter(({ error }) => error === 'missed while nothing ran')).toHaveLength(4 - made);
    expect(models.requests).toHaveLength(made);
    expect((await job(id)).state.nextRunAtMs).toBeGreaterThan(Date.now());
  });

  it('stay within a budget of their own, and others go on', async () => {
    const { id } = await add({ budget: { tokens: 200 } });
    const free = await add({});
    await force(id);
    await finished(id);
    expect((await runs(id))[0]).toMatchObject({
      status: 'error',
      error: expect.stringContaining('budget of the job') as string,
    });
    expect(models.requests).toHaveLength(0);
    await force(free.id);
    await finished(free.id);
    expect((await runs(free.id))[0]).toMatchObject({ status: 'ok' });
    // One that is large enough for a run but not for the day's second.
    models.answer = () => ({ steps: [{ text: 'done' }], usage: { input: 150_000, output: 10 } });
    await call('cron.update', { id, patch: { budget: { tokens: 200_000, window: 'day' } } });
    await force(id);
    await finished(id, 2);
    models.answer = () => ({ steps: [{ text: 'done' }], usage: { input: 150_000, output: 10 } });
    await force(id);
    await finished(id, 3);
    await force(id);
    await finished(id, 4);
    expect((await runs(id)).map(({ status }) => status)).toEqual(['error', 'ok', 'ok', 'error']);
    // Each run by itself has room again; without limits there is none to stay within.
    await call('cron.update', { id, patch: { budget: { tokens: 200_000, window: 'run' } } });
    await force(id);
    await finished(id, 5);
    expect((await runs(id)).at(-1)).toMatchObject({ status: 'ok' });
    expect(await call('cron.update', { id, patch: { budget: {} } })).not.toHaveProperty('budget');
    const refused = await client.call('cron.add', {
      schedule: { everyMs: 1000 },
      payload: { text: 'x' },
      budget: { tokens: 5 },
    });
    expect(refused.error?.message).toContain('budget needs a payload of kind agentTurn');
  });

  it('that fail are tried again before their next time where they say so, but not when somebody stopped them', async () => {
    models.answer = ({ index }) =>
      index < 2
        ? { status: 400, steps: [], body: { error: { message: 'no', type: 'invalid_request_error' } } }
        : { steps: [{ stall: true }] };
    const inMinutes = async (id: string): Promise<number> =>
      Math.round(((await job(id)).state.nextRunAtMs ?? NaN) - Date.now()) / 60_000;
    const plain = await add({});
    await force(plain.id);
    await finished(plain.id);
    expect(await inMinutes(plain.id)).toBeGreaterThan(50);
    const keen = await add({ retries: 2 });
    await force(keen.id);
    await finished(keen.id);
    expect(await inMinutes(keen.id)).toBeGreaterThan(0.8);
    expect(await inMinutes(keen.id)).toBeLessThan(1.2);
    const once = await add({ retries: 2, schedule: { atMs: Date.now() } });
    await until('its run', () => models.requests.length === 3);
    await call('chat.abort', { sessionKey: `agent:main:cron:${once.id}` });
    await finished(once.id);
    expect(await job(once.id)).toMatchObject({ enabled: false, state: { lastStatus: 'error' } });
  });

  it('that are planned anew during a run keep the new plan', async () => {
    hold();
    const { id } = await add({ schedule: { atMs: Date.now() } });
    await hasBegun();
    const atMs = Date.now() + 3_600_000;
    await call('cron.update', { id, patch: { name: 'Later', schedule: { kind: 'at', atMs } } });
    await call('chat.abort', { sessionKey: `agent:main:cron:${id}` });
    await finished(id);
    expect(await job(id)).toMatchObject({
      name: 'Later',
      enabled: true,
      state: { nextRunAtMs: atMs, lastStatus: 'error' },
    });
  });

  it('tell the owner after so many failures in a row', async () => {
    models.answer = ({ text }) =>
      text.includes('failed 2 times in a row')
        ? { steps: [{ text: 'Oh.' }] }
        : { status: 400, steps: [], body: { error: { message: 'no', type: 'invalid_request_error' } } };
    const { id } = await add({ alertAfter: 2 });
    await force(id);
    await finished(id);
    expect(models.requests.some(({ text }) => text.includes('in a row'))).toBe(false);
    await force(id);
    await until('the alert', () => models.requests.some(({ text }) => text.includes('failed 2 times in a row')));
    expect((await job(id)).state.consecutiveErrors).toBe(2);
  });

  describe('with failureAlert', () => {
    const refuse = (): void => {
      models.answer = ({ text }) =>
        text.includes('failed')
          ? { steps: [{ text: 'Oh.' }] }
          : { status: 400, steps: [], body: { error: { message: 'no', type: 'invalid_request_error' } } };
    };
    const alerts = (): string[] =>
      models.requests.flatMap(({ text }) => text.match(/failed (1 time|\d+ times in a row)/g) ?? []);
    const told = (text: string): Promise<void> => until(text, () => alerts().some((each) => each.includes(text)));
    const fail = async (id: string, count: number): Promise<void> => {
      await force(id);
      await finished(id, count);
    };

    it('tell once in a row, again when the pause is over, and afresh when it had gone well', async () => {
      refuse();
      const { id } = await add({ failureAlert: { after: 1 } });
      await fail(id, 1);
      await told('failed 1 time');
      await fail(id, 2);
      expect(await job(id)).toMatchObject({
        failureAlert: { after: 1, cooldownMs: 3_600_000 },
        state: {
          consecutiveErrors: 2,
          lastStatus: 'error',
          lastRunStatus: 'error',
          lastFailureAlertAtMs: expect.any(Number) as number,
        },
      });
      expect(alerts().some((each) => each.includes('2 times'))).toBe(false);
      const changed = await call('cron.update', { id, patch: { failureAlert: { to: 'x', cooldownMs: 0 } } });
      expect(changed).toMatchObject({ failureAlert: { after: 1, to: 'x', cooldownMs: 0 } });
      const taken = await call<{ failureAlert: object }>('cron.update', { id, patch: { failureAlert: { to: null } } });
      expect(taken.failureAlert).toEqual({ after: 1, cooldownMs: 0 });
      await fail(id, 3);
      await told('failed 3 times in a row');
      models.answer = () => ({ steps: [{ text: 'done' }] });
      await fail(id, 4);
      expect((await job(id)).state).not.toHaveProperty('lastFailureAlertAtMs');
    });

    it('tell nobody any more once it is taken away', async () => {
      refuse();
      const { id } = await add({ failureAlert: { after: 1 } });
      expect(await call('cron.update', { id, patch: { failureAlert: false } })).not.toHaveProperty('failureAlert');
      await fail(id, 1);
      expect((await job(id)).state).not.toHaveProperty('lastFailureAlertAtMs');
    });

    it.each([
      [{ after: 0 }, 'failureAlert.after must be a whole number from 1 to 100, got 0'],
      [{ cooldownMs: '1h' }, 'failureAlert.cooldownMs must be milliseconds, got "1h"'],
      [{ mode: 'shout' }, 'failureAlert.mode "shout" is not one of announce, webhook'],
      [{ mode: 'webhook', to: '77' }, 'failureAlert.to must be an http(s) address for mode webhook, got "77"'],
      [{ channel: 7 }, 'failureAlert.channel must be a text, got 7'],
      [{ often: true }, 'failureAlert.often is not one of after'],
      ['yes', 'failureAlert'],
    ])('%j is refused by name', async (failureAlert, message) => {
      const { error } = await client.call('cron.add', {
        schedule: { everyMs: 3_600_000 },
        payload: { message: 'work' },
        failureAlert,
      });
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining(message) as string });
    });
  });
});
