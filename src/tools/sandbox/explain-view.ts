import { mainSessionKey } from '../../config/main-session';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { findAgent } from '../../config/agent-entries';
import { sandboxMode } from '../../sessions/sandbox-mode';
import { SANDBOX_TOOLS } from '../policy/tool-groups';

/**
 * Where a conversation runs, for programs.
 * @param facts what the gateway said @param config of that gateway, where it is at hand
 */
export function explainView(facts: Readonly<Record<string, unknown>>, config?: OpenclawConfig): object {
  const agentId = String(facts['agentId']);
  const elevated = config?.tools?.elevated;
  return {
    ...facts,
    ...(config ? { mainSessionKey: mainSessionKey(config, agentId) } : {}),
    sandbox: {
      ...(config ? { mode: sandboxMode(config, agentId) } : {}),
      scope: facts['scope'],
      backend: facts['driver'],
      workspaceAccess: facts['workspaceAccess'],
      effectiveHostWorkspaceRoot: facts['workspace'],
      sessionIsSandboxed: facts['sandboxed'],
      ...(config ? { tools: sandboxTools(config, agentId) } : {}),
    },
    ...(config ? { elevated: { enabled: elevated?.enabled !== false, allowFrom: elevated?.allowFrom ?? {} } } : {}),
  };
}

/** What a sandboxed conversation may use, and where that is said. */
function sandboxTools(config: OpenclawConfig, agentId: string): object {
  const own = findAgent(config, agentId)?.tools?.sandbox?.tools;
  const listed = own ?? config.tools?.sandbox?.tools;
  const key = own ? `agents.list[${agentId}].tools.sandbox.tools` : 'tools.sandbox.tools';
  const source = (names: readonly string[] | undefined, name: string): object => ({
    source: names === undefined ? 'default' : own ? 'agent' : 'global',
    key: `${key}.${name}`,
  });
  return {
    allow: [...(listed?.allow ?? SANDBOX_TOOLS.allow), ...(listed?.alsoAllow ?? [])],
    deny: [...(listed?.deny ?? SANDBOX_TOOLS.deny)],
    sources: { allow: source(listed?.allow, 'allow'), deny: source(listed?.deny, 'deny') },
  };
}
