import type { AccessPolicy, GroupRules } from '../access/access-policy';
import type { APIMessage, GatewayMessageCreateDispatchData } from 'discord.js';
import { matchesPattern } from '../access/mention-patterns';
import type { InboundUpdate } from '../channel-adapter';
import { contentOf, quotedOf } from './content/discord-content';
import { WRITTEN } from './content/discord-happenings';
import { type DiscordNaming, NO_NAMES } from './content/discord-markup';
import type { DiscordAccountConfig, DiscordChannelConfig, DiscordGuildConfig } from './discord.config';

/** A message as the gateway socket or a search in the history gives it. */
export type DiscordMessage = APIMessage & Partial<Pick<GatewayMessageCreateDispatchData, 'guild_id' | 'member'>>;

/** What is known about where a message stands. */
export interface DiscordPlace {
  kind: 'direct' | 'group-direct' | 'guild';
  guildId?: string;
  guildName?: string;
  channelName?: string;
  /** Channel that a thread belongs to. */
  parentId?: string;
  parentName?: string;
  /** A thread that the bot itself opened: all that is said there is said to it. */
  isOwnThread?: boolean;
}

export interface DiscordFacts {
  settings: DiscordAccountConfig;
  botId: string;
  mentionPatterns: readonly string[];
  /** Names of people, roles and channels that messages do not bring along. */
  naming?: DiscordNaming;
  /** Where the account's own keys are in the configuration. */
  at: readonly string[];
  defaultGroupPolicy?: 'open' | 'disabled' | 'allowlist';
}

export const externalIdOf = (message: Pick<DiscordMessage, 'channel_id' | 'id'>): string =>
  `${message.channel_id}:${message.id}`;

/** A Discord message in the words all channels share; undefined for the bot's own and for service messages. */
export function inboundOf(
  message: DiscordMessage,
  place: DiscordPlace,
  facts: DiscordFacts,
): InboundUpdate | undefined {
  const { author } = message;
  if (author.id === facts.botId || !WRITTEN.has(message.type)) return undefined;
  const isDirect = place.kind === 'direct';
  const naming = facts.naming ?? NO_NAMES;
  const raw = message as unknown as Record<string, unknown>;
  const content = contentOf({ ...raw, content: withoutMention(message.content, facts.botId) }, naming);
  const { quoted, media: answered } = quotedOf(raw, naming, { sender: author.id, bot: facts.botId });
  const media = [...content.media, ...answered];
  const isEmpty = content.text === '' && content.shared.length === 0 && content.media.length === 0;
  return {
    externalId: externalIdOf(message),
    chat: chatOf(message.channel_id, place),
    sender: senderOf(message),
    messageId: message.id,
    text: isEmpty ? emptyText(message, facts.botId) : content.text,
    ...(content.shared.length > 0 ? { shared: content.shared } : {}),
    ...(media.length > 0 ? { media } : {}),
    ...(quoted ? { quoted } : {}),
    mentionsBot: isDirect || place.isOwnThread === true || mentionsBot(message, facts),
    ...(place.parentId === undefined ? {} : { isInThread: true }),
    policy: policyOf(facts, message.channel_id, place),
  };
}

/** Who only names the assistant calls it; else it is a message of which nothing can be read here. */
const emptyText = ({ content }: DiscordMessage, botId: string): string =>
  content.includes(botId) ? '' : '(a message that holds nothing that can be read here)';

export function chatOf(channelId: string, place: DiscordPlace): InboundUpdate['chat'] {
  return {
    id: channelId,
    type: place.kind === 'direct' ? 'direct' : place.kind === 'group-direct' ? 'group' : 'channel',
    ...(place.channelName ? { title: place.channelName } : {}),
    ...(place.guildId ? { guildId: place.guildId } : {}),
  };
}

export function policyOf(facts: DiscordFacts, channelId: string, place: DiscordPlace): AccessPolicy {
  const { settings } = facts;
  const { dm } = settings;
  const allowFrom = idList(settings.allowFrom ?? dm?.allowFrom);
  const rules = place.kind === 'guild' ? guildRules(facts, channelId, place) : groupDirectRules(settings, channelId);
  const users = rules?.allowFrom;
  return {
    dmPolicy: dm?.enabled === false ? 'disabled' : (settings.dmPolicy ?? dm?.policy ?? 'pairing'),
    allowFrom,
    // Who is listed here are places; people are narrowed by `users`.
    groupPolicy: groupPolicyOf(facts) === 'disabled' ? 'disabled' : 'open',
    groupAllowFrom: users ? [...users] : [],
    ...(rules ? { group: rules } : {}),
    ...(settings.allowBots === undefined ? {} : { allowBots: settings.allowBots }),
    ...(settings.botLoopProtection ? { botLoopProtection: settings.botLoopProtection } : {}),
    ...(settings.historyLimit === undefined ? {} : { historyLimit: settings.historyLimit }),
  };
}

const groupPolicyOf = ({ settings, defaultGroupPolicy }: DiscordFacts): 'open' | 'disabled' | 'allowlist' =>
  settings.groupPolicy ?? defaultGroupPolicy ?? 'allowlist';

/** Most specific rule first: thread, its channel, the guild's `*`, the guild. Undefined: the place is not listed. */
function guildRules(facts: DiscordFacts, channelId: string, place: DiscordPlace): GroupRules | undefined {
  const guild = guildOf(facts.settings, place);
  const isOpen = groupPolicyOf(facts) === 'open';
  if (!guild) return isOpen ? { enabled: true, requireMention: true } : undefined;
  const channel = channelOf(guild.entry, channelId, place);
  const lists = guild.entry.channels !== undefined && Object.keys(guild.entry.channels).length > 0;
  if (lists && !channel && !isOpen) return undefined;
  const users = channel?.entry.users ?? guild.entry.users;
  const at = [...facts.at, 'guilds', guild.key];
  return {
    enabled: channel?.entry.enabled !== false && channel?.entry.allow !== false,
    requireMention: channel?.entry.requireMention ?? guild.entry.requireMention ?? true,
    ...(users ? { allowFrom: idList(users) } : {}),
    ...(channel?.entry.systemPrompt ? { systemPrompt: channel.entry.systemPrompt } : {}),
    at: [at, ...(channel ? [[...at, 'channels', channel.key]] : [])],
  };
}

/** An entry of the configuration under the key that led to it. */
export interface Keyed<T> {
  key: string;
  entry: T;
}

export function guildOf(settings: DiscordAccountConfig, place: DiscordPlace): Keyed<DiscordGuildConfig> | undefined {
  const { guilds = {} } = settings;
  const name = slugOf(place.guildName);
  const named = Object.keys(guilds).find((key) => name !== '' && (guilds[key]?.slug === name || slugOf(key) === name));
  return entryOf(guilds, place.guildId, named, '*');
}

export function channelOf(
  guild: DiscordGuildConfig,
  channelId: string,
  place: DiscordPlace,
): Keyed<DiscordChannelConfig> | undefined {
  const { channels = {} } = guild;
  const named = (name: string | undefined): string | undefined =>
    Object.keys(channels).find((key) => slugOf(name) !== '' && slugOf(key) === slugOf(name));
  return entryOf(channels, channelId, named(place.channelName), place.parentId, named(place.parentName), '*');
}

/** The entry of the first key that there is. */
function entryOf<T>(entries: Record<string, T>, ...keys: (string | undefined)[]): Keyed<T> | undefined {
  for (const key of keys) {
    const entry = key === undefined ? undefined : entries[key];
    if (key !== undefined && entry !== undefined) return { key, entry };
  }
  return undefined;
}

/** Conversations of several people without a server: only where they are switched on. */
function groupDirectRules({ dm }: DiscordAccountConfig, channelId: string): GroupRules | undefined {
  if (dm?.groupEnabled !== true) return undefined;
  const listed = idList(dm.groupChannels);
  if (listed.length > 0 && !listed.includes(channelId) && !listed.includes('*')) return undefined;
  return { enabled: true, requireMention: true };
}

const slugOf = (name: string | undefined): string =>
  (name ?? '')
    .toLowerCase()
    .replace(/^#/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

/** Prefixes and marks that people copy from elsewhere are left out. */
export const idList = (list: readonly (string | number)[] | undefined): string[] =>
  (list ?? []).map((entry) =>
    String(entry)
      .trim()
      .replace(/^(discord|user):/i, '')
      .replace(/^<@!?(\d+)>$/, '$1'),
  );

function senderOf({ author, member, webhook_id: webhook }: DiscordMessage): InboundUpdate['sender'] {
  const name = member?.nick ?? author.global_name ?? author.username;
  return {
    id: author.id,
    name,
    username: author.username,
    isBot: author.bot === true || webhook !== undefined,
  };
}

function mentionsBot(message: DiscordMessage, { botId, mentionPatterns }: DiscordFacts): boolean {
  return (
    message.mentions.some((user) => user.id === botId) ||
    message.referenced_message?.author.id === botId ||
    matchesPattern(mentionPatterns, message.content)
  );
}

const withoutMention = (text: string, botId: string): string =>
  text.replace(new RegExp(`^\\s*<@!?${botId}>[,:]?\\s*|\\s*<@!?${botId}>\\s*$`, 'g'), '').trim();
