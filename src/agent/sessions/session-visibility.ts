import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';
import type { SessionEntry } from '../../sessions/session-entry';
import { agentOfSession } from '../../sessions/session-key';
import { type ToolContext, isGuest } from '../../tools/agent-tool';

/** Why a session may not be seen by a turn; undefined when it may. */
export function hiddenReason(config: OpenclawConfig, session: SessionEntry, context: ToolContext): string | undefined {
  const isOwn = session.key === context.sessionKey || session.spawnedBy === context.sessionKey;
  if (isGuest(context.subject) && !isOwn) return 'guests see only their own conversation';
  const owner = agentOfSession(config, session.key);
  if (owner !== context.agentId) {
    const rules = config.tools?.agentToAgent;
    if (!rules?.enabled) return `it belongs to agent "${owner}" and tools.agentToAgent.enabled is off`;
    const allowed = rules.allow ?? [];
    if (!allowed.includes('*') && !(allowed.includes(owner) && allowed.includes(context.agentId)))
      return `tools.agentToAgent.allow does not hold both "${context.agentId}" and "${owner}"`;
  }
  if (!context.subject.isSandboxed) return undefined;
  const sandbox = { ...config.agents?.defaults?.sandbox, ...findAgent(config, context.agentId)?.sandbox };
  return (sandbox.sessionToolsVisibility ?? 'spawned') === 'all' || isOwn
    ? undefined
    : 'this session is sandboxed and sees only itself and what it spawned';
}
