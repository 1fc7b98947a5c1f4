import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;
const STRANGER = 77;
const READS: readonly [method: string, params?: Record<string, unknown>][] = [
  ['sessions.list'],
  ['cron.list', { includeDisabled: true }],
  ['cron.runs'],
  ['runs.list'],
  ['exec.approval.list'],
  ['approval.grants'],
  ['device.pair.list'],
  ['channels.pairing.list'],
  ['channels.status', { probe: false }],
  ['channels.deadLetters.list'],
  ['health'],
  ['status'],
  ['chat.history', { sessionKey: 'sound' }],
];

describe('a database in which the newest row of each table can not be read', () => {
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;
  let client: WireClient;
  let spoilt: string[];

  const say = async (sessionKey: string, message: string): Promise<Record<string, unknown>> => {
    const runId = `${sessionKey}: ${message}`;
    const sent = await client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    if (!sent.ok) return { status: 'refused', ...sent.error };
    return client.done('agent.wait', { runId, timeoutMs: 60_000 });
  };
  const job = (name: string): Promise<{ id: string }> =>
    client.done('cron.add', {
      name,
      schedule: { kind: 'every', everyMs: 3_600_000 },
      sessionTarget: 'isolated',
      payload: { kind: 'agentTurn', message: `tick of ${name}` },
    });

  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    models = await FakeModels.start();
    models.answer = ({ lastUser }) => ({ steps: [{ text: `You said: ${lastUser}` }] });
    gateway = await GatewayProcess.start({
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'pairing', allowFrom: [OWNER] },
        },
      },
    });
    client = await WireClient.connected(gateway.url);
    await job('sound');
    await job('broken');
    telegram.say({ chatId: STRANGER, text: 'Let me in' });
    await until('the code', () => telegram.textsIn(STRANGER).length > 0);
    for (const session of ['sound', 'broken']) await say(session, 'hello');
    client.close();
    await gateway.signal('SIGKILL');
    spoilt = spoil();
    gateway = await GatewayProcess.start({ stateDir: gateway.stateDir, port: gateway.port });
    client = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    client.close();
    await gateway.stop();
    await telegram.stop();
    await models.stop();
  });

  /** Every column that holds objects. @returns them */
  function spoil(): string[] {
    const database = new SqliteFile(join(gateway.stateDir, 'openclaw-nest.sqlite'));
    const all = <T>(statement: string): T[] => database.prepare(statement).all() as T[];
    const columns: string[] = [];
    for (const { table } of all<{ table: string }>(`select name as "table" from sqlite_master where type = 'table'`)) {
      if (table.startsWith('sqlite_') || table === 'leases') continue;
      for (const { column } of all<{ column: string }>(`select name as "column" from pragma_table_info('${table}')`)) {
        const newest = `select max(rowid) from ${table} where ${column} like '{%'`;
        const { changes } = database.prepare(`update ${table} set ${column} = '{' where rowid = (${newest})`).run();
        if (Number(changes) > 0) columns.push(`${table}.${column}`);
      }
    }
    database.prepare('update cron_jobs set next_run_at = 1').run();
    database.close();
    return columns;
  }

  it('is opened, and everything else is read', async () => {
    expect(spoilt).toEqual(
      expect.arrayContaining([
        'cron_jobs.job',
        'inbox.payload',
        'outbox.payload',
        'pairing_requests.meta',
        'sessions.entry',
        'transcript_events.payload',
        'turn_steps.output',
        'turns.request',
        'turns.result',
      ]),
    );
    for (const [method, params] of READS)
      expect(await client.call(method, params ?? {})).toMatchObject({ ok: true, payload: expect.anything() });
    expect(gateway.log).toMatch(/can not be read and is left out table=sessions/);
  });

  it('runs its other jobs; the broken one is switched off, says so, and can be removed', async () => {
    await until('the sound job', () => models.requests.some(({ lastUser }) => lastUser.includes('tick of sound')));
    const { jobs } = await client.done<{ jobs: { id: string; name: string; enabled: boolean; state: unknown }[] }>(
      'cron.list',
      { includeDisabled: true },
    );
    const broken = jobs.find(({ name }) => name === 'broken');
    expect(broken).toMatchObject({
      enabled: false,
      state: { lastStatus: 'error', lastError: expect.stringContaining("can't be read") },
    });
    await client.done('cron.remove', { id: broken?.id });
  });

  it('goes on with other conversations, and names the one that it can not go on with', async () => {
    expect(await say('sound', 'and now?')).toMatchObject({ status: 'ok' });
    telegram.say({ chatId: OWNER, text: 'still there?' });
    await until('the answer', () => telegram.textsIn(OWNER).some((text) => text.includes('still there?')));
    expect(await say('broken', 'and now?')).toMatchObject({
      status: 'refused',
      details: { reason: 'SESSION_UNREADABLE' },
      message: expect.stringContaining('openclaw sessions reset'),
    });
    await client.done('sessions.reset', { key: 'broken' });
    expect(await say('broken', 'once more')).toMatchObject({ status: 'ok' });
  });
});
