import { createHash, randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, systemClock } from '../../common/clock';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { OutboundDesk } from '../../events/outbound-desk';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import type { ApprovalTable } from '../../storage/schema';
import { type ToolContext, ToolError } from '../agent-tool';
import type { ApprovalDecision } from './approval-decision';
import { approvalButtons, approvalRoutes, approvalText, shortId } from './approval-text';

export const APPROVAL_TIMEOUT_MS = 120_000;

/** What exactly is asked for; nothing else runs under the approval. */
export interface ApprovalRequest {
  /** A command on the machine, or another call whose effect leaves the gateway. */
  kind: 'exec' | 'tool';
  tool: string;
  command: string;
  cwd: string;
  host: string;
  security: string;
  ask: string;
  agentId: string;
  resolvedPath: string | null;
  sessionKey: string;
  runId: string;
  /** Names of environment variables the call sets. */
  envNames: string[];
  /** Why it has to be asked for. */
  reason: string;
  /** Whether "always" may be chosen. */
  canAlways: boolean;
}

/** What ties an approval to one call. */
export interface ApprovalBinding {
  callId: string;
  sessionId: string;
  /** What "always" covers in this session. */
  target?: string;
  /** SHA-256 over everything that will be used: arguments, environment, identity of program files. */
  fingerprint: string;
}

export interface PendingApproval {
  id: string;
  request: ApprovalRequest;
  createdAtMs: number;
  expiresAtMs: number;
}

export type ApprovalOutcome =
  { decision: ApprovalDecision; by?: string } | { decision: 'timeout' } | { decision: 'aborted' };

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
   * @throws ToolError approval_denied, approval_timeout, aborted
   */
  async permit(
    request: ApprovalRequest,
    binding: ApprovalBinding,
    context: Pick<ToolContext, 'signal' | 'update' | 'origin'>,
    timeoutMs = APPROVAL_TIMEOUT_MS,
  ): Promise<'allow-once' | 'allow-always'> {
    if (binding.target !== undefined && (await this.isGranted(binding.sessionId, binding.target)))
      return 'allow-always';
    const known = await this.ofCall(request.runId, binding);
    const outcome = known
      ? await this.resume(known, context.signal)
      : await this.ask(request, binding, context, timeoutMs);
    switch (outcome.decision) {
      case 'deny':
        throw new ToolError('approval_denied', 'the owner denied this; do not try it again in another form');
      case 'timeout':
        throw new ToolError('approval_timeout', 'nobody approved this in time, so it was denied');
      case 'aborted':
        throw new ToolError('aborted', 'the turn was stopped while this waited for approval');
      case 'allow-once':
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
  async resolve(id: string, decision: ApprovalDecision, by: string, from?: string): Promise<void> {
    const row = await this.find(id);
    if (!row) throw refused('APPROVAL_NOT_FOUND', id, 'nothing with this id was ever asked');
    const request = JSON.parse(row.request) as ApprovalRequest;
    if (from !== undefined && row.session_key !== from)
      throw refused('APPROVAL_ELSEWHERE', id, 'it was asked in another conversation; answer there');
    if (row.state === 'expired' || (row.state === 'pending' && Number(row.expires_at) <= this.clock.now()))
      throw refused('APPROVAL_EXPIRED', id, 'its time is over, so it was denied');
    if (row.state !== 'pending')
      throw refused('APPROVAL_DECIDED', id, `it was decided already (${row.decision ?? ''})`);
    if (decision === 'allow-always' && !request.canAlways) {
      throw invalidRequest(
        request.kind === 'exec'
          ? "this command can be allowed once only: it starts a shell, an interpreter or a wrapper, or can't be analysed"
          : 'this can be allowed once only',
      );
    }
    if (!(await this.close(row.id, 'decided', decision, by)))
      throw refused('APPROVAL_DECIDED', id, 'somebody else was faster');
    this.waiting.get(row.id)?.settle({ decision, by });
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
    const pending: PendingApproval = { id: randomUUID(), request, createdAtMs, expiresAtMs: createdAtMs + timeoutMs };
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
    return { decision: (row.decision ?? 'deny') as ApprovalDecision };
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
        .where('decision', 'in', ['allow-once', 'allow-always'])
        .returning('id')
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  private async isGranted(sessionId: string, target: string): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('approvals')
      .select('id')
      .where('session_id', '=', sessionId)
      .where('target', '=', target)
      .where('decision', '=', 'allow-always')
      .where('state', 'in', ['decided', 'used'])
      .executeTakeFirst();
    return row !== undefined;
  }

  private async close(
    id: string,
    state: 'decided' | 'expired',
    decision: ApprovalDecision | null,
    by?: string,
  ): Promise<boolean> {
    const row = await this.database.write('approval.close', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state, decision: decision ?? 'deny', resolved_by: by ?? null, decided_at: this.clock.now() })
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

/** SHA-256 over everything an approval covers. */
export const fingerprintOf = (...facts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(facts)).digest('hex');

function pendingOf(row: Row): PendingApproval {
  return {
    id: row.id,
    request: JSON.parse(row.request) as ApprovalRequest,
    createdAtMs: Number(row.created_at),
    expiresAtMs: Number(row.expires_at),
  };
}

const refused = (code: string, id: string, why: string): Error =>
  invalidRequest(`unknown approval id: ${why}`, { details: { code, id } });
