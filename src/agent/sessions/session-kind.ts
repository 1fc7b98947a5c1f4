import type { SessionEntry } from '../../sessions/session-entry';
import { sessionKind, splitSessionKey } from '../../sessions/session-key';

export const SESSION_KINDS = ['main', 'group', 'cron', 'hook', 'node', 'other'] as const;
export type ListedKind = (typeof SESSION_KINDS)[number];

/** Kind of a session as the session tools name it. */
export function listedKind(session: SessionEntry): ListedKind {
  const { rest } = splitSessionKey(session.key);
  if (rest === 'main' || session.key === 'global') return 'main';
  if (rest.startsWith('cron:')) return 'cron';
  if (rest.startsWith('hook:')) return 'hook';
  if (rest.startsWith('node-') || rest.startsWith('node:')) return 'node';
  return sessionKind(session.key, session.chatType) === 'group' ? 'group' : 'other';
}
