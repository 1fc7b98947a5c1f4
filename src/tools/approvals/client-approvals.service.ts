import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { timerMs } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { defaultAgentId } from '../../config/agent-entries';
import { mainSessionKey } from '../../config/main-session';
import { EventBus } from '../../events/event-bus';
import { RpcError, invalidRequest } from '../../rpc/rpc-error';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { DatabaseService } from '../../storage/database.service';
import type { ApprovalDecision } from './approval-decision';
import { type ApprovalFact, type ApprovalRequest, lengthOf } from './approval-request';
import type { ApprovalRequestParams } from './approval.dto';
import { ApprovalService, MAX_QUESTION } from './approval.service';
import { ApprovalStore } from './approval.store';
import { type ApprovalRow, type PendingApproval, fingerprintOf, pendingOf } from './pending-approval';

/** What a client is told about its question. `decision` is null where nobody answered in time. */
export interface ClientDecision {
  id: string;
  decision: ApprovalDecision | null;
  createdAtMs: number;
  expiresAtMs: number;
}

/**
 * Questions of connected programs about commands that they run themselves. The answer is theirs: no call of the assistant
 * runs by it, and no rule is written.
 */
@Injectable()
export class ClientApprovals {
  private readonly store: ApprovalStore;

  constructor(
    private readonly approvals: ApprovalService,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.store = new ApprovalStore(database, clock);
  }

  /**
   * @param client who asks, in words
   * @throws RpcError INVALID_REQUEST for a question that nobody could read, or an id that is taken
   */
  async ask(params: ApprovalRequestParams, client: string, timeoutMs: number): Promise<PendingApproval> {
    const request = this.requestOf(params, client);
    const length = lengthOf(request);
    if (length > MAX_QUESTION)
      throw invalidRequest(
        `invalid exec.approval.request params: nobody can read ${length} characters before he decides; ask for less at once`,
      );
    if (params.id !== undefined && (await this.store.byId(params.id)))
      throw invalidRequest('approval id already pending');
    const binding = { callId: randomUUID(), sessionId: '', fingerprint: fingerprintOf(params, client) };
    const [row] = await this.approvals.ask(
      [{ request, binding }],
      // Whoever asks is told by the protocol; only configured chats are asked.
      { origin: { channel: 'client', account: 'default' } },
      timeoutMs,
      params.id,
    );
    // From now on its time runs, whether anybody waits for the answer or not.
    void this.approvals.outcomeOf(row, NEVER);
    return pendingOf(row);
  }

  /** @throws RpcError where nothing with this id was asked */
  async decision(id: string, signal: AbortSignal): Promise<ClientDecision> {
    const row = await this.store.byId(id);
    if (!row)
      throw new RpcError('INVALID_REQUEST', 'approval expired or not found', {
        details: { code: 'APPROVAL_NOT_FOUND', reason: 'APPROVAL_NOT_FOUND' },
      });
    await this.closing(row, signal);
    const { state, decision } = (await this.store.byId(id)) ?? row;
    const { createdAtMs, expiresAtMs } = pendingOf(row);
    const isAnswered = state === 'decided' || state === 'used';
    return { id, decision: isAnswered ? (decision as ApprovalDecision) : null, createdAtMs, expiresAtMs };
  }

  /** Resolves when a row is open no more, or nobody listens. */
  private async closing({ id, expires_at }: ApprovalRow, signal: AbortSignal): Promise<void> {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const unsubscribe = this.events.on(
      'wire.event',
      ({ event, payload }) => {
        if (event === 'exec.approval.resolved' && (payload as { id?: string }).id === id) end();
      },
      'anywhere',
    );
    const timer = setTimeout(end, timerMs(Number(expires_at) - this.clock.now()));
    signal.addEventListener('abort', end, { once: true });
    // It may have been decided before anybody listened.
    if (signal.aborted || (await this.store.byId(id))?.state !== 'pending') end();
    await ended;
    unsubscribe();
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }

  private requestOf(params: ApprovalRequestParams, client: string): ApprovalRequest {
    const { config } = this.config;
    const { command, commandArgv, cwd, host, nodeId, env = {}, warningText } = params;
    const sessionKey = params.sessionKey
      ? canonicalSessionKey(config, params.sessionKey, params.agentId ?? undefined)
      : mainSessionKey(config, params.agentId ?? defaultAgentId(config));
    const details: ApprovalFact[] = [
      ...(commandArgv ? [{ label: 'Arguments', text: commandArgv.map((word) => JSON.stringify(word)).join(' ') }] : []),
      ...(params.resolvedPath ? [{ label: 'Program', text: params.resolvedPath }] : []),
      ...(warningText ? [{ label: 'The client says', text: warningText }] : []),
    ];
    return {
      kind: 'exec',
      tool: 'exec',
      command: command ?? (commandArgv ?? []).join(' '),
      cwd: cwd ?? '',
      host: [host ?? 'client', ...(nodeId ? [nodeId] : [])].join(' '),
      security: params.security ?? 'allowlist',
      ask: params.ask ?? 'always',
      agentId: agentOfSession(config, sessionKey),
      resolvedPath: params.resolvedPath ?? null,
      sessionKey,
      runId: `client:${randomUUID()}`,
      envNames: Object.keys(env),
      ...(Object.keys(env).length > 0 ? { env } : {}),
      ...(details.length > 0 ? { details } : {}),
      asker: `the connected program ${client}, which runs it itself`,
      reason: 'a connected program asks',
      canAlways: false,
    };
  }
}

/** A client that goes away leaves its question: it may come back and wait for the answer. */
const NEVER = new AbortController().signal;
