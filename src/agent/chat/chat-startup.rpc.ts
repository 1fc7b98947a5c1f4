import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { historyMessage, plainUserText } from '../../sessions/history-view';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { TranscriptStore } from '../../sessions/transcript.store';
import { AgentsRpc } from '../agents.rpc';
import { CommandsRpc } from '../commands/commands.rpc';
import { ModelsListRpc } from '../providers/models-list.rpc';
import { ChatMessageGetParams, ChatMetadataParams, ChatStartupParams } from './chat.dto';
import { ChatHistoryService } from './chat-history.service';

/** Characters of JSON of one message, where nobody asks for fewer. */
const MOST_CHARS = 500_000;

/** What a client reads when it opens a conversation: all at once, or one message of it in full. */
@Injectable()
export class ChatStartupRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly transcripts: TranscriptStore,
    private readonly history: ChatHistoryService,
    private readonly agents: AgentsRpc,
    private readonly commands: CommandsRpc,
    private readonly models: ModelsListRpc,
  ) {}

  @RpcMethod({
    name: 'chat.startup',
    scope: 'operator.read',
    params: ChatStartupParams,
    summary: 'A conversation as `chat.history` reads it, with the agents, commands and models that there are.',
  })
  async startup({ shortId, slugHint: _, ...params }: ChatStartupParams): Promise<unknown> {
    const sessionKey = params.sessionKey ?? (await this.keyOf(shortId, params.agentId));
    const [history, metadata] = await Promise.all([
      this.history.read({ ...params, sessionKey }),
      this.metadata({ sessionKey, ...(params.agentId === undefined ? {} : { agentId: params.agentId }) }),
    ]);
    return { ...history, metadata, agentsList: this.agents.list() };
  }

  @RpcMethod({
    name: 'chat.metadata',
    scope: 'operator.read',
    params: ChatMetadataParams,
    summary: 'Commands and models of a conversation, or of an agent.',
  })
  async metadata({ agentId, sessionKey }: ChatMetadataParams): Promise<Record<string, unknown>> {
    const { config } = this.config;
    const key = sessionKey === undefined ? undefined : canonicalSessionKey(config, sessionKey, agentId);
    const of = key === undefined ? (agentId ?? defaultAgentId(config)) : agentOfSession(config, key);
    return {
      ...this.commands.list({ agentId: of }),
      ...(await this.models.list({})),
      // One runtime, and nobody who shares work out among several agents at once.
      runtimeSelectionLocked: false,
      swarmEnabled: false,
    };
  }

  @RpcMethod({
    name: 'chat.message.get',
    scope: 'operator.read',
    params: ChatMessageGetParams,
    summary: 'One message of a conversation in full.',
  })
  async message({ sessionKey, agentId, messageId, maxChars = MOST_CHARS }: ChatMessageGetParams): Promise<unknown> {
    const session = await this.sessions.find(canonicalSessionKey(this.config.config, sessionKey, agentId));
    const seq = session && (await this.transcripts.seqOf(session.sessionId, messageId));
    if (!session || seq === undefined) return { ok: false, unavailableReason: 'not_found' };
    const [event] = await this.transcripts.readBeside(session.sessionId, { after: seq - 1 }, 1);
    const message = event && plainUserText(historyMessage(event));
    if (!message) return { ok: false, unavailableReason: 'not_found' };
    if (JSON.stringify(message).length > maxChars) return { ok: false, unavailableReason: 'oversized' };
    return { ok: true, message };
  }

  /** @throws RpcError INVALID_REQUEST where no session, or more than one, has an id that begins so */
  private async keyOf(shortId: string | undefined, agentId: string | undefined): Promise<string> {
    if (shortId === undefined || agentId === undefined)
      throw invalidRequest(
        "invalid chat.startup params: must have required property 'sessionKey'; or shortId and agentId",
      );
    const found = (await this.sessions.list({ agentId })).filter(({ sessionId }) => sessionId.startsWith(shortId));
    const [only] = found;
    if (!only || found.length > 1)
      throw invalidRequest(`shortId: ${found.length} sessions of ${agentId} have an id that begins with ${shortId}`);
    return only.key;
  }
}
