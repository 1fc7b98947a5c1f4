import { createHash, randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import { Redactor } from '../../common/redactor';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { OutboundDesk } from '../../events/outbound-desk';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import type { ApprovalTable } from '../../storage/schema';
import { type ToolContext, ToolError } from '../agent-tool';
import { type ApprovalDecision, type Permission, isPermission } from './approval-decision';
import { type ApprovalRequest, choicesOf, lengthOf, withTexts } from './approval-request';
import { type AskedApproval, approvalButtons, approvalRoutes, approvalText, fitsChat, shortId } from './approval-text';

export const APPROVAL_TIMEOUT_MS = 120_000;
/** Nothing is asked that can't be shown as a whole. */
const MAX_QUESTION = 200_000;

/** What ties an approval to one call. */
export interface ApprovalBinding {
  callId: string;
  sessionId: string;
  /** What a permission for the conversation covers. */
  target?: string;
  /** SHA-256 over everything that will be used: arguments, environment, identity of program files. */
  fingerprint: string;
}

export interface PendingApproval extends AskedApproval {
  /** Of everything that will be used; whoever answers may name it, so that the answer is to what was shown. */
  hash: string;
  /** Answers that may be given. */
  choices: ApprovalDecision[];
}

export type ApprovalOutcome =
  { decision: ApprovalDecision; by?: string; reason?: string } | { decision: 'timeout' } | { decision: 'aborted' };

interface Waiter {
  pending: PendingApproval;
  settle(outcome: ApprovalOutcome): void;
}

type Row = Selectable<ApprovalTable>;

/**
 * Durable approval rows, each bound to one call of one run. Time-out denies. A restart keeps a pending row: the turn
 * that waits for it goes on waiting. An approved call is marked as used before it starts, so that it starts once.
 */
@Injectable()
export class ApprovalService {
  private readonly waiting = new Map<string, Waiter>();

  constructor(
    private readonly database: DatabaseService,
    private readonly events: EventBus,
    private readonly desk: OutboundDesk,
    private readonly config: ConfigService,
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly redactor: Redactor = new Redactor(),
  ) {}

  /** Closes rows whose time ran out while no process was there. */
  async expireStale(): Promise<number> {
    const now = this.clock.now();
    const rows = await this.database.write('approval.expire', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state: 'expired', decision: 'deny', decided_at: now })
        .where('state', '=', 'pending')
        .where('expires_at', '<=', now)
        .returning('id')
        .execute(),
    );
    return rows.length;
  }

  /**
   * Asks people, waits for their decision and takes it up; returns how it was allowed.
   * @throws ToolError approval_denied, approval_timeout, aborted, too_large
   */
  async permit(
    wanted: ApprovalRequest,
    binding: ApprovalBinding,
    context: Pick<ToolContext, 'signal' | 'update' | 'origin'>,
    timeoutMs = APPROVAL_TIMEOUT_MS,
  ): Promise<Permission> {
    const granted = binding.target === undefined ? undefined : await this.granted(binding.sessionId, binding.target);
    if (granted) return granted;
    // What is shown and kept holds no secret of the gateway.
    const request = withTexts(wanted, (text) => this.redactor.redactKnown(text));
    const length = lengthOf(request);
    if (length > MAX_QUESTION)
      throw new ToolError(
        'too_large',
        `this has to be approved, and nobody can read ${length} characters before he decides; do it in smaller steps`,
      );
    const known = await this.ofCall(request.runId, binding);
    const outcome = known
      ? await this.resume(known, context.signal)
      : await this.ask(request, binding, context, timeoutMs);
    switch (outcome.decision) {
      case 'deny':
        throw new ToolError(
          'approval_denied',
          `the owner denied this${outcome.reason ? `, saying: ${outcome.reason}` : ''}; do not try it again in another form`,
        );
      case 'timeout':
        throw new ToolError('approval_timeout', 'nobody approved this in time, so it was denied');
      case 'aborted':
        throw new ToolError('aborted', 'the turn was stopped while this waited for approval');
      case 'allow-once':
      case 'allow-session':
      case 'allow-always':
        if (!(await this.take(request.runId, binding)))
          throw new ToolError('approval_denied', 'this approval was used already');
        return outcome.decision;
    }
  }

  /** Whether a call was cut off before its approved action began, so that it may be taken up again. */
  async isUnstarted(runId: string, callId: string): Promise<boolean> {
    const rows = await this.database.read
      .selectFrom('approvals')
      .select('state')
      .where('run_id', '=', runId)
      .where('call_id', '=', callId)
      .execute();
    return rows.length > 0 && rows.every((row) => row.state !== 'used');
  }

  /** Open requests, oldest first. */
  async list(): Promise<PendingApproval[]> {
    const rows = await this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('state', '=', 'pending')
      .where('expires_at', '>', this.clock.now())
      .orderBy('created_at')
      .execute();
    return rows.map(pendingOf);
  }

  /**
   * @param id whole id, or its first eight characters
   * @param from session the answer was given in; undefined for the operator surfaces, which may answer for all
   * @throws RpcError when the id is unknown, decided already, expired or asked elsewhere: the first decision stands.
   */
  async resolve(
    id: string,
    decision: ApprovalDecision,
    by: string,
    from?: string,
    { reason, hash, inChat }: { reason?: string; hash?: string; inChat?: boolean } = {},
  ): Promise<void> {
    const row = await this.find(id);
    if (!row) throw refused('APPROVAL_NOT_FOUND', id, 'nothing with this id was ever asked');
    const request = JSON.parse(row.request) as ApprovalRequest;
    if (from !== undefined && row.session_key !== from)
      throw refused('APPROVAL_ELSEWHERE', id, 'it was asked in another conversation; answer there');
    if (row.state === 'expired' || (row.state === 'pending' && Number(row.expires_at) <= this.clock.now()))
      throw refused('APPROVAL_EXPIRED', id, 'its time is over, so it was denied');
    if (row.state !== 'pending')
      throw refused('APPROVAL_DECIDED', id, `it was decided already (${row.decision ?? ''})`);
    if (hash !== undefined && hash !== row.fingerprint)
      throw refused('APPROVAL_CHANGED', id, 'it is not what was shown; look at it again');
    if (inChat && decision !== 'deny' && !fitsChat(request))
      throw refused(
        'APPROVAL_TOO_LONG',
        id,
        'it was not shown here as a whole; decide on the page or the command line',
      );
    requireOffered(request, decision);
    if (!(await this.close(row.id, 'decided', decision, by, reason && { ...request, refusal: reason })))
      throw refused('APPROVAL_DECIDED', id, 'somebody else was faster');
    this.waiting.get(row.id)?.settle({ decision, by, ...(reason ? { reason } : {}) });
    this.events.emit('wire.event', {
      event: 'exec.approval.resolved',
      payload: { id: row.id, decision, resolvedBy: by, ts: this.clock.now() },
    });
  }

  /** Row of an id or a short id; undefined when there is none or the short one is not unique. */
  async find(id: string): Promise<Row | undefined> {
    const wanted = id.trim().toLowerCase();
    if (!/^[0-9a-f-]{8,36}$/.test(wanted)) return undefined;
    const rows = await this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('id', 'like', `${wanted}%`)
      .orderBy('created_at', 'desc')
      .limit(2)
      .execute();
    return rows.length === 1 ? rows[0] : undefined;
  }

  private async ask(
    request: ApprovalRequest,
    binding: ApprovalBinding,
    context: Pick<ToolContext, 'signal' | 'update' | 'origin'>,
    timeoutMs: number,
  ): Promise<ApprovalOutcome> {
    const createdAtMs = this.clock.now();
    const pending: PendingApproval = {
      id: randomUUID(),
      request,
      createdAtMs,
      expiresAtMs: createdAtMs + timeoutMs,
      hash: binding.fingerprint,
      choices: choicesOf(request),
    };
    const announce = await this.database.write('approval.request', async (transaction) => {
      await transaction
        .insertInto('approvals')
        .values({
          id: pending.id,
          kind: request.kind,
          request: JSON.stringify(request),
          state: 'pending',
          decision: null,
          resolved_by: null,
          created_at: createdAtMs,
          expires_at: pending.expiresAtMs,
          decided_at: null,
          run_id: request.runId,
          call_id: binding.callId,
          session_key: request.sessionKey,
          session_id: binding.sessionId,
          target: binding.target ?? null,
          fingerprint: binding.fingerprint,
        })
        .execute();
      const asked: (() => void)[] = [];
      for (const [index, route] of approvalRoutes(this.config.config.approvals, request, context.origin).entries())
        asked.push(
          await this.desk.enqueueIn(transaction, {
            runId: `approval:${pending.id}:${index}`,
            route,
            texts: [approvalText(pending)],
            buttons: approvalButtons(pending),
          }),
        );
      return asked;
    });
    for (const tell of announce) tell();
    context.update({
      content: [{ type: 'text', text: 'waiting for approval' }],
      details: {
        status: 'approval-pending',
        approvalId: pending.id,
        slug: shortId(pending.id),
        expiresAtMs: pending.expiresAtMs,
      },
    });
    const outcome = this.wait(pending, context.signal);
    this.events.emit('wire.event', { event: 'exec.approval.requested', payload: pending });
    return outcome;
  }

  /** Goes on with a row that an earlier attempt of the same call has left. */
  private async resume(row: Row, signal: AbortSignal): Promise<ApprovalOutcome> {
    if (row.state === 'expired') return { decision: 'timeout' };
    if (row.state === 'pending') {
      if (Number(row.expires_at) > this.clock.now()) return this.wait(pendingOf(row), signal);
      await this.close(row.id, 'expired', null);
      return { decision: 'timeout' };
    }
    const { refusal } = JSON.parse(row.request) as ApprovalRequest;
    return {
      decision: isPermission(row.decision) ? row.decision : 'deny',
      ...(refusal === undefined ? {} : { reason: refusal }),
    };
  }

  private wait(pending: PendingApproval, signal: AbortSignal): Promise<ApprovalOutcome> {
    return new Promise<ApprovalOutcome>((resolve) => {
      const settle = (result: ApprovalOutcome): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.waiting.delete(pending.id);
        resolve(result);
      };
      const abort = (): void => {
        // A shutdown leaves the question open: the next start goes on waiting for its answer.
        if (signal.reason === 'shutdown') settle({ decision: 'aborted' });
        else void this.close(pending.id, 'expired', null).then(() => settle({ decision: 'aborted' }));
      };
      const timer = setTimeout(
        () => void this.close(pending.id, 'expired', null).then(() => settle({ decision: 'timeout' })),
        Math.max(0, pending.expiresAtMs - this.clock.now()),
      );
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.set(pending.id, { pending, settle });
      if (signal.aborted) abort();
    });
  }

  private ofCall(runId: string, binding: ApprovalBinding): Promise<Row | undefined> {
    return this.database.read
      .selectFrom('approvals')
      .selectAll()
      .where('run_id', '=', runId)
      .where('call_id', '=', binding.callId)
      .where('fingerprint', '=', binding.fingerprint)
      .where('state', '!=', 'used')
      .executeTakeFirst();
  }

  /** Uses an approval up. */
  private async take(runId: string, binding: ApprovalBinding): Promise<boolean> {
    const row = await this.database.write('approval.use', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state: 'used' })
        .where('run_id', '=', runId)
        .where('call_id', '=', binding.callId)
        .where('fingerprint', '=', binding.fingerprint)
        .where('state', '=', 'decided')
        .where('decision', 'in', ['allow-once', 'allow-session', 'allow-always'])
        .returning('id')
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  private async granted(sessionId: string, target: string): Promise<Permission | undefined> {
    const row = await this.database.read
      .selectFrom('approvals')
      .select('decision')
      .where('session_id', '=', sessionId)
      .where('target', '=', target)
      .where('decision', 'in', ['allow-session', 'allow-always'])
      .where('state', 'in', ['decided', 'used'])
      .executeTakeFirst();
    return row && isPermission(row.decision) ? row.decision : undefined;
  }

  private async close(
    id: string,
    state: 'decided' | 'expired',
    decision: ApprovalDecision | null,
    by?: string,
    noted?: ApprovalRequest | '',
  ): Promise<boolean> {
    const row = await this.database.write('approval.close', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({
          state,
          decision: decision ?? 'deny',
          resolved_by: by ?? null,
          decided_at: this.clock.now(),
          ...(noted ? { request: JSON.stringify(noted) } : {}),
        })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .returning('id')
        .executeTakeFirst(),
    );
    if (row && state === 'expired') {
      this.events.emit('wire.event', {
        event: 'exec.approval.resolved',
        payload: { id, decision: 'deny', resolvedBy: 'timeout', ts: this.clock.now() },
      });
    }
    return row !== undefined;
  }
}

/** @throws RpcError when the answer is not among those offered */
function requireOffered(request: ApprovalRequest, decision: ApprovalDecision): void {
  if (choicesOf(request).includes(decision)) return;
  // For other calls than commands, "always" of older clients means this conversation.
  if (decision === 'allow-always' && request.kind === 'tool' && request.canAlways) return;
  throw invalidRequest(
    request.kind === 'exec'
      ? "this command can be allowed once only: it starts a shell, an interpreter or a wrapper, or can't be analysed"
      : 'this can be allowed once only',
    { details: { code: 'APPROVAL_CHOICE', choices: choicesOf(request) } },
  );
}

/** SHA-256 over everything an approval covers. */
export const fingerprintOf = (...facts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex');

function pendingOf({ id, request: text, created_at, expires_at, fingerprint }: Row): PendingApproval {
  const request = JSON.parse(text) as ApprovalRequest;
  const [createdAtMs, expiresAtMs] = [Number(created_at), Number(expires_at)];
  return { id, request, createdAtMs, expiresAtMs, hash: fingerprint ?? '', choices: choicesOf(request) };
}

const refused = (code: string, id: string, why: string): Error =>
  invalidRequest(`unknown approval id: ${why}`, { details: { code, id } });
