import type { SessionEntry } from '../../sessions/session-entry';
import type { ExecChoices } from '../agent-tool';

type Chosen = Pick<
  SessionEntry,
  'execHost' | 'execSecurity' | 'execAsk' | 'execNode' | 'execNetwork' | 'elevatedLevel'
>;

/** What a conversation has chosen about commands (`/exec`, `/elevated`). */
export const execChoicesOf = (session: Chosen): ExecChoices => ({
  ...(session.execHost ? { host: session.execHost } : {}),
  ...(session.execSecurity ? { security: session.execSecurity } : {}),
  ...(session.execAsk ? { ask: session.execAsk } : {}),
  ...(session.execNode ? { node: session.execNode } : {}),
  ...(session.execNetwork ? { network: session.execNetwork } : {}),
  ...(session.elevatedLevel ? { elevated: session.elevatedLevel } : {}),
});
