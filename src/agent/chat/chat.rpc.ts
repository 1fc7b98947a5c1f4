import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import type { WaitingName } from '../../inbox/inbox.store';
import { IntakeLine } from '../../inbox/intake-line';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { canonicalSessionKey } from '../../sessions/session-key';
import { LaneService } from '../turns/lane.service';
import { ChatAbortParams, ChatHistoryParams, ChatInjectParams, ChatSendParams } from './chat.dto';
import { type ChatHistory, ChatHistoryService } from './chat-history.service';
import { ChatSender, type SendReceipt } from './chat-sender.service';
import { DirectAnswerService } from './direct-answer.service';

@Injectable()
export class ChatRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sender: ChatSender,
    private readonly lanes: LaneService,
    private readonly history: ChatHistoryService,
    private readonly direct: DirectAnswerService,
    private readonly line: IntakeLine,
  ) {}

  @RpcMethod({
    name: 'chat.send',
    scope: 'operator.write',
    params: ChatSendParams,
    summary: 'Says something in a session and starts a run that answers.',
  })
  send(params: ChatSendParams, { caller }: RpcContext): Promise<SendReceipt> {
    return this.sender.send(params, caller);
  }

  @RpcMethod({
    name: 'chat.history',
    scope: 'operator.read',
    params: ChatHistoryParams,
    summary: 'Messages of a session, oldest first: the newest, or those beside a place in it.',
  })
  read(params: ChatHistoryParams): Promise<ChatHistory> {
    return this.history.read(params);
  }

  @RpcMethod({
    name: 'chat.abort',
    scope: 'operator.write',
    params: ChatAbortParams,
    summary: 'Stops a run, or every run of a session; takes back a message that waits.',
  })
  async abort(params: ChatAbortParams): Promise<unknown> {
    const sessionKey = canonicalSessionKey(this.config.config, params.sessionKey, params.agentId);
    const { runId } = params;
    if (runId !== undefined) {
      const elsewhere =
        this.lanes.activeRunNames().includes(runId) && !this.lanes.activeRunNames(sessionKey).includes(runId);
      if (elsewhere) throw invalidRequest('runId does not match sessionKey');
    }
    const runIds = await this.lanes.stop(sessionKey, runId, 'rpc');
    // A message that waits is taken back; what runs is stopped, and then nothing else.
    if (runId === undefined || runIds.length === 0)
      runIds.push(...(await this.lanes.dropWaiting(sessionKey, 'rpc', isNamed(runId))));
    return { ok: true, aborted: runIds.length > 0, runIds };
  }

  @RpcMethod({
    name: 'chat.inject',
    scope: 'operator.admin',
    params: ChatInjectParams,
    unlisted: true,
    summary: 'Adds an assistant message to a session without a run.',
  })
  async inject(params: ChatInjectParams): Promise<unknown> {
    const sessionKey = canonicalSessionKey(this.config.config, params.sessionKey, params.agentId);
    const messageId = await this.line.run(sessionKey, () =>
      this.direct.inject(sessionKey, params.sessionKey, params.message, { label: params.label }),
    );
    if (messageId === undefined) throw invalidRequest('session not found');
    return { ok: true, messageId };
  }
}

/** Whether a message that waits is the one whose run is called so; without a name each is. */
const isNamed =
  (runId: string | undefined) =>
  ({ runName }: WaitingName): boolean =>
    runId === undefined || runName === runId;
