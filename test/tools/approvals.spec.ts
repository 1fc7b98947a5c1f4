import { SilentLoggerFactory } from '../../src/common/logger';
import type { ConfigService } from '../../src/config/config.service';
import { EventBus } from '../../src/events/event-bus';
import { OutboundDesk } from '../../src/events/outbound-desk';
import type { DatabaseService } from '../../src/storage/database.service';
import type { ApprovalRequest } from '../../src/tools/approvals/approval-request';
import { ApprovalService } from '../../src/tools/approvals/approval.service';
import { until } from '../harness/gateway-process';
import { TestDatabase } from '../harness/stores';

const request = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  kind: 'exec',
  tool: 'exec',
  command: 'make install',
  cwd: '/w',
  host: 'gateway',
  security: 'allowlist',
  ask: 'on-miss',
  agentId: 'main',
  resolvedPath: null,
  sessionKey: 'agent:main:main',
  runId: 'run-1',
  envNames: [],
  reason: 'make is not on the allow-list',
  canAlways: true,
  ...more,
});
const binding = { callId: 'call-1', sessionId: 'session-1', fingerprint: 'f1' };

describe('approvals', () => {
  let home: TestDatabase;
  let database: DatabaseService;
  beforeEach(async () => {
    home = await TestDatabase.create('sqlite');
    database = await home.open();
  });
  afterEach(() => home.remove());

  const service = (): ApprovalService =>
    new ApprovalService(database, new EventBus(new SilentLoggerFactory()), new OutboundDesk(), {
      config: {},
    } as ConfigService);
  const context = (signal = new AbortController().signal) => ({
    signal,
    update: () => undefined,
    origin: { channel: 'webchat', account: 'default' },
  });
  const pendingId = async (approvals: ApprovalService): Promise<string> => {
    await until('a question', async () => (await approvals.list()).length > 0);
    return (await approvals.list())[0]?.id ?? '';
  };

  it('denies when the time is up', async () => {
    await expect(service().permit(request(), binding, context(), 40)).rejects.toMatchObject({
      code: 'approval_timeout',
    });
    expect(await database.read.selectFrom('approvals').select(['state', 'decision']).execute()).toEqual([
      { state: 'expired', decision: 'deny' },
    ]);
  });

  it('survives a restart: the row stays open, the answer reaches the call that is taken up again', async () => {
    const before = service();
    const cut = new AbortController();
    const first = before
      .permit(request(), binding, context(cut.signal), 60_000)
      .catch((error: { code: string }) => error.code);
    const id = await pendingId(before);
    cut.abort('shutdown');
    expect(await first).toBe('aborted');

    const after = service();
    expect(await after.expireStale()).toBe(0);
    expect((await after.list()).map((entry) => entry.id)).toEqual([id]);
    expect(await after.isUnstarted('run-1', 'call-1')).toBe(true);
    await after.resolve(id, 'allow-once', 'me');
    expect(await after.permit(request(), binding, context())).toBe('allow-once');
    expect(await after.isUnstarted('run-1', 'call-1')).toBe(false);
  });

  it('starts an approved call once', async () => {
    const approvals = service();
    const asked = approvals.permit(request(), binding, context());
    await approvals.resolve(await pendingId(approvals), 'allow-once', 'me');
    await asked;
    const again = approvals.permit(request(), binding, context(), 40);
    await expect(again).rejects.toMatchObject({ code: 'approval_timeout' });
  });

  it('covers nothing but what was asked for', async () => {
    const approvals = service();
    const asked = approvals.permit(request(), binding, context());
    await approvals.resolve(await pendingId(approvals), 'allow-once', 'me');
    await asked;
    const other = approvals.permit(
      request({ command: 'make uninstall' }),
      { ...binding, fingerprint: 'f2' },
      context(),
      40,
    );
    await expect(other).rejects.toMatchObject({ code: 'approval_timeout' });
  });

  it('remembers "always" for a target of one session only', async () => {
    const approvals = service();
    const grant = { ...binding, target: 'message:telegram:7' };
    const asked = approvals.permit(request({ kind: 'tool' }), grant, context());
    await approvals.resolve(await pendingId(approvals), 'allow-always', 'me');
    await asked;
    const later = { ...grant, callId: 'call-2', fingerprint: 'f9' };
    expect(await approvals.permit(request({ kind: 'tool' }), later, context())).toBe('allow-always');
    const elsewhere = approvals.permit(request({ kind: 'tool' }), { ...later, sessionId: 'session-2' }, context(), 40);
    await expect(elsewhere).rejects.toMatchObject({ code: 'approval_timeout' });
  });

  it.each<[string, (approvals: ApprovalService, id: string) => Promise<unknown>, string, string]>([
    ['an unknown id', (approvals) => approvals.resolve('deadbeef', 'deny', 'me'), 'APPROVAL_NOT_FOUND', 'ever asked'],
    [
      'another conversation',
      (approvals, id) => approvals.resolve(id, 'deny', 'me', 'agent:main:other'),
      'APPROVAL_ELSEWHERE',
      'another conversation',
    ],
    [
      'a second answer',
      async (approvals, id) => {
        await approvals.resolve(id, 'deny', 'me');
        await approvals.resolve(id, 'allow-once', 'you');
      },
      'APPROVAL_DECIDED',
      'decided already (deny)',
    ],
  ])('refuses %s and says why', async (_, answer, code, text) => {
    const approvals = service();
    const asked = approvals.permit(request(), binding, context(), 60_000).catch(() => undefined);
    const id = await pendingId(approvals);
    await expect(answer(approvals, id)).rejects.toMatchObject({
      message: expect.stringContaining(text) as string,
      details: { code },
    });
    await approvals.resolve(id, 'deny', 'me').catch(() => undefined);
    await asked;
  });

  it('refuses an answer that comes too late', async () => {
    const approvals = service();
    await expect(approvals.permit(request(), binding, context(), 20)).rejects.toMatchObject({
      code: 'approval_timeout',
    });
    const { id } = await database.read.selectFrom('approvals').select('id').executeTakeFirstOrThrow();
    await expect(approvals.resolve(id, 'allow-once', 'me')).rejects.toMatchObject({
      details: { code: 'APPROVAL_EXPIRED' },
    });
  });

  it('closes rows whose time ran out while nobody was there', async () => {
    const before = service();
    const cut = new AbortController();
    const asked = before.permit(request(), binding, context(cut.signal), 30).catch(() => undefined);
    await pendingId(before);
    cut.abort('shutdown');
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 40));
    const after = service();
    expect(await after.expireStale()).toBe(1);
    await expect(after.permit(request(), binding, context())).rejects.toMatchObject({ code: 'approval_timeout' });
  });
});
