import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

type Row = Record<string, unknown>;

/** What the command lines and pages of released OpenClaw send, word for word. */
describe('a released client', () => {
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
  const done = <T = Row>(method: string, params: unknown = {}): Promise<T> => client.done<T>(method, params);

  describe('removes a conversation', () => {
    it('that was put away, with no more than the right to write', async () => {
      const writer = await WireClient.connected(bench.gateway.url, { minProtocol: 4, scopes: ['operator.write'] });
      const { key, sessionId } = await done<{ key: string; sessionId: string }>('sessions.create', { label: 'Away' });
      const remove = (params: object) => writer.call('sessions.delete', { key, deleteTranscript: true, ...params });
      const only = { archivedOnly: true, expectedSessionId: sessionId };
      expect((await remove({})).error?.details).toMatchObject({ missingScope: 'operator.admin' });
      expect((await remove({ archivedOnly: false })).error?.details).toMatchObject({ missingScope: 'operator.admin' });
      expect((await remove(only)).error?.message).toContain('not put away');
      await writer.done('sessions.patch', { key, archived: true });
      expect((await remove({ ...only, expectedSessionId: 'other' })).error).toMatchObject({
        code: 'INVALID_REQUEST',
        details: { code: 'SESSION_CHANGED' },
      });
      expect((await done<{ session: Row | null }>('sessions.describe', { key })).session).toMatchObject({ sessionId });
      expect((await remove(only)).payload).toMatchObject({ ok: true, key, deleted: true });
      writer.close();
    });

    it('of protocol 3 with the rights of the owner alone', async () => {
      const writer = await WireClient.connected(bench.gateway.url, {
        minProtocol: 3,
        maxProtocol: 3,
        scopes: ['operator.write'],
      });
      const { error } = await writer.call('sessions.delete', { key: 'agent:main:any', archivedOnly: true });
      expect(error?.message).toContain('operator.admin');
      writer.close();
    });
  });

  it('changes a job only as it has seen it', async () => {
    const job = await done<{ id: string; configRevision: string }>('cron.add', {
      name: 'seen',
      schedule: { kind: 'cron', expr: '0 7 * * *' },
      payload: { kind: 'agentTurn', message: 'x' },
    });
    const change = (expectedConfigRevision: string, name: string) =>
      client.call('cron.update', { id: job.id, expectedConfigRevision, patch: { name } });
    const { payload } = await change(job.configRevision, 'seen once');
    expect(payload).toMatchObject({ name: 'seen once' });
    const { error } = await change(job.configRevision, 'seen twice');
    expect(error).toMatchObject({
      code: 'INVALID_REQUEST',
      details: {
        code: 'CRON_JOB_CHANGED',
        expectedConfigRevision: job.configRevision,
        actualConfigRevision: payload?.['configRevision'],
      },
    });
    expect(await done('cron.get', { id: job.id })).toMatchObject({ name: 'seen once' });
    await done('cron.remove', { id: job.id });
  });

  it('names of the delivery of a job what changes, and the rest stays', async () => {
    const place = { channel: 'telegram', to: '77', accountId: 'second' };
    const { id, delivery } = await done<{ id: string; delivery: Row }>('cron.add', {
      name: 'told',
      schedule: { kind: 'cron', expr: '0 7 * * *' },
      payload: { kind: 'agentTurn', message: 'x' },
      delivery: { mode: 'announce', ...place },
    });
    expect(delivery).toEqual({ mode: 'announce', ...place });
    const change = async (block: Row) =>
      (await done<{ delivery: Row }>('cron.update', { id, patch: { delivery: block } })).delivery;
    expect(await change({ bestEffort: true })).toEqual({ mode: 'announce', ...place, bestEffort: true });
    expect(await change({ mode: 'none' })).toEqual({ mode: 'none', ...place });
    expect(await change({ mode: 'announce', to: '78' })).toEqual({ mode: 'announce', ...place, to: '78' });
    expect(await change({ accountId: null })).toEqual({ mode: 'announce', channel: 'telegram', to: '78' });
    const { error } = await client.call('cron.update', { id, patch: { delivery: { mode: 'webhook' } } });
    expect(error?.message).toContain('delivery.to must be an http(s) address');
    await done('cron.remove', { id });
  });

  it('looks for words in the conversations of its list, and gets their rows', async () => {
    for (const [key, archived] of [
      ['agent:main:near', false],
      ['agent:main:away', true],
    ] as const) {
      await done('chat.send', { sessionKey: key, message: 'speak of heliotrope', idempotencyKey: key });
      await done('agent.wait', { runId: key, timeoutMs: 20_000 });
      if (archived) await done('sessions.patch', { key, archived });
    }
    const found = async (params: object): Promise<{ keys: unknown[]; rows: unknown[] | undefined }> => {
      const { results, sessions } = await done<{ results: Row[]; sessions?: Row[] }>('sessions.search', {
        query: 'heliotrope',
        limit: 25,
        ...params,
      });
      const keys = [...new Set(results.map(({ sessionKey }) => sessionKey))].sort();
      return { keys, rows: sessions?.map(({ key }) => key).sort() };
    };
    const [away, near] = ['agent:main:away', 'agent:main:near'];
    expect(await found({})).toEqual({ keys: [away, near], rows: undefined });
    const scope = { includeGlobal: true, excludeSystem: true, configuredAgentsOnly: true, sortBy: 'updatedAt' };
    expect(await found({ scope })).toEqual({ keys: [near], rows: [near] });
    expect(await found({ scope: { archived: true } })).toEqual({ keys: [away], rows: [away] });
    expect(await found({ scope: { activeOnly: true } })).toEqual({ keys: [], rows: [] });
    expect(await found({ sessionKeys: ['away'] })).toEqual({ keys: [away], rows: undefined });
    expect(await found({ agentId: 'nobody' })).toEqual({ keys: [], rows: undefined });
    const { error } = await client.call('sessions.search', { query: 'x', scope: {}, agentId: 'main' });
    expect(error?.message).toContain('scope');
  });

  it('that watches all conversations is told what is said in them, as the bridge for MCP expects', async () => {
    const bridge = await WireClient.connected(bench.gateway.url, { minProtocol: 4, maxProtocol: 4 });
    await bridge.done('sessions.subscribe', {});
    const key = 'agent:main:overheard';
    await done('chat.send', { sessionKey: key, message: 'say it aloud', idempotencyKey: 'overheard-1' });
    const said = (): Row[] =>
      bridge.frames.filter(({ event }) => event === 'session.message').map(({ payload }) => payload as Row);
    await until('both messages', () => said().length >= 2);
    expect(said().map(({ sessionKey, message }) => [sessionKey, (message as Row)['role']])).toEqual([
      [key, 'user'],
      [key, 'assistant'],
    ]);
    await bridge.done('sessions.unsubscribe');
    await done('chat.send', { sessionKey: key, message: 'and again', idempotencyKey: 'overheard-2' });
    await done('agent.wait', { runId: 'overheard-2', timeoutMs: 20_000 });
    await bridge.settled();
    expect(said()).toHaveLength(2);
    bridge.close();
  });

  it('is told of a session that it changes what follows from its row', async () => {
    const key = 'agent:main:entry';
    await done('chat.send', { sessionKey: key, message: 'hello', idempotencyKey: 'entry-1' });
    await done('agent.wait', { runId: 'entry-1', timeoutMs: 20_000 });
    const derived = { systemSent: true, abortedLastRun: false, chatType: 'direct', lastChannel: 'webchat' };
    const facts = { ...derived, contextTokens: expect.any(Number) as number };
    const later = { status: 'done', createdVia: 'operator', totalTokensFresh: true };
    const entryOf = async (by: WireClient, method: string, params: object): Promise<Row> =>
      (await by.done<{ entry: Row }>(method, { key, ...params })).entry;
    expect(await entryOf(client, 'sessions.patch', { label: 'Four' })).toMatchObject({ ...facts, ...later });
    const seen = await entryOf(old, 'sessions.patch', { label: 'Three' });
    expect(seen).toMatchObject(facts);
    for (const name of Object.keys(later)) expect(seen).not.toHaveProperty(name);
    expect(await entryOf(old, 'sessions.reset', {})).toMatchObject({ systemSent: false, abortedLastRun: false });
  });

  it('asks for as many records of stability as it can show', async () => {
    for (const by of [client, old])
      expect(await by.done('diagnostics.stability', { limit: 1000 })).toMatchObject({ events: expect.any(Array) });
    expect((await client.call('diagnostics.stability', { limit: 1001 })).error?.message).toContain('limit');
  });

  it('gets the end of a run with the sum of its tokens', async () => {
    client.send({ type: 'req', id: 'sum', method: 'agent', params: { message: 'hi', idempotencyKey: 'sum-1' } });
    const { payload } = await client.answerTo('sum', 2);
    const { meta } = (payload as { result: { meta: { aborted: boolean; agentMeta: { usage: Row } } } }).result;
    expect(meta.aborted).toBe(false);
    expect(meta.agentMeta.usage['total']).toBe(meta.agentMeta.usage['totalTokens']);
  });
});
