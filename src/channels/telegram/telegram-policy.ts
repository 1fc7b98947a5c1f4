import type { AccessPolicy, GroupRules } from '../access/access-policy';
import type { UserFromGetMe } from 'telegraf/types';
import type { TelegramAccountConfig } from './telegram.config';

export interface InboundFacts {
  settings: TelegramAccountConfig;
  bot: Pick<UserFromGetMe, 'id' | 'username'>;
  /** Patterns of the configuration that count as a mention. */
  mentionPatterns: readonly string[];
  defaultGroupPolicy?: 'open' | 'disabled' | 'allowlist';
}

export function policyOf(
  facts: Pick<InboundFacts, 'settings' | 'defaultGroupPolicy'>,
  groupId: string | undefined,
  threadId: number | undefined,
): AccessPolicy {
  const { settings } = facts;
  const allowFrom = idList(settings.allowFrom);
  const group = groupId === undefined ? undefined : groupRules(settings, groupId, threadId);
  return {
    dmPolicy: settings.dmPolicy ?? 'pairing',
    allowFrom,
    groupPolicy: settings.groupPolicy ?? facts.defaultGroupPolicy ?? 'allowlist',
    groupAllowFrom: idList(settings.groupAllowFrom),
    ...(settings.allowBots === undefined ? {} : { allowBots: settings.allowBots }),
    ...(settings.botLoopProtection ? { botLoopProtection: settings.botLoopProtection } : {}),
    ...(group ? { group } : {}),
    ...(settings.historyLimit === undefined ? {} : { historyLimit: settings.historyLimit }),
  };
}

/** Most specific rule first: topic, group, `*`. No `groups` block lists every group. */
function groupRules(
  settings: TelegramAccountConfig,
  groupId: string,
  threadId: number | undefined,
): GroupRules | undefined {
  const { groups } = settings;
  if (!groups) return { enabled: true, requireMention: true };
  const entry = groups[groupId] ?? groups['*'];
  if (!entry) return undefined;
  const topic = threadId === undefined ? undefined : entry.topics?.[String(threadId)];
  const allowFrom = topic?.allowFrom ?? entry.allowFrom;
  const systemPrompt = topic?.systemPrompt ?? entry.systemPrompt;
  return {
    enabled: entry.enabled !== false && topic?.enabled !== false,
    requireMention: topic?.requireMention ?? entry.requireMention ?? groups['*']?.requireMention ?? true,
    ...(allowFrom ? { allowFrom: idList(allowFrom) } : {}),
    ...(systemPrompt ? { systemPrompt } : {}),
  };
}

/** Prefixes that people copy from elsewhere are left out. */
export function idList(list: readonly (string | number)[] | undefined): string[] {
  return (list ?? []).map((entry) =>
    String(entry)
      .trim()
      .replace(/^(telegram|tg):/i, ''),
  );
}
