import { Injectable } from '@nestjs/common';
import { identityOf } from '../../common/sender-identity';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { isSandboxed } from '../../sessions/sandbox-mode';
import { agentOfSession, canonicalSessionKey, isSubagentKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { PolicySubject } from '../agent-tool';
import type { ToolsExplainParams } from './policy.dto';

/** Whoever a question of the form "what if" is about: a session's facts, with what the question says over them. */
@Injectable()
export class AssumedSubject {
  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
  ) {}

  async of(params: Omit<ToolsExplainParams, 'tool'>): Promise<PolicySubject> {
    const { config } = this.config;
    const fromSession = params.sessionKey === undefined ? undefined : await this.sessionSubject(params.sessionKey);
    const [provider, ...model] = (params.model ?? '').split('/');
    return {
      agentId: params.agentId ?? fromSession?.agentId ?? defaultAgentId(config),
      ...fromSession,
      ...(params.agentId ? { agentId: params.agentId } : {}),
      ...(provider ? { provider, model: model.join('/') } : {}),
      ...(params.channel ? { channel: params.channel } : {}),
      ...(params.accountId ? { account: params.accountId } : {}),
      ...(params.groupId ? { groupId: params.groupId } : {}),
      ...(params.senders ? { senders: params.senders.map(identityOf) } : {}),
      isOwner: params.stranger === undefined ? true : !params.stranger,
      ...(params.subagent === undefined ? {} : { isSubagent: params.subagent }),
      ...(params.sandboxed === undefined ? {} : { isSandboxed: params.sandboxed }),
    };
  }

  private async sessionSubject(spelled: string): Promise<PolicySubject> {
    const { config } = this.config;
    const key = canonicalSessionKey(config, spelled);
    const entry = await this.sessions.find(key);
    const agentId = agentOfSession(config, key);
    const isGroup = entry?.chatType !== undefined && entry.chatType !== 'direct';
    return {
      agentId,
      ...(entry?.modelProvider ? { provider: entry.modelProvider, model: entry.model ?? '' } : {}),
      ...(entry?.lastChannel ? { channel: entry.lastChannel } : {}),
      ...(entry?.lastAccountId ? { account: entry.lastAccountId } : {}),
      ...(isGroup && entry.lastTo ? { groupId: entry.lastTo } : {}),
      isSubagent: isSubagentKey(key),
      isSandboxed: isSandboxed(config, agentId, key),
    };
  }
}
