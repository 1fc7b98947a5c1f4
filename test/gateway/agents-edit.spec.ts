import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import JSON5 from 'json5';
import { type Frame, WireClient } from '../harness/wire-client';
import { Gate } from '../fakes/model-formats/model-format';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

describe('making, changing and removing agents', () => {
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
  const done = (method: string, params = {}): Promise<Record<string, unknown>> => client.done(method, params);
  const config = (): { agents?: { list?: { id: string }[] }; bindings?: unknown[] } =>
    JSON5.parse(readFileSync(join(bench.gateway.stateDir, 'openclaw.json'), 'utf8'));
  const answers = async (sessionKey: string): Promise<unknown> => {
    await bench.turn([], { sessionKey, message: `hello ${sessionKey}` });
    return (await done('chat.history', { sessionKey }))['messages'];
  };

  it('keeps the agent that was there, and the new one answers at once in its own workspace', async () => {
    const made = await done('agents.create', { name: 'Book Keeper', emoji: '📚' });
    const workspace = join(bench.gateway.stateDir, 'workspace-book-keeper');
    expect(made).toEqual({ ok: true, agentId: 'book-keeper', name: 'Book Keeper', workspace });
    expect(existsSync(join(workspace, 'AGENTS.md'))).toBe(true);
    expect(config().agents?.list).toEqual([
      { id: 'main', default: true },
      { id: 'book-keeper', name: 'Book Keeper', identity: { emoji: '📚' } },
    ]);
    expect(await done('agents.list')).toMatchObject({
      defaultId: 'main',
      agents: [{ id: 'main' }, { id: 'book-keeper' }],
    });
    expect(await answers('agent:book-keeper:main')).toHaveLength(2);
  });

  it('changes only what is named', async () => {
    await done('agents.update', { agentId: 'book-keeper', model: 'fake/fake-1', avatar: 'B' });
    expect(config().agents?.list?.[1]).toEqual({
      id: 'book-keeper',
      name: 'Book Keeper',
      identity: { emoji: '📚', avatar: 'B' },
      model: 'fake/fake-1',
    });
    await done('agents.update', { agentId: 'book-keeper', model: null, name: 'Keeper' });
    expect(config().agents?.list?.[1]).toEqual({
      id: 'book-keeper',
      name: 'Keeper',
      identity: { emoji: '📚', avatar: 'B' },
    });
  });

  it.each([
    ['agents.create', { name: 'book keeper' }, /already/],
    ['agents.create', { name: 'main' }, /already/],
    ['agents.create', { name: 'x', model: 'nobody/nothing' }, /model/],
    ['agents.create', { name: 'x', workspace: 'here' }, /workspace must be an absolute path/],
    ['agents.update', { agentId: 'nobody', name: 'x' }, /there is no agent "nobody"/],
    ['agents.delete', { agentId: 'main' }, /default/],
    ['agents.delete', { agentId: 'nobody' }, /there is no agent/],
  ])('refuses %s %j and writes nothing', async (method, params, words) => {
    const before = config();
    expect((await call(method, params)).error?.message).toMatch(words);
    expect(config()).toEqual(before);
  });

  it('does not remove one that is at work, and not before it is done', async () => {
    await done('agents.create', { name: 'Worker' });
    const gate = new Gate();
    bench.models.answer = () => ({ steps: [{ until: gate }, { text: 'done' }] });
    const sessionKey = 'agent:worker:main';
    await done('chat.send', { sessionKey, message: 'work', idempotencyKey: 'work' });
    await until('the turn', () => bench.models.requests.some(({ lastUser }) => lastUser === 'work'));
    const refused = await call('agents.delete', { agentId: 'worker' });
    expect(refused.error).toMatchObject({ details: { code: 'AGENT_BUSY', sessionKeys: [sessionKey] } });
    expect(config().agents?.list?.map(({ id }) => id)).toContain('worker');
    gate.open();
    await done('agent.wait', { runId: 'work', timeoutMs: 30_000 });
    await until(
      'it to be idle',
      async () => (await call('agents.delete', { agentId: 'worker', deleteFiles: false })).ok === true,
    );
    expect(existsSync(join(bench.gateway.stateDir, 'workspace-worker'))).toBe(true);
  });

  it('removes an agent with its bindings, and keeps its files and conversations', async () => {
    const { hash } = await done('config.get');
    await done('config.patch', {
      raw: JSON.stringify({
        bindings: [
          { agentId: 'book-keeper', match: { channel: 'telegram' } },
          { agentId: 'main', match: { channel: 'slack' } },
        ],
      }),
      baseHash: hash,
      restartDelayMs: 60_000,
    });
    const removed = await done('agents.delete', { agentId: 'book-keeper' });
    expect(removed).toMatchObject({ ok: true, removedBindings: 1 });
    expect(existsSync(join(String(removed['archived']), 'AGENTS.md'))).toBe(true);
    expect(existsSync(join(bench.gateway.stateDir, 'workspace-book-keeper'))).toBe(false);
    expect(config()).toMatchObject({ agents: { list: [{ id: 'main' }] }, bindings: [{ agentId: 'main' }] });
    const { messages } = await done('chat.history', { sessionKey: 'agent:book-keeper:main' });
    expect(messages).toHaveLength(2);
  });

  it('is for administrators', async () => {
    const writer = await WireClient.connected(bench.gateway.url, { scopes: ['operator.read', 'operator.write'] });
    for (const [method, params] of [
      ['agents.create', { name: 'y' }],
      ['agents.update', { agentId: 'main', name: 'y' }],
      ['agents.delete', { agentId: 'main' }],
    ] as const)
      expect((await writer.call(method, params)).error?.message).toMatch(/missing scope/);
    writer.close();
  });
});
