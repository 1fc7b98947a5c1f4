import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RawBuilder, sql } from 'kysely';
import { SilentLoggerFactory } from '../../src/common/logger';
import { BOUNDED, RETENTION, retentionTimes } from '../../src/operations/maintenance/retention';
import { SessionStore } from '../../src/sessions/session.store';
import { TranscriptStore } from '../../src/sessions/transcript.store';
import type { DatabaseService } from '../../src/storage/database.service';
import { NO_SUM, addDollars, addSums } from '../../src/usage/usage-sum';
import { type UsageGroup, UsageStore } from '../../src/usage/usage.store';
import { FileOrigins } from '../../src/tools/provenance/file-origins.store';
import { STORE_KINDS, TestDatabase } from '../harness/stores';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1, 12);
const KEEP_DAYS = 90;
const old = NOW - 100 * DAY;
const recent = NOW - 10 * DAY;
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

describe.each(STORE_KINDS)('what is kept on %s', (kind) => {
  let home: TestDatabase;
  let database: DatabaseService;
  beforeEach(async () => {
    home = await TestDatabase.create(kind);
    database = await home.open();
  });
  afterEach(() => home.remove());

  const put = (table: string, rows: Record<string, unknown>[]): Promise<unknown> =>
    database.write('put', async (transaction) => {
      for (const row of rows)
        await transaction
          .insertInto(table as never)
          .values(row as never)
          .execute();
    });
  const tidy = (): Promise<number[]> =>
    database.sweep(
      RETENTION.map(({ table, statements }) => ({
        label: `tidy.${table}`,
        statements: statements(retentionTimes(NOW, KEEP_DAYS), kind),
      })),
    );
  const names = async (table: string, column: string): Promise<unknown[]> => {
    const { rows } = await sql<{ name: unknown }>`select ${sql.ref(column)} as name from ${sql.table(table)}
      order by ${sql.ref(column)}`.execute(database.read);
    return rows.map(({ name }) => name);
  };

  it('polls and votes go when nothing was told of them for long', async () => {
    const poll = (poll_id: string, updated_at: number): Record<string, unknown> => ({
      ...{ channel: 'telegram', account: 'default', poll_id, route: '{}', state: '{}', updated_at },
    });
    const vote = (poll_id: string, voter_id: string, voted_at = recent): Record<string, unknown> => ({
      ...{ channel: 'telegram', account: 'default', poll_id, voter_id, name: 'Ann', choices: '[]', voted_at },
    });
    await put('channel_polls', [poll('over', old), ...Array.from({ length: 120 }, (_, at) => poll(`over-${at}`, old))]);
    await put('channel_polls', [poll('open', recent)]);
    await put('channel_poll_votes', [vote('over', '5', old), vote('open', '5'), vote('open', '9')]);
    await tidy();
    expect(await names('channel_polls', 'poll_id')).toEqual(['open']);
    expect(await names('channel_poll_votes', 'voter_id')).toEqual(['5', '9']);
  });

  const turn = (run_id: string, ended_at: number | null): Record<string, unknown> => ({
    run_id,
    session_key: 'k',
    session_id: 's',
    agent_id: 'main',
    state: ended_at === null ? 'running' : 'closed',
    outcome: null,
    reason: null,
    result: null,
    request: '{}',
    attempt: 1,
    fence: 1,
    started_at: old,
    deadline_at: old,
    ended_at,
  });
  const step = (run_id: string, started_at: number): Record<string, unknown> => ({
    run_id,
    step: 0,
    kind: 'model',
    name: 'm',
    call_id: null,
    state: 'finished',
    input: null,
    output: null,
    idempotent: 1,
    started_at,
    finished_at: started_at,
  });
  const message = (id: string, state: string, updated_at: number): Record<string, unknown> => ({
    id,
    channel: 'c',
    account: 'a',
    external_id: id,
    session_key: 'k',
    run_id: id,
    turn_id: null,
    payload: '{}',
    state,
    reason: null,
    received_at: updated_at,
    updated_at,
  });
  const part = (id: string, state: string, updated_at: number): Record<string, unknown> => ({
    id,
    run_id: id,
    part: 0,
    channel: 'c',
    account: 'a',
    target: 't',
    route: '{}',
    payload: '{}',
    state,
    attempts: 1,
    next_attempt_at: 0,
    platform_id: null,
    mark: null,
    error: null,
    created_at: updated_at,
    updated_at,
  });
  const session = (key: string, session_id: string, updated_at: number): Record<string, unknown> => ({
    key,
    agent_id: 'main',
    session_id,
    label: null,
    entry: '{}',
    created_at: 1,
    updated_at,
  });
  const said = (session_id: string, count: number): Record<string, unknown>[] =>
    Array.from({ length: count }, (_, index) => ({
      session_id,
      seq: index + 1,
      id: `${session_id}-${index}`,
      run_id: null,
      kind: 'user',
      payload: '{"message":{"role":"user","content":[]}}',
      created_at: old,
    }));

  it('has a rule for each table', async () => {
    const ruled = [...RETENTION.map(({ table }) => table as string), ...Object.keys(BOUNDED)];
    const tables = (await database.read.introspection.getTables()).map(({ name }) => name);
    expect([...ruled].sort()).toEqual(tables.filter((name) => name !== 'schema_migrations').sort());
    expect(new Set(ruled).size).toBe(ruled.length);
  });

  it('ends turns and messages, never one that is open', async () => {
    const month = NOW - 40 * DAY;
    await put('turns', [turn('old', old), turn('month', month), turn('new', recent), turn('open', null)]);
    await put('turn_steps', [step('old', old), step('month', month), step('open', old), step('new', recent)]);
    await put(
      'inbox',
      ['answered', 'dropped', 'failed', 'pending', 'command', 'running'].flatMap((state) => [
        message(`${state}-old`, state, old),
        message(`${state}-recent`, state, recent),
      ]),
    );
    await put(
      'outbox',
      ['sent', 'failed', 'uncertain', 'pending', 'sending', 'streaming', 'unknown'].flatMap((state) => [
        part(`${state}-old`, state, old),
        part(`${state}-recent`, state, recent),
      ]),
    );
    await tidy();
    expect(await names('turns', 'run_id')).toEqual(['month', 'new', 'open']);
    expect(await names('turn_steps', 'run_id')).toEqual(['new', 'open']);
    const kept = (await names('inbox', 'id')).filter((id) => String(id).endsWith('-old'));
    expect(kept).toEqual(['command-old', 'pending-old', 'running-old']);
    const parts = (await names('outbox', 'id')).filter((id) => String(id).endsWith('-old'));
    expect(parts).toEqual(['pending-old', 'sending-old', 'streaming-old', 'unknown-old']);
  });

  it('goes through more rows than one transaction takes', async () => {
    await put(
      'turns',
      Array.from({ length: 1300 }, (_, index) => turn(`r${index}`, old)),
    );
    await tidy();
    expect(await names('turns', 'run_id')).toEqual([]);
  });

  it('keeps each conversation that a session has, and those that have ended for a while', async () => {
    let now = old;
    const sessions = new SessionStore(database, { now: () => now, monotonic: () => now } as never);
    const transcripts = new TranscriptStore(database);
    const first = await sessions.upsert('k', 'main', (entry) => entry);
    await put('transcript_events', said(first.sessionId, 1200));
    await put('compactions', [
      { session_id: first.sessionId, through_seq: 1, summary: 's', facts: '{}', created_at: old },
    ]);
    const second = await sessions.reset('k', 'main', () => Promise.resolve());
    await put('transcript_events', said(second.sessionId, 3));
    now = recent;
    const third = await sessions.reset('k', 'main', () => Promise.resolve());
    await put('transcript_events', said(third.sessionId, 3));
    await put('transcript_events', said('never-noted', 2));
    await tidy();
    expect(await transcripts.read(first.sessionId)).toEqual([]);
    expect(await names('compactions', 'session_id')).toEqual([]);
    expect(await transcripts.read(second.sessionId)).toHaveLength(3);
    expect(await transcripts.read(third.sessionId)).toHaveLength(3);
    expect(await names('ended_conversations', 'session_id')).toEqual([second.sessionId]);
  });

  it('removes what a fork that was cut off has left', async () => {
    await put('sessions', [session('source', 's', old)]);
    await put('transcript_events', said('s', 10));
    const transcripts = new TranscriptStore(database);
    await transcripts.copy('s', 'half');
    await database.write('age', (transaction) =>
      transaction.updateTable('ended_conversations').set({ ended_at: old }).execute(),
    );
    await tidy();
    expect(await transcripts.read('half')).toEqual([]);
    expect(await transcripts.read('s')).toHaveLength(10);
  });

  it('removes sessions of sub-agents and single hooks that nobody has used for long, no person’s', async () => {
    const id = '123e4567-e89b-12d3-a456-426614174000';
    const keys = [
      'agent:main:main',
      'agent:main:telegram:direct:5',
      'agent:main:hook:garden',
      `agent:main:hook:${id}`,
      `agent:main:subagent:${id}`,
      'agent:main:cron:job',
    ];
    await put(
      'sessions',
      keys.map((key, index) => session(key, `s${index}`, old)),
    );
    await put('sessions', [session('agent:main:subagent:recent', 'recent', recent)]);
    for (const index of keys.keys()) await put('transcript_events', said(`s${index}`, 2));
    await tidy();
    expect(await names('sessions', 'key')).toEqual([
      'agent:main:cron:job',
      'agent:main:hook:garden',
      'agent:main:main',
      'agent:main:subagent:recent',
      'agent:main:telegram:direct:5',
    ]);
    expect(new Set(await names('transcript_events', 'session_id'))).toEqual(new Set(['s0', 's1', 's2', 's5']));
  });

  it('keeps permissions of conversations that go on', async () => {
    await put('sessions', [session('k', 'alive', recent)]);
    const approval = (id: string, decision: string | null, session_id: string, created_at: number) => ({
      id,
      kind: 'exec',
      request: '{}',
      state: decision === null ? 'pending' : 'used',
      decision,
      resolved_by: null,
      created_at,
      expires_at: created_at,
      decided_at: null,
      run_id: null,
      call_id: null,
      session_key: 'k',
      session_id,
      target: null,
      fingerprint: null,
    });
    await put('approvals', [
      approval('a-once', 'allow-once', 'alive', old),
      approval('b-always', 'allow-always', 'alive', old),
      approval('c-session', 'allow-session', 'alive', old),
      approval('d-gone', 'allow-always', 'ended', old),
      approval('e-denied', 'deny', 'alive', old),
      approval('f-pending', null, 'alive', old),
      approval('g-recent', 'allow-once', 'alive', recent),
    ]);
    await tidy();
    expect(await names('approvals', 'id')).toEqual(['b-always', 'c-session', 'f-pending', 'g-recent']);
  });

  it('changes no total of what was used', async () => {
    const usage = new UsageStore(database, new SilentLoggerFactory());
    const call = (index: number): Record<string, unknown> => {
      const at = index % 2 === 0 ? old + (index % 6) * DAY : recent;
      return {
        id: `call-${index}`,
        at,
        day: dayOf(at),
        purpose: index % 3 === 0 ? 'turn' : 'cron',
        run_id: `run-${index}`,
        session_key: index % 5 === 0 ? null : `k${index % 4}`,
        agent_id: 'main',
        sender: index % 7 === 0 ? 'telegram:5' : null,
        job_id: null,
        provider: 'p',
        model: `m${index % 2}`,
        state: index === 11 ? 'lost' : 'settled',
        input: index,
        output: 2 * index,
        cache_read: 1,
        cache_write: 0,
        cost_micros: 10 * index,
        input_micros: 4 * index,
        output_micros: 3 * index,
        cache_read_micros: 2 * index,
        cache_write_micros: index,
        priced: index % 4 === 0 ? 0 : 1,
      };
    };
    await put(
      'usage_calls',
      Array.from({ length: 200 }, (_, index) => call(index)),
    );
    await put('usage_calls', [{ ...call(1000), state: 'reserved' }]);
    const filters = [{}, { sessionKey: 'k1' }, { toDay: dayOf(NOW - 95 * DAY) }, { sender: 'telegram:5' }];
    const shown = async (): Promise<unknown> => ({
      sums: await Promise.all(filters.map((filter) => usage.sum(filter))),
      groups: await Promise.all(
        (['day', 'model', 'agent', 'session', 'purpose'] satisfies UsageGroup[]).map((group) =>
          usage.groups({}, group),
        ),
      ),
      cells: await usage.cells({}),
      sessions: await usage.sessionCells({ sessionKeys: ['k1', 'k2', 'none'] }),
    });
    const before = await shown();
    const { inputCost, outputCost, cacheReadCost, cacheWriteCost, totalCost } = await usage.sum({});
    expect([inputCost, outputCost, cacheReadCost, cacheWriteCost].reduce(addDollars)).toBe(totalCost);
    expect(outputCost).toBeGreaterThan(0);
    const ofOne = { sessionKey: 'k2' };
    const line = await usage.points(ofOne, 7);
    expect(line).toHaveLength(7);
    expect(line.map(({ at }) => at)).toEqual(line.map(({ at }) => at).sort((a, b) => a - b));
    expect(line.reduce(addSums, NO_SUM)).toEqual(await usage.sum(ofOne));
    await tidy();
    expect(await shown()).toEqual(before);
    await tidy();
    expect(await shown()).toEqual(before);
    expect((await database.read.selectFrom('usage_calls').select('id').execute()).length).toBeLessThan(170);
    expect((await usage.calls({}, 500)).every(({ state }) => state !== 'summed')).toBe(true);
    expect((await usage.calls({}, 500)).filter(({ state }) => state === 'settled')).toHaveLength(99);
  });

  it('forgets whose text was in files that are gone, not those that are there', async () => {
    const origins = new FileOrigins(database);
    const folder = join(home.stateDir, 'files');
    mkdirSync(folder);
    const paths = ['a', 'b'].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, 'x');
    await origins.setAll(paths.map((path) => ({ path, origin: 'web' as const })));
    rmSync(paths[0] as string);
    expect(await origins.forgetGone(Date.now() - DAY)).toBe(0);
    expect(await origins.forgetGone(Date.now() + DAY)).toBe(1);
    expect(await names('file_origins', 'path')).toEqual([paths[1]]);
  });

  it('asks for what is to go by an index', async () => {
    if (kind === 'postgres') return;
    const scans: string[] = [];
    for (const { table, statements } of RETENTION) {
      for (const statement of statements(retentionTimes(NOW, KEEP_DAYS), kind)) {
        const { sql: text, parameters } = statement.compile(database.read);
        const plan = await explain(text, parameters);
        scans.push(
          ...plan
            .filter((line) => /^SCAN (?!ended\b)/.test(line) && !/USING (COVERING )?INDEX/.test(line))
            .map((line) => `${table}: ${line}`),
        );
      }
    }
    // Few rows, or short ones, one for each picture; or the row values of the very same statement.
    expect(
      scans.filter((line) => !/^(leases|system_events|webhook_deliveries|blob_refs): |SCAN \d+ CONSTANT/.test(line)),
    ).toEqual([]);
  });

  const explain = async (text: string, parameters: readonly unknown[]): Promise<string[]> => {
    const { rows } = await database.read.executeQuery<{ detail: string }>({
      sql: `explain query plan ${text}`,
      parameters,
      query: (sql`select 1` as RawBuilder<unknown>).toOperationNode(),
      queryId: { queryId: 'x' },
    } as never);
    return rows.map(({ detail }) => detail);
  };
});

it('is tidied up by a thread on SQLite, while everything else goes on', async () => {
  const home = await TestDatabase.create('sqlite');
  const database = await home.open();
  await database.write('put', async (transaction) => {
    for (let index = 0; index < 4000; index++)
      await transaction
        .insertInto('webhook_deliveries')
        .values({
          id: `w${index}`,
          target: 't',
          event: 'e',
          body: 'x'.repeat(500),
          state: 'failed',
          attempts: 1,
          next_attempt_at: 0,
          error: null,
          created_at: old,
        })
        .execute();
  });
  const rule = RETENTION.find(({ table }) => table === 'webhook_deliveries');
  let isDone = false;
  const swept = database
    .sweep([{ label: 'tidy', statements: rule?.statements(retentionTimes(NOW, KEEP_DAYS), 'sqlite') ?? [] }])
    .finally(() => (isDone = true));
  const sessions = new SessionStore(database);
  let writes = 0;
  while (!isDone) {
    await sessions.upsert('k', 'main', (entry) => entry);
    await new Promise((resolve) => setImmediate(resolve));
    writes++;
  }
  expect(await swept).toEqual([4000]);
  expect(writes).toBeGreaterThan(5);
  await home.remove();
});
