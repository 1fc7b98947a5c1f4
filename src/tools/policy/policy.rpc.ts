import { Injectable } from '@nestjs/common';
import { identityOf } from '../../common/sender-identity';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { isSandboxed } from '../../sessions/sandbox-mode';
import { agentOfSession, canonicalSessionKey, isSubagentKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import type { PolicySubject } from '../agent-tool';
import { ToolRegistry } from '../tool-registry.service';
import { ToolsExplainParams } from './policy.dto';
import { ToolPolicyService, type ToolStanding } from './tool-policy.service';

@Injectable()
export class PolicyRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly policy: ToolPolicyService,
    private readonly registry: ToolRegistry,
    private readonly sessions: SessionStore,
  ) {}

  @RpcMethod({
    name: 'tools.explain',
    scope: 'operator.read',
    params: ToolsExplainParams,
    unlisted: true,
    summary: 'Which tools somebody has, and which link of the policy chain took each of the others away.',
  })
  async explain(params: ToolsExplainParams): Promise<{ subject: PolicySubject; tools: ToolStanding[] }> {
    const subject = await this.subjectOf(params);
    const tools = this.policy.explain(subject);
    if (params.tool === undefined) return { subject, tools };
    const name = this.registry.canonicalName(params.tool);
    const standing = tools.find((tool) => tool.name === name);
    if (!standing)
      throw invalidRequest(`there is no tool "${params.tool}"`, { details: { tools: tools.map((tool) => tool.name) } });
    return { subject, tools: [standing] };
  }

  private async subjectOf(params: ToolsExplainParams): Promise<PolicySubject> {
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
