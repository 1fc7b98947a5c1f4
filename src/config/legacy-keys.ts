import { valueAt } from '../common/plain-object';
import type { ConfigIssue } from './config-error';

/** Keys of older OpenClaw releases and where their content belongs today. */
const LEGACY_KEYS: readonly { path: string[]; now: string }[] = [
  ...['whatsapp', 'telegram', 'discord', 'slack', 'signal', 'imessage', 'msteams'].map((id) => ({
    path: [id],
    now: `channels.${id}`,
  })),
  { path: ['providers'], now: 'channels' },
  { path: ['routing'], now: 'agents.list, bindings, messages and tools.agentToAgent' },
  { path: ['identity'], now: 'agents.list[].identity' },
  { path: ['agent'], now: 'agents.defaults and tools' },
  { path: ['tools', 'bash'], now: 'tools.exec' },
  { path: ['messages', 'tts', 'enabled'], now: 'messages.tts.auto' },
  { path: ['gateway', 'token'], now: 'gateway.auth.token' },
];

export function findLegacyKeys(parsed: unknown): ConfigIssue[] {
  return LEGACY_KEYS.filter(({ path }) => valueAt(parsed, path) !== undefined).map(({ path, now }) => ({
    path: path.join('.'),
    message: `key of an older release; its place is ${now} now. It is kept in the file and not used`,
  }));
}
