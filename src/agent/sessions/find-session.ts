import type { OpenclawConfig } from '../../config/openclaw.config';
import type { SessionEntry } from '../../sessions/session-entry';
import { canonicalSessionKey } from '../../sessions/session-key';
import type { SessionStore } from '../../sessions/session.store';
import { type ToolContext, ToolError } from '../../tools/agent-tool';
import { hiddenReason } from './session-visibility';

/** A session by key or id. @throws ToolError not_found, denied_by_policy */
export async function findSession(
  config: OpenclawConfig,
  sessions: SessionStore,
  keyOrId: string,
  context: ToolContext,
): Promise<SessionEntry> {
  const wanted = keyOrId.startsWith('agent:') ? keyOrId : keyOrId.trim();
  const found =
    (await sessions.find(
      canonicalSessionKey(config, wanted, wanted.startsWith('agent:') ? undefined : context.agentId),
    )) ?? (await sessions.findBySessionId(wanted));
  if (!found) throw new ToolError('not_found', `there is no conversation "${keyOrId}"; sessions_list shows them`);
  const hidden = hiddenReason(config, found, context);
  if (hidden !== undefined)
    throw new ToolError('denied_by_policy', `"${keyOrId}" is not visible: ${hidden}`, { status: 'forbidden' });
  return found;
}
