import { GatewayProcess } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

describe('questions of connected programs', () => {
  let gateway: GatewayProcess;
  let program: WireClient;
  let person: WireClient;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
    program = await WireClient.connected(gateway.url, { minProtocol: 4, scopes: ['operator.approvals'] });
    person = await WireClient.connected(gateway.url);
  });
  afterAll(async () => {
    program.close();
    person.close();
    await gateway.stop();
  });
  const asked = (command: string): Promise<Frame> =>
    person.event(
      'exec.approval.requested',
      (payload) => (payload['request'] as { command: string }).command === command,
    );
  const resolve = (id: unknown, decision: string): Promise<Frame> =>
    person.call('exec.approval.resolve', { id, decision });

  it('are answered with what people decide', async () => {
    const waiting = program.done('exec.approval.request', {
      command: 'make deploy',
      commandArgv: ['make', 'deploy'],
      cwd: '/srv',
      env: { STAGE: 'live' },
      twoPhase: false,
    });
    const question = (await asked('make deploy')).payload as Record<string, never>;
    expect(question).toMatchObject({
      choices: ['allow-once', 'deny'],
      request: {
        cwd: '/srv',
        env: { STAGE: 'live' },
        details: [{ label: 'Arguments', text: '"make" "deploy"' }],
        asker: expect.stringContaining('runs it itself'),
      },
    });
    // No rule is written for what others run.
    expect((await resolve(question['id'], 'allow-always')).ok).toBe(false);
    await resolve(question['id'], 'allow-once');
    expect(await waiting).toMatchObject({ id: question['id'], decision: 'allow-once' });
  });

  it('in two steps go on when whoever asked has gone away meanwhile', async () => {
    const id = '11111111-2222-4333-8444-555555555555';
    const first = await WireClient.connected(gateway.url, { minProtocol: 4, scopes: ['operator.approvals'] });
    const taken = await first.done('exec.approval.request', { id, command: 'ls', twoPhase: true });
    expect(taken).toMatchObject({ status: 'accepted', id, expiresAtMs: expect.any(Number) });
    expect((await first.call('exec.approval.request', { id, command: 'rm' })).error?.message).toBe(
      'approval id already pending',
    );
    first.close();
    const waiting = program.done('exec.approval.waitDecision', { id });
    await asked('ls');
    await resolve(id, 'deny');
    expect(await waiting).toMatchObject({ id, decision: 'deny' });
    expect(await program.done('exec.approval.waitDecision', { id })).toMatchObject({ decision: 'deny' });
  });

  it('end without an answer when their time is over', async () => {
    const answer = await program.done('exec.approval.request', { command: 'uptime', timeoutMs: 50 });
    expect(answer).toMatchObject({ decision: null });
    expect((await resolve(answer['id'], 'allow-once')).error?.message).toMatch(/unknown approval id/);
  });

  it('need the scope for approvals, and something to show', async () => {
    const writer = await WireClient.connected(gateway.url, {
      minProtocol: 4,
      scopes: ['operator.write', 'operator.pairing'],
    });
    for (const [method, params] of [
      ['exec.approval.request', { command: 'ls' }],
      ['exec.approval.waitDecision', { id: 'x' }],
      ['exec.approvals.node.get', { nodeId: 'x' }],
      ['exec.approvals.node.set', { nodeId: 'x', file: {} }],
      ['exec.approvals.set', { file: {} }],
    ] as const)
      expect((await writer.call(method, params)).error).toMatchObject({ code: 'FORBIDDEN' });
    writer.close();
    expect((await program.call('exec.approval.request', {})).error?.message).toContain(
      "must have required property 'command'",
    );
    expect((await program.call('exec.approval.request', { command: 'x'.repeat(250_000) })).ok).toBe(false);
    expect((await program.call('exec.approval.waitDecision', { id: 'none' })).error?.message).toBe(
      'approval expired or not found',
    );
    expect((await program.call('exec.approvals.set', { file: { version: 1 } })).error).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
