import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

/** `openclaw agent --session-id` of both releases: a script names its conversation before there is one. */
describe('the session id of a script', () => {
  let bench: ToolBench;
  let client: WireClient;
  beforeAll(async () => {
    bench = await ToolBench.start({});
    client = await WireClient.connected(bench.gateway.url, { minProtocol: 3 });
  });
  afterAll(async () => {
    client.close();
    await bench.stop();
  });
  let count = 0;
  /** The second answer of `agent`, which names the conversation it went to. */
  const ran = async (params: Record<string, unknown>): Promise<string> => {
    const id = `script-${++count}`;
    client.send({ type: 'req', id, method: 'agent', params: { message: id, idempotencyKey: id, ...params } });
    expect((await client.answerTo(id)).error).toBeUndefined();
    const { payload, error } = await client.answerTo(id, 2);
    expect(error).toBeUndefined();
    return (payload as { result: { meta: { agentMeta: { sessionId: string } } } }).result.meta.agentMeta.sessionId;
  };

  it('begins a conversation, and leads back to it', async () => {
    const first = await ran({ sessionId: 'nightly-report' });
    expect(await ran({ sessionId: 'nightly-report' })).toBe(first);
    expect(await ran({ sessionId: first })).toBe(first);
    const { messages } = await client.done<{ messages: { role: string }[] }>('chat.history', {
      sessionKey: 'agent:main:explicit:nightly-report',
    });
    expect(messages.filter(({ role }) => role === 'user')).toHaveLength(3);
  });

  it('is one of each spelling, and none of the conversations of others', async () => {
    const ids = await Promise.all(['Report', 'report', 're/port', 'main'].map((sessionId) => ran({ sessionId })));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(await ran({ sessionKey: 'main' }));
  });

  it('belongs to the agent that began it', async () => {
    const sessionId = await ran({ sessionId: 'owned', agentId: 'main' });
    for (const id of [sessionId, 'owned-not'])
      expect(
        (await client.call('agent', { message: 'x', idempotencyKey: id, sessionId: id, agentId: 'nobody' })).error
          ?.message,
      ).toContain('nobody');
  });
});
