import { normaliseAgentId } from '../config/agent-entries';
import type { ConfigFiles } from '../config/config-files';
import { agentFolder } from './providers/credential-file';

export interface AgentRow {
  id: string;
  name?: string;
  identity?: { name?: string; emoji?: string };
  model?: { primary: string; fallbacks?: string[] };
}

export interface AgentsAnswer {
  defaultId: string;
  agents: AgentRow[];
}

/** Where what belongs to an agent is kept; nothing where its gateway is elsewhere. */
export const folderView = (agentId: string, files?: ConfigFiles): { agentDir?: string } =>
  files ? { agentDir: agentFolder(files.load().config, files.stateDir, agentId) } : {};

/** The agents for programs. @param files of the gateway that was asked; without them nothing is said of what stands there alone */
export function agentsView({ defaultId, agents }: AgentsAnswer, files?: ConfigFiles): object[] {
  const config = files?.load().config;
  return agents.map(({ model, identity, ...row }) => ({
    ...row,
    ...(identity ? { identity } : {}),
    ...(identity?.name === undefined ? {} : { identityName: identity.name }),
    ...(identity?.emoji === undefined ? {} : { identityEmoji: identity.emoji }),
    ...((identity?.name ?? identity?.emoji) ? { identitySource: 'config' } : {}),
    ...(files && config
      ? {
          ...folderView(row.id, files),
          bindings: (config.bindings ?? []).filter(({ agentId }) => normaliseAgentId(agentId) === row.id).length,
        }
      : {}),
    ...(model ? { model: model.primary, fallbacks: model.fallbacks ?? [] } : {}),
    isDefault: row.id === defaultId,
  }));
}
