import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VIEWED_METHODS } from '../../src/rpc/answer-views';
import { IDLE_METHODS } from '../../src/rpc/idle-params';
import { RENAMED_METHODS } from '../../src/rpc/renamed-params';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';

type Row = Record<string, unknown> & { key: string };

/** What programs made for protocol 4 of OpenClaw rely on, over the real wire. */
describe('a client of protocol 4', () => {
  let bench: ToolBench;
  let client: WireClient;
  let old: WireClient;
  beforeAll(async () => {
    bench = await ToolBench.start({});
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
    old = await WireClient.connected(bench.gateway.url, { minProtocol: 3, maxProtocol: 3 });
  });
  afterAll(async () => {
    client.close();
    old.close();
    await bench.stop();
  });
  const done = <T = Record<string, unknown>>(method: string, params: unknown = {}): Promise<T> =>
    client.done<T>(method, params);
  const listed = async (params: object, by = client): Promise<Row[]> =>
    (await by.done<{ sessions: Row[] }>('sessions.list', params)).sessions;

  it('may send parameters that mean nothing here, and no others', async () => {
    for (const [method, params] of [
      ['health', { anything: 1 }],
      ['status', { includeChannelSummary: true }],
      ['chat.abort', { sessionKey: 'main', preserveSideRuns: true }],
      ['sessions.list', { includePeople: true, archived: 'all', traceparent: 'x' }],
      ['sessions.subscribe', { includePeople: true }],
      ['cron.list', { enabled: 'all', compact: true }],
    ] as const)
      expect([method, (await client.call(method, params)).ok]).toEqual([method, true]);
    for (const [method, params] of [
      ['chat.abort', { sessionKey: 'main', bogus: true }],
      ['sessions.list', { archived: 'some' }],
      ['agents.list', { bogus: 1 }],
      ['sessions.patch', { key: 'main', permissionMode: 'full' }],
      ['sessions.create', { worktree: true }],
    ] as const)
      expect([method, (await client.call(method, params)).ok]).toEqual([method, false]);
  });

  it('finds every method of which something is said by revision', async () => {
    for (const method of [...VIEWED_METHODS, ...IDLE_METHODS, ...RENAMED_METHODS]) {
      const { error } = await client.call(method, { bogus: 1 });
      expect([method, error?.message ?? '']).toEqual([method, expect.not.stringContaining('unknown method')]);
    }
  });

  it('may name a session as its revision does', async () => {
    for (const method of ['sessions.branches.list', 'sessions.files.list']) {
      expect(await done(method, { sessionKey: 'main' })).toMatchObject({ key: 'agent:main:main' });
      expect((await client.call(method, {})).error?.message).toContain("'key'");
      expect((await client.call(method, { key: 'main', sessionKey: 'main' })).error?.message).toContain('sessionKey');
    }
  });

  it('sees where a session is written, and how a run began and ended', async () => {
    const { key } = await done<{ key: string }>('sessions.create', { label: 'Placed' });
    const sessionId = (await listed({})).find((row) => row.key === key)?.['sessionId'];
    await done('chat.send', { sessionKey: key, message: 'hello there', idempotencyKey: 'placed-1' });
    const phase = async (name: string): Promise<unknown> => {
      const { payload } = await client.event(
        'agent',
        ({ runId, data }) => runId === 'placed-1' && (data as { phase?: string }).phase === name,
      );
      return payload?.['data'];
    };
    const at = expect.any(Number) as number;
    expect(await phase('start')).toEqual({ phase: 'start', startedAt: at, sessionId });
    const end = { phase: 'end', startedAt: at, endedAt: at, sessionId, stopReason: 'stop', aborted: false };
    expect(await phase('end')).toEqual(end);
    for (const by of [client, old])
      expect((await listed({}, by)).find((row) => row.key === key)).toMatchObject({
        chatType: 'direct',
        lastChannel: 'webchat',
        deliveryContext: { channel: 'webchat' },
        origin: { provider: 'webchat', surface: 'webchat', chatType: 'direct' },
        abortedLastRun: false,
      });
    const model = { modelProvider: 'fake', model: 'fake-1' };
    expect(await old.done('sessions.patch', { key, label: 'Put' })).toMatchObject({ resolved: model });
    expect((await done<{ file: object }>('exec.approvals.get')).file).toMatchObject({ defaults: {}, agents: {} });
  });

  it('is told of sessions, agents, skills and counts what its revision has, and protocol 3 is not', async () => {
    const { key } = await done<{ key: string }>('sessions.create', { label: 'Told' });
    await done('chat.send', { sessionKey: key, message: 'tell me of larkspur', idempotencyKey: 'told-1' });
    await done('agent.wait', { runId: 'told-1', timeoutMs: 20_000 });
    const row = (await listed({})).find((each) => each.key === key);
    expect(row).toMatchObject({
      createdVia: 'operator',
      visibility: 'shared',
      permissionModePending: false,
      effectiveFastMode: false,
      agentRuntime: { id: 'openclaw' },
    });
    expect((await listed({}, old)).find((each) => each.key === key)).not.toHaveProperty('createdVia');

    const { messages } = await done<{ messages: Record<string, unknown>[] }>('chat.history', { sessionKey: key });
    expect(messages[0]).toMatchObject({
      __openclaw: { senderIsOwner: true, idempotencyKey: 'told-1', recordTimestampMs: messages[0]?.['timestamp'] },
    });
    const { results } = await done<{ results: Row[] }>('sessions.search', { query: 'larkspur' });
    const facts = messages[0]?.['__openclaw'] as { id: string };
    expect(results[0]).toMatchObject({ messageId: facts.id, timestamp: results[0]?.['at'] });

    const { workspace, files } = await done<{ workspace: string; files: Row[] }>('agents.files.list', {
      agentId: 'main',
    });
    const missing = Object.fromEntries(files.map(({ name, expectedAbsent }) => [name, expectedAbsent]));
    expect([missing['MEMORY.md'], missing['AGENTS.md']]).toEqual([true, undefined]);
    expect(await done('sessions.files.list', { sessionKey: key })).toMatchObject({
      sessionKey: key,
      root: workspace,
      gitCheckout: existsSync(join(workspace, '.git')),
    });
    expect(await done('agent.identity.get')).toMatchObject({ name: 'Assistant', nameSource: 'default' });
    writeFileSync(join(workspace, 'IDENTITY.md'), '- **Name:** Juniper\n');
    expect(await done('agent.identity.get')).toMatchObject({ name: 'Juniper', nameSource: 'workspace' });
    expect(await old.done('agent.identity.get')).not.toHaveProperty('nameSource');

    const { agentId, skills } = await done<{ agentId: string; skills: Row[] }>('skills.status');
    expect(agentId).toBe('main');
    const usable = skills.filter(({ eligible }) => eligible === true);
    expect(usable.length).toBeGreaterThan(0);
    for (const { userInvocable, commandVisible } of usable) expect(commandVisible).toBe(userInvocable);
    for (const { modelVisible, commandVisible, eligible } of skills)
      if (eligible === false) expect([modelVisible, commandVisible]).toEqual([false, false]);
    expect(await done('usage.cost')).toMatchObject({ cacheStatus: { status: 'fresh', staleFiles: 0 } });
    expect(await done('plugins.list')).toMatchObject({ diagnostics: [], mutationAllowed: false });
    expect(await done('sessions.observer.visibility', { visible: true })).toEqual({ ok: true });
    expect((await client.call('sessions.observer.visibility', {})).error?.message).toContain('visible');
  });

  it('is let in however often its device connects at once for the first time', async () => {
    for (let round = 0; round < 3; round++) {
      const device = new TestDevice();
      const sockets = await Promise.all(Array.from({ length: 20 }, () => WireClient.open(bench.gateway.url)));
      const answers = await Promise.all(
        sockets.map((socket, index) => {
          // Some ask for less: theirs is another request.
          const scopes = index % 2 === 0 ? ['operator.read'] : ['operator.read', 'operator.write'];
          return socket.call('connect', device.sign('v3', socket.nonce, connectParams({ scopes })));
        }),
      );
      expect(answers.flatMap(({ ok, error }) => (ok ? [] : [error?.message]))).toEqual([]);
      for (const socket of sockets) socket.close();
    }
  });

  it('makes a session with a message, once for each key', async () => {
    const asked = { label: 'Made', message: 'hello there', category: 'work', idempotencyKey: 'make-1' };
    const made = await done<{ key: string; runId: string; runStarted: boolean }>('sessions.create', asked);
    expect(made).toMatchObject({ runStarted: true, runId: 'make-1', status: 'started' });
    const again = await done<{ key: string }>('sessions.create', asked);
    expect(again).toMatchObject({ key: made.key, runId: 'make-1' });
    await until('an answer', async () => {
      const { messages } = await done<{ messages: { role: string }[] }>('sessions.get', { key: made.key });
      return messages.some(({ role }) => role === 'assistant');
    });
    const { messages } = await done<{ messages: { role: string }[] }>('sessions.get', { key: made.key });
    expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1);
    expect(await done('sessions.abort', { key: made.key })).toEqual({
      ok: true,
      abortedRunId: null,
      status: 'no-active-run',
    });
  });

  it('keeps order among its sessions, and finds it again', async () => {
    const { key } = await done<{ key: string }>('sessions.create', { key: 'agent:main:tidy' });
    await done('sessions.patch', { key, pinned: true, category: 'home', icon: 'star', color: 'red', unread: true });
    const [row] = await listed({ group: 'home' });
    expect(row).toMatchObject({ key, pinned: true, category: 'home', icon: 'star', color: 'red', unread: true });
    expect((await listed({ pinned: true })).map((each) => each.key)).toEqual([key]);
    // Protocol 3 knows nothing of it.
    expect((await listed({}, old)).find((each) => each.key === key)).not.toHaveProperty('pinned');

    await done('sessions.patch', { key, archived: true, unread: false, category: null });
    const keys = async (archived?: unknown): Promise<boolean> =>
      (await listed(archived === undefined ? {} : { archived })).some((each) => each.key === key);
    expect([await keys(), await keys(false), await keys(true), await keys('all')]).toEqual([false, false, true, true]);
    expect((await listed({ archived: true }))[0]).toMatchObject({ archived: true, unread: false });
    const stale = await client.call('sessions.patch', { key, expectedSessionId: 'other', pinned: false });
    expect(stale.error).toMatchObject({ code: 'INVALID_REQUEST', details: { code: 'SESSION_CHANGED' } });
    expect((await client.call('sessions.patch', { key: 'main', archived: true })).ok).toBe(false);
  });

  it('groups sessions', async () => {
    await done('sessions.groups.put', { names: ['later', 'now'] });
    await done('sessions.create', { key: 'agent:main:grouped', category: 'now' });
    expect(await done('sessions.groups.rename', { name: 'now', to: 'today' })).toMatchObject({ updatedSessions: 1 });
    const { groups } = await done<{ groups: { name: string }[] }>('sessions.groups.list');
    expect(groups.map(({ name }) => name)).toEqual(['later', 'today', 'work']);
    expect(await listed({ group: 'today' })).toHaveLength(1);
    expect(await done('sessions.groups.delete', { name: 'today' })).toMatchObject({ updatedSessions: 1 });
    expect(await listed({ group: 'today' })).toHaveLength(0);
  });

  it('follows a conversation and the list, and nobody else is told more', async () => {
    const watcher = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
    const bystander = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
    const key = 'agent:main:followed';
    expect(await watcher.done('sessions.subscribe')).toEqual({ subscribed: true });
    expect(await watcher.done('sessions.messages.subscribe', { key })).toEqual({ subscribed: true, key });
    const from = watcher.frames.length;
    await bench.turn([{ name: 'session_status', args: {} }], { sessionKey: key, message: 'and now' });
    await until('both messages', () => watcher.frames.filter(({ event }) => event === 'session.message').length >= 2);
    const seen = watcher.frames.slice(from);
    const payloads = (event: string): Record<string, unknown>[] =>
      seen.filter((frame) => frame.event === event).map(({ payload }) => payload ?? {});
    const said = payloads('session.message');
    expect(said[0]).toMatchObject({
      sessionKey: key,
      messageSeq: 1,
      message: { role: 'user', content: 'and now' },
      messageId: expect.any(String) as string,
    });
    expect(said.at(-1)).toMatchObject({ message: { role: 'assistant' } });
    expect(payloads('session.tool')[0]).toMatchObject({
      sessionKey: key,
      data: { phase: 'start', name: 'session_status' },
    });
    await until('the end', () => payloads('sessions.changed').length > 0);
    const changes = watcher.frames.slice(from).filter(({ event }) => event === 'sessions.changed');
    expect(changes.at(-1)?.payload).toMatchObject({ sessionKey: key, key, hasActiveRun: false, status: 'done' });
    // Who has not subscribed learns of the change alone; protocol 3 has no such events.
    const plain = (await bystander.settled()).filter(({ payload }) => payload?.['sessionKey'] === key);
    expect(plain.filter(({ event }) => event === 'session.message' || event === 'session.tool')).toEqual([]);
    const names = (await old.settled()).map(({ event }) => event);
    for (const event of ['sessions.changed', 'session.message', 'session.tool']) expect(names).not.toContain(event);

    expect(await watcher.done('sessions.messages.unsubscribe', { key })).toEqual({ subscribed: false, key });
    expect(await watcher.done('sessions.unsubscribe')).toEqual({ subscribed: false });
    watcher.close();
    bystander.close();
  });

  it('reads pages of jobs and of their runs', async () => {
    const job = await done<{ id: string; configRevision: string }>('cron.add', {
      name: 'Daily',
      schedule: { kind: 'cron', expr: '0 7 * * *' },
      payload: { kind: 'agentTurn', message: 'x' },
    });
    const page = await done<Record<string, unknown>>('cron.list', { limit: 5, enabled: 'all' });
    expect(page).toMatchObject({
      total: 1,
      offset: 0,
      limit: 5,
      hasMore: false,
      nextOffset: null,
      snapshotRevision: expect.stringMatching(/^sha256:/) as string,
      deliveryPreviews: { [job.id]: { label: 'not requested' } },
      jobs: [{ id: job.id, configRevision: job.configRevision, effectiveAgentId: 'main' }],
    });
    expect(await old.done('cron.list', {})).not.toHaveProperty('snapshotRevision');
    expect(await done('cron.runs', { id: job.id })).toMatchObject({ entries: [], total: 0, hasMore: false });
    for (const method of ['cron.runs', 'cron.remove', 'cron.get', 'cron.run'])
      expect((await client.call(method, { id: 'none' })).error).toMatchObject({
        code: 'INVALID_REQUEST',
        details: { code: 'CRON_JOB_NOT_FOUND', jobId: 'none' },
      });
    expect(await old.done('cron.runs', { id: 'none' })).toEqual({ entries: [] });
    expect(await old.done('cron.remove', { id: 'none' })).toEqual({ ok: true, removed: false });
  });

  it('reads a conversation with what is known of it', async () => {
    const history = await done('chat.history', { sessionKey: 'agent:main:followed' });
    expect(history).toMatchObject({
      totalMessages: expect.any(Number) as number,
      pendingInputs: { items: [], total: 0 },
      defaults: { model: 'fake-1' },
      sessionInfo: { key: 'agent:main:followed', agentId: 'main', isMain: false, status: 'done' },
    });
    expect(await old.done('chat.history', { sessionKey: 'agent:main:followed' })).not.toHaveProperty('sessionInfo');
  });

  it('opens a conversation at once, and reads one message of it', async () => {
    const sessionKey = 'agent:main:followed';
    const opened = await done<{ messages: { __openclaw: { id: string } }[]; sessionId: string }>('chat.startup', {
      sessionKey,
      limit: 1,
    });
    expect(opened).toMatchObject({
      sessionKey,
      messages: [{ role: 'assistant' }],
      metadata: {
        commands: expect.arrayContaining([expect.objectContaining({ name: 'status' })]) as unknown[],
        models: expect.arrayContaining([
          expect.objectContaining({ id: 'fake-1', tags: ['default'], available: true }),
        ]) as unknown[],
      },
      agentsList: { ownership: 'sole', selectionRequired: false, agents: [{ model: { primary: 'fake/fake-1' } }] },
    });
    const byShortId = { shortId: opened.sessionId.slice(0, 8), agentId: 'main' };
    expect(await done('chat.startup', byShortId)).toMatchObject({ sessionId: opened.sessionId });
    expect((await client.call('chat.startup', { shortId: 'zz', agentId: 'main' })).ok).toBe(false);
    expect((await client.call('chat.startup', {})).ok).toBe(false);
    expect(Object.keys(await done('chat.metadata', {})).sort()).toEqual([
      'commands',
      'models',
      'runtimeSelectionLocked',
      'swarmEnabled',
    ]);

    const messageId = opened.messages[0]?.__openclaw.id;
    expect(await done('chat.message.get', { sessionKey, messageId })).toMatchObject({
      ok: true,
      message: opened.messages[0],
    });
    expect(await done('chat.message.get', { sessionKey, messageId, maxChars: 5 })).toEqual({
      ok: false,
      unavailableReason: 'oversized',
    });
    for (const asked of [
      { sessionKey, messageId: 'none' },
      { sessionKey: 'agent:main:none', messageId },
    ])
      expect(await done('chat.message.get', asked)).toEqual({ ok: false, unavailableReason: 'not_found' });
    expect(await done('openclaw.approval.list')).toEqual([]);
  });

  it('may do with each scope what belongs to it', async () => {
    const reader = await WireClient.connected(bench.gateway.url, {
      minProtocol: 4,
      maxProtocol: 4,
      scopes: ['operator.read'],
    });
    const writer = await WireClient.connected(bench.gateway.url, {
      minProtocol: 4,
      maxProtocol: 4,
      scopes: ['operator.write'],
    });
    const key = 'agent:main:scoped';
    const reads = [
      ['sessions.subscribe', {}],
      ['sessions.unsubscribe', {}],
      ['sessions.groups.list', {}],
      ['sessions.get', { key }],
      ['chat.startup', { sessionKey: key }],
      ['chat.metadata', {}],
      ['chat.message.get', { sessionKey: key, messageId: 'x' }],
    ] as const;
    const writes = [
      ['sessions.create', { key }],
      ['sessions.send', { key, message: '/whoami' }],
      ['sessions.steer', { key, message: '/whoami' }],
      ['sessions.abort', { key }],
      ['sessions.patch', { key, label: 'Scoped', pinned: true }],
      ['sessions.groups.put', { names: [] }],
      ['sessions.groups.rename', { name: 'a', to: 'b' }],
      ['sessions.groups.delete', { name: 'b' }],
    ] as const;
    const owners = [['sessions.patch', { key, execSecurity: 'full' }]] as const;
    const refusal = (scope: string): object => ({ code: 'FORBIDDEN', message: `missing scope: ${scope}` });
    for (const [method, params] of reads)
      expect([method, (await reader.call(method, params)).ok]).toEqual([method, true]);
    for (const [method, params] of writes) {
      expect([method, (await reader.call(method, params)).error]).toMatchObject([method, refusal('operator.write')]);
      expect([method, (await writer.call(method, params)).ok]).toEqual([method, true]);
    }
    for (const [method, params] of owners)
      expect([method, (await writer.call(method, params)).error]).toMatchObject([method, refusal('operator.admin')]);
    expect((await reader.call('openclaw.approval.list')).error).toMatchObject(refusal('operator.approvals'));
    reader.close();
    writer.close();
  });

  it('goes on after a cut where it was, with what it has subscribed to', async () => {
    const device = new TestDevice();
    const wish = { minProtocol: 4, maxProtocol: 4, caps: ['resume'] };
    const greet = async (more: Record<string, unknown> = {}): Promise<[WireClient, Record<string, unknown>]> => {
      const come = await WireClient.open(bench.gateway.url);
      const { payload } = await come.call(
        'connect',
        device.sign('v3', come.nonce, connectParams({ ...wish, ...more })),
      );
      return [come, (payload?.['resume'] ?? {}) as Record<string, unknown>];
    };
    const [cut, { epoch, state }] = await greet();
    expect(state).toBe('new');
    await cut.done('sessions.messages.subscribe', { key: 'agent:main:resumed' });
    await bench.turn([], { sessionKey: 'resumed', message: 'before' });
    await cut.event('session.message', ({ message }) => JSON.stringify(message).includes('before'));
    const seq = Math.max(...cut.frames.map((frame) => frame.seq ?? 0));
    cut.close();
    await bench.turn([], { sessionKey: 'resumed', message: 'meanwhile' });

    const [back, hello] = await greet({ resume: { epoch, seq } });
    expect(hello).toMatchObject({ epoch, seq, state: 'resumed' });
    await back.event('session.message', ({ message }) => JSON.stringify(message).includes('meanwhile'));
    await bench.turn([], { sessionKey: 'resumed', message: 'after' });
    await back.event('session.message', ({ message }) => JSON.stringify(message).includes('after'));
    const numbers = back.frames.flatMap((frame) => frame.seq ?? []);
    expect(numbers).toEqual(numbers.map((_, index) => seq + 1 + index));
    back.close();

    const [other, refused] = await greet({ resume: { epoch: 'of another start', seq } });
    expect(refused).toMatchObject({ state: 'resync', seq: 0 });
    other.close();
    expect((await client.done<{ ok: boolean }>('health')).ok).toBe(true);
  });
});
