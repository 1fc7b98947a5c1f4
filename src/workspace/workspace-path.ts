import { join } from 'node:path';
import { defaultAgentId, findAgent } from '../config/agent-entries';
import type { Environment } from '../config/environment';
import type { OpenclawConfig } from '../config/openclaw.config';
import { defaultWorkspace } from '../config/state-paths';

/** Absolute path of an agent's workspace. */
export function workspacePath(config: OpenclawConfig, env: Environment, stateDir: string, agentId: string): string {
  const own = findAgent(config, agentId)?.workspace;
  if (own) return own;
  if (agentId === defaultAgentId(config)) return config.agents?.defaults?.workspace ?? defaultWorkspace(env, stateDir);
  return join(stateDir, `workspace-${agentId}`);
}
