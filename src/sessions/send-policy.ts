import type { OpenclawConfig } from '../config/openclaw.config';
import type { SessionEntry } from './session-entry';
import { sessionKind } from './session-key';

/** Whether a session may be written to: its own override first, then the first matching deny, then the default. */
export function sendAllowed(config: OpenclawConfig, key: string, entry: SessionEntry | undefined): boolean {
  if (entry?.sendPolicy === 'allow') return true;
  if (entry?.sendPolicy === 'deny') return false;
  const policy = config.session?.sendPolicy;
  const chatType = entry?.chatType ?? (sessionKind(key) === 'group' ? 'group' : 'direct');
  const matches = (policy?.rules ?? []).filter(({ match = {} }) => {
    const channelFits = match.channel === undefined || match.channel === entry?.channel;
    const typeFits = match.chatType === undefined || match.chatType === chatType;
    return channelFits && typeFits && (match.keyPrefix === undefined || key.startsWith(match.keyPrefix.toLowerCase()));
  });
  if (matches.some((rule) => rule.action === 'deny')) return false;
  if (matches.some((rule) => rule.action === 'allow')) return true;
  return policy?.default !== 'deny';
}
