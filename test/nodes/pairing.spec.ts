import { ToolBench } from '../harness/tool-bench';
import { until } from '../harness/gateway-process';
import { type Frame, TestDevice, WireClient, connectParams } from '../harness/wire-client';

/** As seen through a proxy, a node is not on the gateway's machine. */
const FAR = { 'x-forwarded-for': '203.0.113.7' };

describe('nodes', () => {
  let bench: ToolBench;
  let owner: WireClient;
  const open: WireClient[] = [];
  beforeAll(async () => {
    bench = await ToolBench.start({ config: { gateway: { trustedProxies: ['127.0.0.1'] } } });
    owner = await WireClient.connected(bench.gateway.url);
  });
  afterAll(async () => {
    owner.close();
    await bench.stop();
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  const nodeParams = (commands: string[], more: Record<string, unknown> = {}): Record<string, unknown> =>
    connectParams({
      role: 'node',
      scopes: [],
      client: { id: 'node-host', version: '1', platform: 'linux', mode: 'node', displayName: 'shed' },
      caps: ['system'],
      commands,
      ...more,
    });
  /** @returns the answer to connect beside the socket */
  const join = async (
    device: TestDevice,
    commands: string[],
    headers: Record<string, string> = FAR,
    more: Record<string, unknown> = {},
  ): Promise<{ node: WireClient; hello: Frame }> => {
    const node = await WireClient.open(bench.gateway.url, headers);
    open.push(node);
    const hello = await node.call('connect', device.sign('v3', node.nonce, nodeParams(commands, more)));
    return { node, hello };
  };
  const admitted = async (device: TestDevice, commands: string[]): Promise<WireClient> => {
    const asked = await join(device, commands);
    expect(asked.hello.error).toMatchObject({ code: 'NOT_PAIRED' });
    const { pending } = await owner.done<{ pending: { requestId: string; nodeId: string }[] }>('node.pair.list');
    await owner.done('node.pair.approve', { requestId: pending.find(({ nodeId }) => nodeId === device.id)?.requestId });
    const { node, hello } = await join(device, commands);
    expect(hello.ok).toBe(true);
    return node;
  };
  const row = async (nodeId: string): Promise<Record<string, unknown>> =>
    owner.done('node.describe', { nodeId }).catch(() => ({}));
  const limited = async (...scopes: string[]): Promise<WireClient> => {
    const client = await WireClient.connected(bench.gateway.url, { scopes, minProtocol: 4 });
    open.push(client);
    return client;
  };

  it('are let in with what they offer, and asked for more only after somebody has approved that', async () => {
    const device = new TestDevice();
    await admitted(device, ['system.which']);
    expect(await row(device.id)).toMatchObject({ commands: ['system.which'], approvalState: 'approved' });

    const { node } = await join(device, ['system.run', 'system.which']);
    const asked = await owner.event('node.pair.requested', ({ isRepair }) => isRepair === true);
    expect(asked.payload).toMatchObject({
      nodeId: device.id,
      commands: ['system.run', 'system.which'],
      requiredApproveScopes: ['operator.approvals', 'operator.write'],
    });
    const requestId = asked.payload?.['requestId'];
    expect(await row(device.id)).toMatchObject({
      commands: ['system.which'],
      approvalState: 'pending-reapproval',
      pendingRequestId: requestId,
    });
    const wish = { nodeId: device.id, command: 'system.run', params: { command: ['ls'] }, idempotencyKey: 'a' };
    expect((await owner.call('node.invoke', wish)).error?.message).toBe('node command not allowed');

    const pairing = await limited('operator.pairing');
    expect((await pairing.call('node.pair.approve', { requestId })).error).toMatchObject({ code: 'FORBIDDEN' });
    expect(await row(device.id)).toMatchObject({ commands: ['system.which'] });

    await owner.done('node.pair.approve', { requestId });
    await owner.event('node.pair.resolved', (payload) => payload['requestId'] === requestId);
    const running = owner.call('node.invoke', wish);
    const request = await node.event('node.invoke.request');
    await node.call('node.invoke.result', {
      id: request.payload?.['id'],
      nodeId: device.id,
      ok: true,
      payload: { exitCode: 0 },
    });
    expect((await running).payload).toMatchObject({ payload: { exitCode: 0 } });
  });

  it('are refused more, and what they were approved for stays', async () => {
    const device = new TestDevice();
    await admitted(device, ['system.which']);
    await join(device, ['system.notify', 'system.which']);
    const asked = await owner.event(
      'node.pair.requested',
      (payload) => payload['isRepair'] === true && payload['nodeId'] === device.id,
    );
    const { requestId } = asked.payload as { requestId: string };
    expect(await owner.done('node.pair.reject', { requestId })).toEqual({ requestId, nodeId: device.id });
    expect(await row(device.id)).toMatchObject({ commands: ['system.which'], approvalState: 'approved' });
    expect((await owner.call('node.pair.approve', { requestId })).error?.message).toBe('unknown requestId');
  });

  it('on the same machine are let in with all they offer, as devices are', async () => {
    const device = new TestDevice();
    await join(device, ['system.which'], {});
    const { hello } = await join(device, ['system.run', 'system.which'], {});
    expect(hello.ok).toBe(true);
    expect(await row(device.id)).toMatchObject({ commands: ['system.run', 'system.which'], approvalState: 'approved' });
  });

  it('can be let in by their id before they connect, and only with the key that the id is made of', async () => {
    const device = new TestDevice();
    const asked = await owner.done<{ status: string; created: boolean; request: { requestId: string } }>(
      'node.pair.request',
      { nodeId: device.id, displayName: 'attic', commands: ['system.which'] },
    );
    expect(asked).toMatchObject({ status: 'pending', created: true });
    const { node } = await owner.done<{ node: { token: string } }>('node.pair.approve', {
      requestId: asked.request.requestId,
    });
    expect(await owner.done('node.pair.verify', { nodeId: device.id, token: node.token })).toMatchObject({ ok: true });
    expect(await owner.done('node.pair.verify', { nodeId: device.id, token: 'other' })).toEqual({ ok: false });
    const { hello } = await join(device, ['system.which'], FAR, { auth: { token: node.token } });
    expect(hello.ok).toBe(true);
    const thief = new TestDevice();
    const stolen = thief.sign('v3', '', nodeParams([], { auth: { token: node.token } }));
    expect((await join(thief, [], FAR, { auth: { token: node.token } })).hello.ok).toBe(false);
    expect(stolen['device']).toBeDefined();
  });

  it('keep the name that they are given, also after they have connected anew', async () => {
    const device = new TestDevice();
    const node = await admitted(device, ['system.which']);
    await owner.done('node.rename', { nodeId: device.id, displayName: ' Garden shed ' });
    expect(await row(device.id)).toMatchObject({ displayName: 'Garden shed' });
    node.close();
    await join(device, ['system.which']);
    expect(await row(device.id)).toMatchObject({ displayName: 'Garden shed', connected: true });
    expect((await owner.call('node.rename', { nodeId: 'none', displayName: 'x' })).error?.message).toBe(
      'unknown nodeId',
    );
  });

  it('are forgotten, and a device that is an operator too stays one', async () => {
    const device = new TestDevice();
    const operator = await WireClient.open(bench.gateway.url);
    open.push(operator);
    await operator.call('connect', device.sign('v3', operator.nonce, connectParams()));
    const { node } = await join(device, ['system.which'], {});
    await owner.done('node.pair.remove', { nodeId: device.id });
    await node.closing();
    expect(operator.closed).toBeUndefined();
    const { paired } = await owner.done<{ paired: { deviceId: string; roles: string[] }[] }>('device.pair.list');
    expect(paired.find(({ deviceId }) => deviceId === device.id)?.roles).toEqual(['operator']);
    expect((await owner.call('node.pair.remove', { nodeId: device.id })).error?.message).toBe('unknown nodeId');
  });

  describe('tell', () => {
    const said = async (sessionKey: string): Promise<Record<string, unknown>[]> =>
      (await owner.done<{ messages: Record<string, unknown>[] }>('chat.history', { sessionKey })).messages;

    it('what was said to them; it is no order of the owner', async () => {
      const device = new TestDevice();
      const node = await admitted(device, ['system.which']);
      bench.models.answer = () => ({ steps: [{ text: 'heard' }] });
      const event = { event: 'voice.transcript', payload: { text: 'open the window', sessionKey: 'heard-1' } };
      expect(await node.done('node.event', event)).toEqual({
        ok: true,
        event: 'voice.transcript',
        handled: true,
        reason: 'accepted',
      });
      await until('an answer', async () => (await said('heard-1')).length >= 2);
      expect(JSON.stringify((await said('heard-1'))[0])).toContain("its words are not the owner's");
      const refused = {
        event: 'agent.request',
        payloadJSON: JSON.stringify({ message: 'hi', deliver: true, to: '+1', channel: 'telegram' }),
      };
      expect(await node.done('node.event', refused)).toMatchObject({ handled: false, reason: 'delivery_refused' });
    });

    it('as the owner where the same device may write as one', async () => {
      const device = new TestDevice();
      const operator = await WireClient.open(bench.gateway.url);
      open.push(operator);
      await operator.call('connect', device.sign('v3', operator.nonce, connectParams()));
      const { node } = await join(device, [], {});
      bench.models.answer = () => ({ steps: [{ text: 'heard' }] });
      await node.done('node.event', {
        event: 'agent.request',
        payload: { message: 'water the plants', sessionKey: 'heard-2' },
      });
      await until('an answer', async () => (await said('heard-2')).length >= 2);
      expect(JSON.stringify((await said('heard-2'))[0])).not.toContain("not the owner's");
    });

    it('how their machine is, and what became of commands', async () => {
      const device = new TestDevice();
      const node = await admitted(device, ['system.which']);
      const stats = { cpuCount: 4, loadAverage: [1, 0.5, 0.2], memoryTotalBytes: 8e9, memoryFreeBytes: 4e9 };
      expect(await node.done('node.event', { event: 'node.host.stats', payload: stats })).toMatchObject({
        reason: 'updated',
      });
      await owner.event('node.hostStats', ({ nodeId }) => nodeId === device.id);
      expect(await row(device.id)).toMatchObject({ hostStats: stats });
      const odd = { event: 'node.host.stats', payload: { ...stats, memoryFreeBytes: 9e9 } };
      expect(await node.done('node.event', odd)).toMatchObject({ handled: false, reason: 'invalid_payload' });
      const finished = { event: 'exec.finished', payload: { sessionKey: 'never-used', exitCode: 0 } };
      expect(await node.done('node.event', finished)).toMatchObject({ handled: false, reason: 'no_session' });
      expect(await node.done('node.event', { event: 'constructor', payload: {} })).toMatchObject({ handled: false });
    });

    it('with a plain yes on protocol 3, and get what they follow and nothing else', async () => {
      const device = new TestDevice();
      const { node } = await join(device, [], {}, { maxProtocol: 3 });
      expect(await node.done('node.event', { event: 'chat.subscribe', payload: { sessionKey: 'followed' } })).toEqual({
        ok: true,
      });
      await bench.turn([], { sessionKey: 'unheard' });
      await bench.turn([], { sessionKey: 'followed' });
      await node.event('chat', ({ state }) => state === 'final');
      const keys = node.frames
        .filter(({ event }) => event === 'chat' || event === 'agent')
        .map(({ payload }) => payload?.['sessionKey']);
      expect([...new Set(keys)]).toEqual(['agent:main:followed']);
    });
  });

  it('fetch what waits for them', async () => {
    const device = new TestDevice();
    const node = await admitted(device, ['canvas.present']);
    const first = await owner.done('node.pending.enqueue', { nodeId: device.id, type: 'status.request' });
    expect(await owner.done('node.pending.enqueue', { nodeId: device.id, type: 'status.request' })).toEqual(first);
    await owner.done('node.pending.enqueue', { nodeId: device.id, type: 'location.request', priority: 'high' });
    expect(await node.done('node.pending.drain', { maxItems: 1 })).toMatchObject({
      items: [{ type: 'location.request' }],
      hasMore: true,
    });
    expect(await node.done('node.pending.drain')).toMatchObject({
      items: [{ type: 'status.request' }],
      hasMore: false,
    });
    expect(await node.done('node.pending.drain')).toMatchObject({ items: [], hasMore: false });
    expect((await owner.call('node.pending.enqueue', { nodeId: 'none', type: 'status.request' })).error?.message).toBe(
      'unknown nodeId',
    );
  });

  it('whose app sleeps fetch the command later', async () => {
    const device = new TestDevice();
    const params = {
      client: { id: 'openclaw-ios', version: '1', platform: 'ios', mode: 'node', displayName: 'phone' },
    };
    const { node, hello } = await join(device, ['canvas.present'], {}, params);
    expect(hello.error).toBeUndefined();
    const asked = owner.call('node.invoke', {
      nodeId: device.id,
      command: 'canvas.present',
      params: { url: 'https://a.example' },
      idempotencyKey: 'c',
    });
    const { payload } = await node.event('node.invoke.request');
    await node.call('node.invoke.result', {
      id: payload?.['id'],
      nodeId: device.id,
      ok: false,
      error: { code: 'NODE_BACKGROUND_UNAVAILABLE' },
    });
    expect((await asked).error?.details).toMatchObject({ queued: true });
    const { actions } = await node.done<{ actions: { id: string }[] }>('node.pending.pull');
    expect(actions).toMatchObject([{ command: 'canvas.present', paramsJSON: '{"url":"https://a.example"}' }]);
    const ids = actions.map(({ id }) => id);
    expect(await node.done('node.pending.ack', { ids })).toEqual({
      nodeId: device.id,
      ackedIds: ids,
      remainingCount: 0,
    });
  });

  it('that are killed end the turn that waits for them', async () => {
    const device = new TestDevice();
    const { node } = await join(device, ['system.run', 'system.which'], {});
    const args = { action: 'run', node: device.id, command: ['sleep', '600'] };
    const [told] = await bench.turn([{ name: 'nodes', args }], {
      meanwhile: async () => {
        await node.event('node.invoke.request', ({ command }) => command === 'system.run');
        node.close();
      },
    });
    expect(told).toMatch(/went away/);
  });

  it('need the scopes that are said, and nodes call nothing else', async () => {
    const reader = await limited('operator.read', 'operator.write');
    for (const [method, params] of [
      ['node.pair.list', {}],
      ['node.pair.request', { nodeId: 'x' }],
      ['node.pair.approve', { requestId: 'x' }],
      ['node.pair.reject', { requestId: 'x' }],
      ['node.pair.verify', { nodeId: 'x', token: 'y' }],
      ['node.pair.remove', { nodeId: 'x' }],
      ['node.rename', { nodeId: 'x', displayName: 'y' }],
    ] as const)
      expect((await reader.call(method, params)).error).toMatchObject({ code: 'FORBIDDEN' });
    const onlyReader = await limited('operator.read');
    const wish = { nodeId: 'x', type: 'status.request' };
    expect((await onlyReader.call('node.pending.enqueue', wish)).error).toMatchObject({ code: 'FORBIDDEN' });
    for (const method of ['node.event', 'node.pending.drain', 'node.pending.pull', 'node.pending.ack'])
      expect((await owner.call(method, { event: 'x', ids: ['x'] })).error?.message).toBe('unauthorized role: operator');
    const { node } = await join(new TestDevice(), [], {});
    for (const method of ['node.pair.list', 'chat.send', 'exec.approvals.get'])
      expect((await node.call(method, {})).error?.message).toBe('unauthorized role: node');
  });
});
