import { SilentLoggerFactory } from '../../src/common/logger';
import { EventBus } from '../../src/events/event-bus';
import { Broadcaster } from '../../src/gateway/connection/broadcaster';
import type { Connection } from '../../src/gateway/connection/connection';
import { ConnectionRegistry } from '../../src/gateway/connection/connection-registry';
import { EVENT_RULES, type EventName } from '../../src/rpc/event-rules';
import { OPERATOR_SCOPES } from '../../src/rpc/scopes';
import { FakeNode } from '../harness/fake-node';
import { GatewayProcess, TEST_TOKEN } from '../harness/gateway-process';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';

const READ_EVENTS = [
  'agent',
  'chat',
  'piece',
  'presence',
  'health',
  'update.available',
  'heartbeat',
  'cron',
  'sessions.changed',
  'session.message',
  'session.tool',
  'channels.changed',
  'skills.changed',
  'plugins.changed',
  'intake.changed',
  'diagnostics.heartbeat',
  'config.changed',
  'node.hostStats',
  'talk.mode',
  'voicewake.changed',
];
const QUESTION_EVENTS = ['question.requested', 'question.resolved'];
const EVENTS_SINCE_4 = ['piece', 'sessions.changed', 'session.message', 'session.tool', ...QUESTION_EVENTS];
const PAIRING_EVENTS = [
  'device.pair.requested',
  'device.pair.resolved',
  'node.pair.requested',
  'node.pair.resolved',
  'channels.pairing.requested',
  'channels.pairing.resolved',
];
const APPROVAL_EVENTS = ['exec.approval.requested', 'exec.approval.resolved', 'exec.approval.revoked'];
const OPEN_EVENTS = ['connect.challenge', 'tick', 'shutdown'];

describe('events', () => {
  /** Names of events that a client of this kind gets when every one is sent. */
  function seenBy(caller: { role: 'operator' | 'node'; scopes: string[]; protocol: 3 | 4; dialect: string }): string[] {
    const seen: string[] = [];
    const connections = new ConnectionRegistry();
    const connection = {
      id: 'c1',
      address: { address: '203.0.113.7', source: '203.0.113.7', local: false },
      caller: { ...caller, scopes: new Set(caller.scopes), follows: new Set() },
      protocol: caller.protocol,
      role: caller.role,
      capabilities: new Set(['tool-events']),
      follows: new Set(),
      watchesSessions: false,
      sendEvent: ({ event }: { event: string }) => seen.push(event),
      sendTargetedEvent: (event: string) => seen.push(`to me: ${event}`),
    } as unknown as Connection;
    connections.add(connection);
    const broadcaster = new Broadcaster(connections, new EventBus(new SilentLoggerFactory()));
    for (const event of [...Object.keys(EVENT_RULES), 'never.declared', 'constructor', 'toString', '__proto__'])
      broadcaster.send({ event: event as EventName, payload: { text: 'PIN-CANARY' } });
    broadcaster.send({ event: 'chat', payload: {}, connectionIds: new Set(['c1']) });
    broadcaster.send({ event: 'node.invoke.request', payload: {}, connectionIds: new Set(['c2']) });
    return seen.sort();
  }

  const ways = ([3, 4] as const).flatMap((protocol) =>
    ['openclaw', 'jsonrpc'].map((dialect) => [protocol, dialect] as const),
  );
  it.each(ways)('of protocol %i in the %s dialect reach exactly who may have them', (protocol, dialect) => {
    const operator = (...scopes: string[]): string[] => seenBy({ role: 'operator', scopes, protocol, dialect });
    const isOfRevision = (name: string): boolean => protocol === 4 || !EVENTS_SINCE_4.includes(name);
    const whole = Object.keys(EVENT_RULES).filter(isOfRevision);
    expect(operator()).toEqual([...OPEN_EVENTS].sort());
    expect(operator('operator.pairing')).toEqual([...OPEN_EVENTS, ...PAIRING_EVENTS].sort());
    expect(operator('operator.approvals')).toEqual([...OPEN_EVENTS, ...APPROVAL_EVENTS].sort());
    expect(operator('operator.talk', 'operator.questions')).toEqual(
      [...OPEN_EVENTS, ...QUESTION_EVENTS.filter(isOfRevision)].sort(),
    );
    for (const scope of ['operator.read', 'operator.write'])
      expect(operator(scope)).toEqual([...OPEN_EVENTS, ...READ_EVENTS.filter(isOfRevision), 'to me: chat'].sort());
    expect(operator('operator.admin')).toEqual([...whole, 'to me: chat'].sort());
    expect(operator('operator.root', 'admin', '*')).toEqual([...OPEN_EVENTS].sort());
    expect(seenBy({ role: 'node', scopes: [], protocol, dialect })).toEqual([
      'node.invoke.request',
      'shutdown',
      'talk.mode',
      'tick',
      'voicewake.changed',
    ]);
    expect(seenBy({ role: 'node', scopes: ['operator.admin'], protocol, dialect })).not.toContain('chat');
  });

  it('each need something that scopes can hold', () => {
    for (const [name, { scope }] of Object.entries(EVENT_RULES))
      expect([name, scope === 'none' || OPERATOR_SCOPES.includes(scope)]).toEqual([name, true]);
  });
});

describe('a gateway with clients that hold little', () => {
  let gateway: GatewayProcess;
  let owner: WireClient;
  const open: WireClient[] = [];
  /** As seen through a proxy, a client is not on the gateway's machine. */
  const FAR = { 'x-forwarded-for': '203.0.113.7' };

  beforeAll(async () => {
    gateway = await GatewayProcess.start({
      config: {
        gateway: {
          auth: { mode: 'token', token: TEST_TOKEN },
          trustedProxies: ['127.0.0.1'],
          nodes: { allowCommands: ['vendor.do'] },
        },
      },
    });
    owner = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    owner.close();
    await gateway.stop();
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  const connected = async (params: Record<string, unknown>, headers = {}): Promise<WireClient> => {
    const client = await WireClient.open(gateway.url, headers);
    open.push(client);
    const answer = await client.call('connect', connectParams(params));
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    return client;
  };
  const device = async (scopes: string[], protocol: 3 | 4 = 4): Promise<{ client: WireClient; device: TestDevice }> => {
    const made = new TestDevice();
    const client = await WireClient.open(gateway.url);
    open.push(client);
    const params = connectParams({ scopes, minProtocol: protocol, maxProtocol: protocol });
    const answer = await client.call('connect', made.sign('v3', client.nonce, params));
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    return { client, device: made };
  };

  it('tells no conversation, presence or health to them, on either protocol and over JSON-RPC', async () => {
    const rpc = await WireClient.open(gateway.url);
    open.push(rpc);
    rpc.send({ jsonrpc: '2.0', id: 'hello', method: 'connect', params: { scopes: [], auth: { token: TEST_TOKEN } } });
    const rpcHello = (await rpc.answerTo('hello')).result as Record<string, never>;
    const poor: [string, WireClient][] = [
      ['zero, 3', await connected({ maxProtocol: 3 }, FAR)],
      ['zero, 4', await connected({ minProtocol: 4 }, FAR)],
      ['zero, JSON-RPC', rpc],
      ['pairing, 3', (await device(['operator.pairing'], 3)).client],
      ['pairing, 4', (await device(['operator.pairing'], 4)).client],
    ];
    const rich: [string, WireClient][] = [
      ['read, 3', await connected({ maxProtocol: 3, scopes: ['operator.read'] })],
      ['read, 4', await connected({ minProtocol: 4, scopes: ['operator.read'] })],
      ['all, 3', await connected({ maxProtocol: 3 })],
    ];
    for (const [, client] of poor.filter(([name]) => !name.includes('RPC'))) {
      const hello = client.frames.find((frame) => frame.payload?.['type'] === 'hello-ok')?.payload as Record<
        string,
        never
      >;
      expect(hello['snapshot']).toMatchObject({ presence: [], health: {} });
      expect(hello['snapshot']).not.toHaveProperty('stateDir');
    }
    expect(rpcHello['snapshot']).toMatchObject({ presence: [], health: {} });
    await owner.call('chat.send', { sessionKey: 'main', message: '/whoami', idempotencyKey: 'canary-1' });
    for (const [, client] of rich) {
      await client.event('chat');
      await client.event('presence');
    }
    await device(['operator.read']);
    for (const [name, client] of poor) {
      const names = (await client.settled()).map((frame) => frame.event ?? (frame.id ? undefined : frame.method));
      const known = new Set(names.filter((event) => event !== undefined));
      const allowed = ['connect.challenge', 'tick', ...(name.startsWith('pairing') ? PAIRING_EVENTS : [])];
      expect([name, [...known].filter((event) => !allowed.includes(event))]).toEqual([name, []]);
    }
  });

  it('lets a pairing scope touch nothing that holds more', async () => {
    const above = await device(['operator.admin']);
    const beside = await device(['operator.pairing']);
    for (const protocol of [3, 4] as const) {
      const { client } = await device(['operator.pairing'], protocol);
      const target = { deviceId: above.device.id, role: 'operator' };
      for (const [method, params] of [
        ['device.token.rotate', target],
        ['device.token.rotate', { ...target, scopes: ['operator.pairing'] }],
        ['device.token.rotate', { ...target, scopes: [] }],
        ['device.token.revoke', target],
        ['device.pair.rename', { deviceId: above.device.id, label: 'mine' }],
        ['device.pair.remove', { deviceId: above.device.id }],
      ] as const) {
        const { ok, error, payload } = await client.call(method, params);
        expect([method, ok, payload]).toEqual([method, false, undefined]);
        expect(error).toMatchObject({
          message: expect.stringMatching(/^missing scope: operator\./),
          details: { code: 'MISSING_SCOPE' },
        });
      }
      expect(JSON.stringify(await client.call('device.pair.list', {}))).not.toMatch(/"token":/);
    }
    expect((await above.client.call('health')).ok).toBe(true);

    const { client } = await device(['operator.pairing', 'operator.read']);
    const rotated = await client.call('device.token.rotate', { deviceId: beside.device.id, role: 'operator' });
    expect(rotated.payload).toMatchObject({ scopes: ['operator.pairing'], token: expect.any(String) });
    expect((await beside.client.closing()).code).toBe(4001);
    expect((await client.call('device.pair.remove', { deviceId: beside.device.id })).ok).toBe(true);
    expect((await owner.call('device.token.revoke', { deviceId: above.device.id, role: 'operator' })).ok).toBe(true);
    expect((await above.client.closing()).code).toBe(4001);
  });

  describe('and a node', () => {
    let node: FakeNode;
    const asked: [string, unknown][] = [];
    let nodeId: string;
    const commands = [
      'system.run',
      'system.which',
      'system.notify',
      'system.execApprovals.set',
      'system.execApprovals.get',
      'browser.proxy',
      'vendor.do',
    ];

    beforeAll(async () => {
      node = await FakeNode.connect(
        gateway.url,
        owner,
        { platform: 'linux', displayName: 'shed', commands },
        (command, params) => {
          asked.push([command, params]);
          return { ok: true };
        },
      );
      const list = (await owner.call('node.list', {})).payload?.['nodes'] as { nodeId: string }[];
      nodeId = list[0]?.nodeId ?? '';
    });
    afterAll(() => node.close());
    beforeEach(() => void asked.splice(0));

    let key = 0;
    const invoke = (client: WireClient, command: string, params?: unknown) =>
      client.call('node.invoke', {
        nodeId,
        command,
        idempotencyKey: `k${key++}`,
        ...(params === undefined ? {} : { params }),
      });

    it('is not given commands by a client that may only write', async () => {
      for (const protocol of [3, 4] as const) {
        const { client } = await device(['operator.write'], protocol);
        for (const [command, params] of [
          ['system.run', { command: ['id'] }],
          ['system.execApprovals.set', { file: { security: 'full' } }],
          ['system.execApprovals.get', {}],
          ['browser.proxy', { path: '/' }],
          ['vendor.do', {}],
          ['system.run ', { command: ['id'] }],
          ['constructor', {}],
        ] as const)
          expect([command, (await invoke(client, command, params)).error?.message]).toEqual([
            command,
            expect.stringMatching(/^missing scope: operator\.(approvals|admin)$/),
          ]);
        expect(asked).toEqual([]);
        expect((await invoke(client, 'system.notify', { title: 'hello' })).ok).toBe(true);
        expect(asked.splice(0)).toEqual([['system.notify', { title: 'hello' }]]);
      }
    });

    it('is not told of approvals, or of anything else that its commands do not declare', async () => {
      for (const [command, params, named] of [
        ['system.run', { command: ['id'], approved: true }, 'approved'],
        ['system.run', { command: ['id'], approvalDecision: 'allow-always' }, 'approvalDecision'],
        ['system.run', { command: ['id'], runId: 'x' }, 'runId'],
        ['system.run', { rawCommand: 'ls' }, 'command'],
        ['system.which', { bins: ['sh'], rawCommand: 'ls' }, 'rawCommand'],
        ['system.run', { command: ['id'], Approved: true }, 'Approved'],
        ['system.run', { command: 'id' }, 'command'],
        ['system.run', '{"command":["id"],"approved":true}', 'at root'],
        ['system.run', [['id']], 'at root'],
        ['system.notify', { title: 'x', approved: true }, 'approved'],
        ['system.which', { bins: ['sh'], exec: 'id' }, 'exec'],
        ['vendor.do', { deep: [{ preApproved: true }] }, 'preApproved'],
      ] as const)
        expect((await invoke(owner, command, params)).error?.message).toContain(named);
      const outside = {
        nodeId,
        command: 'system.run',
        idempotencyKey: 'x',
        params: { command: ['id'] },
        approved: true,
      };
      expect((await owner.call('node.invoke', outside)).error?.message).toContain("unexpected property 'approved'");
      expect(asked).toEqual([]);
    });

    it('does what the owner, and who may approve, ask for', async () => {
      const { client } = await device(['operator.write', 'operator.approvals']);
      for (const who of [owner, client])
        expect((await invoke(who, 'system.run', { command: ['id'], cwd: '/tmp', env: { A: 'b' } })).ok).toBe(true);
      // OpenClaw's clients say it a second time, as a line: what a node is told is what it runs.
      expect((await invoke(owner, 'system.run', { command: ['id'], rawCommand: 'rm -rf /' })).ok).toBe(true);
      expect((await invoke(owner, 'vendor.do', { any: { thing: 1 } })).ok).toBe(true);
      expect((await invoke(owner, 'system.execApprovals.set', { file: { version: 1 } })).ok).toBe(true);
      expect(asked).toEqual([
        ['system.run', { command: ['id'], cwd: '/tmp', env: { A: 'b' } }],
        ['system.run', { command: ['id'], cwd: '/tmp', env: { A: 'b' } }],
        ['system.run', { command: ['id'] }],
        ['vendor.do', { any: { thing: 1 } }],
        ['system.execApprovals.set', { file: { version: 1 } }],
      ]);
    });
  });
});
