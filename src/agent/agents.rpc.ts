import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { cutText } from '../common/cut-text';
import { agentEntries, defaultAgentId, findAgent, normaliseAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { NoParams } from '../rpc/no-params.dto';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { SHOWN_RUNTIME } from './sessions/session-rows.service';
import { agentOfSession, canonicalSessionKey } from '../sessions/session-key';
import { AgentIdentityParams } from './agents.dto';
import { readIdentityFile } from '../workspace/identity-file';
import { WorkspaceService } from '../workspace/workspace.service';
import { type ThinkingChoices, thinkingChoices } from './providers/thinking-choices';
import { ModelRegistry } from './providers/model-registry.service';

const MAX_NAME = 50;
const MAX_AVATAR = 200;
const DEFAULT_NAME = 'Assistant';

/** Where the name of an agent comes from. */
type NameSource = 'agent' | 'workspace' | 'config' | 'default';

@Injectable()
export class AgentsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly models: ModelRegistry,
    private readonly workspaces: WorkspaceService,
  ) {}

  @RpcMethod({
    name: 'agents.list',
    scope: 'operator.read',
    params: NoParams,
    summary: 'Configured agents, the default one first.',
  })
  list(): unknown {
    const { config } = this.config;
    const defaultId = defaultAgentId(config);
    const agents = agentEntries(config)
      .sort((a, b) => Number(b.id === defaultId) - Number(a.id === defaultId))
      .map(({ id, name, identity }) => ({
        id,
        ...(name ? { name } : {}),
        ...(identity ? { identity } : {}),
        ...workspaceOf(this.workspaces.pathOf(id)),
        agentRuntime: SHOWN_RUNTIME,
        ...this.modelOf(id),
      }));
    return {
      defaultId,
      // Which one is meant is never asked: the default one is, unless a session or a name says another.
      ownership: agents.length > 1 ? 'legacy' : 'sole',
      selectionRequired: false,
      mainKey: 'main',
      scope: config.session?.scope ?? 'per-sender',
      agents,
    };
  }

  /** Nothing where the configured model is not known: `status` and doctor say so. */
  private modelOf(agentId: string): Partial<ThinkingChoices> & { model?: { primary: string; fallbacks?: string[] } } {
    try {
      const { info } = this.models.resolve(agentId);
      const { provider, id } = info;
      const fallbacks = this.models.fallbacks(agentId).map((model) => `${model.provider}/${model.id}`);
      return {
        model: { primary: `${provider}/${id}`, ...(fallbacks.length > 0 ? { fallbacks } : {}) },
        ...thinkingChoices(info, this.config.config),
      };
    } catch {
      return {};
    }
  }

  @RpcMethod({
    name: 'agent.identity.get',
    scope: 'operator.read',
    params: AgentIdentityParams,
    summary: 'Name and avatar of an agent.',
  })
  identity(params: AgentIdentityParams): { agentId: string; name: string; nameSource: NameSource; avatar: string } {
    const { config } = this.config;
    const bySession = params.sessionKey
      ? agentOfSession(config, canonicalSessionKey(config, params.sessionKey))
      : undefined;
    const byId = params.agentId ? normaliseAgentId(params.agentId) : undefined;
    if (bySession && byId && bySession !== byId) {
      throw invalidRequest(
        `invalid agent.identity.get params: agent "${byId}" does not own session "${params.sessionKey}"`,
      );
    }
    const agentId = byId ?? bySession ?? defaultAgentId(config);
    const agent = findAgent(config, agentId);
    const own = readIdentityFile(this.workspaces.pathOf(agentId));
    const names: readonly [string | undefined, NameSource][] = [
      [agent?.identity?.name, 'agent'],
      [own.name, 'workspace'],
      [agent?.name, 'agent'],
      [config.ui?.assistant?.name, 'config'],
    ];
    const [name = DEFAULT_NAME, nameSource] = names.find(([given]) => given !== undefined) ?? [undefined, 'default'];
    const avatar =
      agent?.identity?.avatar ??
      agent?.identity?.emoji ??
      own.avatar ??
      own.emoji ??
      config.ui?.assistant?.avatar ??
      'A';
    return {
      agentId,
      name: cutText(name, MAX_NAME, { mark: '' }),
      nameSource,
      avatar: cutText(avatar, MAX_AVATAR, { mark: '' }),
    };
  }
}

const workspaceOf = (workspace: string): { workspace: string; workspaceGit: boolean } => ({
  workspace,
  workspaceGit: existsSync(join(workspace, '.git')),
});
