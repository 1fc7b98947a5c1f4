import { SilentLoggerFactory } from '../../src/common/logger';
import type { ConfigService } from '../../src/config/config.service';
import { EventBus } from '../../src/events/event-bus';
import { OutboundPort } from '../../src/events/outbound-port';
import type { DatabaseService } from '../../src/storage/database.service';
import type { ApprovalRequest } from '../../src/tools/approvals/approval-request';
import { ApprovalService } from '../../src/tools/approvals/approval.service';
import { ConversationGrants } from '../../src/tools/approvals/conversation-grants.service';
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
    new ApprovalService(database, new EventBus(new SilentLoggerFactory()), new OutboundPort(), {
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

  describe('of several calls in one question', () => {
    const calls = ['a', 'b'].map((callId) => ({
      request: request({ kind: 'tool', command: callId, sessionRule: 'the same' }),
      binding: { callId, sessionId: 'session-1', fingerprint: callId, target: 'message:telegram:7' },
    }));
    const committed: string[] = [];
    beforeEach(() => committed.splice(0));
    const commit = (): Promise<void> => {
      committed.push('before');
      return Promise.resolve();
    };
    const [first, second] = calls as [(typeof calls)[0], (typeof calls)[0]];

    it('are not asked for in common where only one of them has to be', async () => {
      const approvals = service();
      await approvals.askTogether([first], context(), commit);
      expect(await approvals.list()).toEqual([]);
      expect(committed).toEqual([]);
    });

    it('one that ran by the answer to another is never taken for not begun', async () => {
      const approvals = service();
      await approvals.askTogether(calls, context(), commit);
      expect(committed).toEqual(['before']);
      const [question] = await approvals.list();
      expect(await approvals.isUnstarted('run-1', 'a')).toBe(false);
      const waits = approvals.permit(first.request, first.binding, context());
      await until('it waits', () => approvals.isUnstarted('run-1', 'a'));
      await approvals.resolve(question?.calls?.[0]?.id ?? '', 'allow-session', 'me');
      expect(await waits).toBe('allow-session');
      // The rule that was granted covers the second: it goes on without its own answer.
      expect(await approvals.permit(second.request, second.binding, context())).toBe('allow-session');
      expect(await approvals.isUnstarted('run-1', 'b')).toBe(false);
      await approvals.withdraw('run-1', ['b']);
      expect(await approvals.list()).toEqual([]);
    });

    it('stay one question over a restart, and each gets its part of the answer', async () => {
      const before = service();
      const cut = new AbortController();
      await before.askTogether(calls, context(cut.signal), commit);
      const [asked] = await before.list();
      cut.abort('shutdown');
      const after = service();
      await after.askTogether(calls, context(), commit);
      expect(await after.list()).toEqual([asked]);
      await after.resolve(asked?.calls?.[1]?.id ?? '', 'deny', 'me', undefined, { reason: 'not this' });
      await after.resolve(asked?.id ?? '', 'allow-once', 'me');
      expect(await after.permit(first.request, first.binding, context())).toBe('allow-once');
      await expect(after.permit(second.request, second.binding, context())).rejects.toMatchObject({
        message: expect.stringContaining('not this') as string,
      });
    });

    it('are denied each when the time is up, also where nobody waits for them yet', async () => {
      const approvals = service();
      await approvals.askTogether(calls, context(), commit, 40);
      await until('all are closed', async () => {
        const rows = await database.read.selectFrom('approvals').select('state').execute();
        return rows.length === 2 && rows.every(({ state }) => state === 'expired');
      });
      await expect(approvals.permit(second.request, second.binding, context())).rejects.toMatchObject({
        code: 'approval_timeout',
      });
    });
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

  it('allows a command for the conversation no longer than its rule, where it was allowed always', async () => {
    const approvals = service();
    const grant = { ...binding, target: 'exec:make install' };
    const asked = approvals.permit(request(), grant, context());
    await approvals.resolve(await pendingId(approvals), 'allow-always', 'me');
    await asked;
    const later = { ...grant, callId: 'call-2' };
    await expect(approvals.permit(request(), later, context(), 40)).rejects.toMatchObject({ code: 'approval_timeout' });
  });

  describe('for a conversation', () => {
    const grant = { ...binding, target: 'message:telegram:7' };
    const wanted = request({ kind: 'tool', tool: 'message', sessionRule: 'messages to telegram 7' });
    const granted = async (): Promise<{ approvals: ApprovalService; grants: ConversationGrants; id: string }> => {
      const approvals = service();
      await database.write('test', (transaction) =>
        transaction
          .insertInto('sessions')
          .values({
            key: 'agent:main:main',
            agent_id: 'main',
            session_id: 'session-1',
            label: 'Travel',
            entry: '{}',
            created_at: 1,
            updated_at: 1,
            names: '',
          })
          .execute(),
      );
      const asked = approvals.permit(wanted, grant, context());
      const id = await pendingId(approvals);
      await approvals.resolve(id, 'allow-session', 'me');
      await asked;
      return { approvals, grants: new ConversationGrants(database, new EventBus(new SilentLoggerFactory())), id };
    };

    it('are listed with what they cover, and are asked for again once they are taken back', async () => {
      const { approvals, grants, id } = await granted();
      expect(await grants.list()).toEqual([
        expect.objectContaining({ id, label: 'Travel', text: 'messages to telegram 7', grantedBy: 'me' }),
      ]);
      const next = { ...grant, callId: 'call-2', fingerprint: 'f2' };
      expect(await approvals.permit(wanted, next, context())).toBe('allow-session');
      await grants.takeBack(id, 'the owner');
      expect(await grants.list()).toEqual([]);
      await expect(approvals.permit(wanted, { ...next, callId: 'call-3' }, context(), 40)).rejects.toMatchObject({
        code: 'approval_timeout',
      });
      const [, first] = await approvals.history({ limit: 10 });
      expect(first?.request.takenBackBy).toBe('the owner');
      await expect(grants.takeBack(id, 'me')).rejects.toMatchObject({ details: { code: 'GRANT_NOT_FOUND' } });
    });

    it('end with it', async () => {
      const { grants } = await granted();
      await database.write('test', (transaction) => transaction.deleteFrom('sessions').execute());
      expect(await grants.list()).toEqual([]);
    });
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
