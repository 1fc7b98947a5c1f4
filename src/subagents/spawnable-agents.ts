import { agentEntries, findAgent, normaliseAgentId } from '../config/agent-entries';
import type { OpenclawConfig } from '../config/openclaw.config';

/** Agents that an agent may start sub-agents of, itself first. */
export function spawnableAgents(config: OpenclawConfig, requester: string): { allowAny: boolean; agents: string[] } {
  const listed = findAgent(config, requester)?.subagents?.allowAgents ?? [];
  const allowAny = listed.includes('*');
  const others = allowAny ? agentEntries(config).map(({ id }) => id) : listed.map(normaliseAgentId);
  return { allowAny, agents: [requester, ...others.filter((id) => id !== requester).sort()] };
}
