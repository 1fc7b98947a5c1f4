import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { EventBus } from '../../events/event-bus';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import type { ApprovalDecision } from './approval-decision';

export const APPROVAL_TIMEOUT_MS = 120_000;

/** What exactly is asked for; nothing else runs under the approval. */
export interface ExecApprovalRequest {
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

export interface PendingApproval {
  id: string;
  request: ExecApprovalRequest;
  createdAtMs: number;
  expiresAtMs: number;
}

export type ApprovalOutcome =
  { decision: ApprovalDecision; by?: string } | { decision: 'timeout' } | { decision: 'aborted' };

interface Waiter {
  pending: PendingApproval;
  settle(outcome: ApprovalOutcome): void;
}

/** Durable approval rows. Time-out denies; a restart denies what was pending, because nobody waits for it any more. */
@Injectable()
export class ApprovalService {
  private readonly waiting = new Map<string, Waiter>();

  constructor(
    private readonly database: DatabaseService,
    private readonly events: EventBus,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Closes rows that a former process left open. */
  async expireStale(): Promise<number> {
    const now = this.clock.now();
    const rows = await this.database.write('approval.expire', (transaction) =>
      transaction
        .updateTable('approvals')
        .set({ state: 'expired', decided_at: now })
        .where('state', '=', 'pending')
        .returning('id')
        .execute(),
    );
    return rows.length;
  }

  /** Asks people and waits. */
  async request(
    request: ExecApprovalRequest,
    signal: AbortSignal,
    timeoutMs = APPROVAL_TIMEOUT_MS,
  ): Promise<ApprovalOutcome> {
    const createdAtMs = this.clock.now();
    const pending: PendingApproval = { id: randomUUID(), request, createdAtMs, expiresAtMs: createdAtMs + timeoutMs };
    await this.database.write('approval.request', (transaction) =>
      transaction
        .insertInto('approvals')
        .values({
          id: pending.id,
          kind: 'exec',
          request: JSON.stringify(request),
          state: 'pending',
          decision: null,
          resolved_by: null,
          created_at: createdAtMs,
          expires_at: pending.expiresAtMs,
          decided_at: null,
        })
        .execute(),
    );
    const outcome = new Promise<ApprovalOutcome>((resolve) => {
      const settle = (result: ApprovalOutcome): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.waiting.delete(pending.id);
        resolve(result);
      };
      const abort = (): void =>
        void this.close(pending.id, 'expired', null).then(() => settle({ decision: 'aborted' }));
      const timer = setTimeout(
        () => void this.close(pending.id, 'expired', null).then(() => settle({ decision: 'timeout' })),
        timeoutMs,
      );
      signal.addEventListener('abort', abort, { once: true });
      this.waiting.set(pending.id, { pending, settle });
      if (signal.aborted) abort();
    });
    this.events.emit('wire.event', { event: 'exec.approval.requested', payload: pending });
    return outcome;
  }

  /** Open requests, oldest first. */
  list(): PendingApproval[] {
    return [...this.waiting.values()].map((waiter) => waiter.pending);
  }

  /** @throws RpcError when the id is unknown, decided already or expired: the first decision stands. */
  async resolve(id: string, decision: ApprovalDecision, by: string): Promise<void> {
    const waiter = this.waiting.get(id);
    if (!waiter) throw invalidRequest('unknown approval id', { details: { code: 'APPROVAL_NOT_FOUND', id } });
    if (decision === 'allow-always' && !waiter.pending.request.canAlways) {
      throw invalidRequest(
        "this command can be allowed once only: it starts a shell, an interpreter or a wrapper, or can't be analysed",
      );
    }
    const closed = await this.close(id, 'decided', decision, by);
    if (!closed) throw invalidRequest('unknown approval id', { details: { code: 'APPROVAL_NOT_FOUND', id } });
    waiter.settle({ decision, by });
    this.events.emit('wire.event', {
      event: 'exec.approval.resolved',
      payload: { id, decision, resolvedBy: by, ts: this.clock.now() },
    });
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
