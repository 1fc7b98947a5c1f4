import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { ChatHistoryService } from '../chat/chat-history.service';
import { ChatSender, type SendReceipt } from '../chat/chat-sender.service';
import { LaneService } from '../turns/lane.service';
import { SessionsAbortParams, SessionsGetParams, SessionsSendParams } from './sessions.dto';

const DEFAULT_MESSAGES = 200;

/** Speaking in a session by its key, as clients of protocol 4 do; `chat.*` do the same by other names. */
@Injectable()
export class SessionTalkRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sender: ChatSender,
    private readonly history: ChatHistoryService,
    private readonly lanes: LaneService,
  ) {}

  @RpcMethod({
    name: 'sessions.send',
    scope: 'operator.write',
    params: SessionsSendParams,
    summary: 'Says something in a session and starts a run that answers.',
  })
  send(params: SessionsSendParams, { caller }: RpcContext): Promise<SendReceipt> {
    const { key, idempotencyKey = randomUUID(), ...said } = params;
    return this.sender.send({ ...said, sessionKey: key, idempotencyKey }, caller);
  }

  @RpcMethod({
    name: 'sessions.steer',
    scope: 'operator.write',
    params: SessionsSendParams,
    summary: 'Says something in a session at once: a run that is going on ends for it.',
  })
  steer(params: SessionsSendParams, { caller }: RpcContext): Promise<SendReceipt> {
    const { key, idempotencyKey = randomUUID(), ...said } = params;
    return this.sender.send({ ...said, sessionKey: key, idempotencyKey, queueMode: 'interrupt' }, caller);
  }

  @RpcMethod({
    name: 'sessions.abort',
    scope: 'operator.write',
    params: SessionsAbortParams,
    summary: 'Stops the run of a session, or one by its name; with clearQueued what waits there is taken back too.',
  })
  async abort({ key, runId, agentId, clearQueued }: SessionsAbortParams): Promise<unknown> {
    if (key === undefined && runId === undefined)
      throw invalidRequest('invalid sessions.abort params: key or runId is needed');
    const sessionKey =
      key === undefined ? this.lanes.keyOfRun(runId ?? '') : canonicalSessionKey(this.config.config, key, agentId);
    const runIds = sessionKey === undefined ? [] : await this.lanes.stop(sessionKey, runId, 'rpc');
    if (sessionKey !== undefined && clearQueued) await this.lanes.dropWaiting(sessionKey, 'rpc');
    const [abortedRunId] = runIds;
    return { ok: true, abortedRunId: abortedRunId ?? null, status: abortedRunId ? 'aborted' : 'no-active-run' };
  }

  @RpcMethod({
    name: 'sessions.get',
    scope: 'operator.read',
    params: SessionsGetParams,
    summary: 'The newest messages of a session, oldest first; none where there is no such session.',
  })
  async get({ key, agentId, limit = DEFAULT_MESSAGES }: SessionsGetParams): Promise<unknown> {
    const sessionKey = canonicalSessionKey(this.config.config, key, agentId);
    const { messages } = await this.history.read({ sessionKey, limit });
    return { messages };
  }
}
