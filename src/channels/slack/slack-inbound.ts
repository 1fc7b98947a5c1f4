import type { AccessPolicy, GroupRules } from '../access/access-policy';
import { matchesPattern } from '../access/mention-patterns';
import type { InboundUpdate } from '../channel-adapter';
import {
  type SlackContent,
  type SlackContentSource,
  botNameOf,
  contentOf,
  mediaIn,
  quotedFor,
  sharedFor,
  speaksTo,
  textFor,
} from './content/slack-content';
import { WRITTEN } from './content/slack-happenings';
import type { SlackNaming } from './content/slack-markup';
import type { SlackAccountConfig } from './slack.config';

/** A message as events and searches in the history give it; only what is read here. */
export interface SlackMessage extends SlackContentSource {
  type?: string;
  subtype?: string;
  channel: string;
  channel_type?: string;
  ts: string;
  thread_ts?: string;
  parent_user_id?: string;
  bot_id?: string;
}

export interface SlackBot {
  userId: string;
  botId: string;
  teamId: string;
}

export interface SlackFacts {
  settings: SlackAccountConfig;
  bot: SlackBot;
  mentionPatterns: readonly string[];
  /** Where the account's own keys are in the configuration. */
  at: readonly string[];
  defaultGroupPolicy?: 'open' | 'disabled' | 'allowlist';
  /** Name of a person; undefined where it is not known. */
  nameOf(userId: string): { name: string; username?: string } | undefined;
  naming: SlackNaming;
  /** Name of a channel. */
  channelName?: string;
}

/** With its thread, so that what was said there later can be looked for. */
export const externalIdOf = ({
  channel,
  ts,
  thread_ts: thread,
}: Pick<SlackMessage, 'channel' | 'ts' | 'thread_ts'>): string =>
  thread && thread !== ts ? `${channel}:${ts}:${thread}` : `${channel}:${ts}`;

export type ChatKind = 'direct' | 'group' | 'channel';

/** A conversation's kind; where the event does not say it, its id does. */
export function kindOf({ channel, channel_type: type }: Pick<SlackMessage, 'channel' | 'channel_type'>): ChatKind {
  if (type === 'im' || (type === undefined && channel.startsWith('D'))) return 'direct';
  return type === 'mpim' ? 'group' : 'channel';
}

/** Whether a message is the bot's own. */
export const isOwn = ({ user, bot_id: botId }: SlackMessage, bot: SlackBot): boolean =>
  user === bot.userId || (botId !== undefined && botId === bot.botId);

/** Slackbot answers by itself; everything else that writes by itself has an id of its own for that. */
const SLACKBOT = 'USLACKBOT';

/** A Slack message in the words all channels share; undefined for the bot's own and for what nobody wrote. */
export function inboundOf(
  message: SlackMessage,
  facts: SlackFacts,
  content: SlackContent = contentOf(message),
): InboundUpdate | undefined {
  const { bot, naming } = facts;
  if (isOwn(message, bot) || !WRITTEN.has(message.subtype)) return undefined;
  const kind = kindOf(message);
  const sender = message.user ?? message.bot_id ?? '';
  const name = botNameOf(message);
  const shared = sharedFor(content, naming);
  const media = mediaIn(content);
  return {
    externalId: externalIdOf(message),
    chat: chatOf(message, facts),
    sender: {
      id: sender,
      ...(facts.nameOf(sender) ?? (name ? { name } : {})),
      isBot: message.bot_id !== undefined || message.subtype === 'bot_message' || sender === SLACKBOT,
    },
    messageId: message.ts,
    text: textFor(content, naming, bot.userId),
    ...(shared.length > 0 ? { shared } : {}),
    ...(media.length > 0 ? { media } : {}),
    ...quotedFor(content, naming, { sender, bot: bot.userId }),
    mentionsBot:
      kind === 'direct' ||
      speaksTo(content, bot.userId) ||
      message.parent_user_id === bot.userId ||
      matchesPattern(facts.mentionPatterns, content.markup),
    ...(isInThread(message, facts) ? { isInThread: true } : {}),
    policy: policyOf(facts, message),
  };
}

/** Whether a message stands in a thread that is a conversation of its own. */
const isInThread = ({ thread_ts: thread, ts }: SlackMessage, { settings }: Pick<SlackFacts, 'settings'>): boolean =>
  thread !== undefined && thread !== ts && settings.thread?.historyScope !== 'channel';

export function chatOf(message: SlackMessage, facts: SlackFacts): InboundUpdate['chat'] {
  const { bot, channelName } = facts;
  const kind = kindOf(message);
  const { thread_ts: thread } = message;
  return {
    id: message.channel,
    type: kind,
    ...(channelName ? { title: channelName } : {}),
    teamId: bot.teamId,
    ...(thread !== undefined && isInThread(message, facts) ? { threadId: thread, threadWord: 'thread' as const } : {}),
  };
}

/** Of these alone the rules of a place follow. */
type PolicyFacts = Pick<SlackFacts, 'settings' | 'at' | 'channelName' | 'defaultGroupPolicy'>;

export function policyOf(facts: PolicyFacts, message: Pick<SlackMessage, 'channel' | 'channel_type'>): AccessPolicy {
  const { settings } = facts;
  const { dm, thread } = settings;
  const rules =
    kindOf(message) === 'channel' ? placeRules(facts, message.channel) : groupDirectRules(settings, message.channel);
  const users = rules?.allowFrom;
  const place = settings.channels?.[channelKey(settings, message.channel, facts.channelName) ?? ''];
  const allowBots = place?.allowBots ?? settings.allowBots;
  const botLoopProtection = { ...settings.botLoopProtection, ...place?.botLoopProtection };
  return {
    dmPolicy: dm?.enabled === false ? 'disabled' : (settings.dmPolicy ?? dm?.policy ?? 'pairing'),
    allowFrom: idList(settings.allowFrom ?? dm?.allowFrom),
    // Who is listed here are places; people are narrowed by `users`.
    groupPolicy: groupPolicyOf(facts) === 'disabled' ? 'disabled' : 'open',
    groupAllowFrom: users ? [...users] : [],
    ...(rules ? { group: rules } : {}),
    ...(allowBots === undefined ? {} : { allowBots, botLoopProtection }),
    ...(settings.historyLimit === undefined ? {} : { historyLimit: settings.historyLimit }),
    ...(thread?.initialHistoryLimit === undefined ? {} : { threadLimit: thread.initialHistoryLimit }),
  };
}

const groupPolicyOf = ({ settings, defaultGroupPolicy }: PolicyFacts): 'open' | 'disabled' | 'allowlist' =>
  settings.groupPolicy ?? defaultGroupPolicy ?? 'allowlist';

/** Key of the rules of a channel: its id, its name, or `*`. */
function channelKey({ channels = {} }: SlackAccountConfig, id: string, name: string | undefined): string | undefined {
  const wanted = (name ?? '').toLowerCase();
  const named = Object.keys(channels).find((key) => wanted !== '' && key.replace(/^#/, '').toLowerCase() === wanted);
  return [id, named, '*'].find((key) => key !== undefined && channels[key] !== undefined);
}

/** Undefined: the channel is not listed. */
function placeRules(facts: PolicyFacts, id: string): GroupRules | undefined {
  const { settings } = facts;
  const key = channelKey(settings, id, facts.channelName);
  const rules = settings.channels?.[key ?? ''];
  if (!rules && groupPolicyOf(facts) !== 'open') return undefined;
  return {
    enabled: rules?.enabled !== false && rules?.allow !== false,
    requireMention: rules?.requireMention ?? settings.requireMention ?? true,
    ...(rules?.users ? { allowFrom: idList(rules.users) } : {}),
    ...(rules?.systemPrompt ? { systemPrompt: rules.systemPrompt } : {}),
    ...(key === undefined ? {} : { at: [[...facts.at, 'channels', key]] }),
  };
}

/** Conversations of several people: only where they are switched on. */
function groupDirectRules({ dm, requireMention }: SlackAccountConfig, id: string): GroupRules | undefined {
  if (dm?.groupEnabled !== true) return undefined;
  const listed = idList(dm.groupChannels);
  if (listed.length > 0 && !listed.includes(id) && !listed.includes('*')) return undefined;
  return { enabled: true, requireMention: requireMention ?? true };
}

/** Prefixes and marks that people copy from elsewhere are left out. */
export const idList = (list: readonly (string | number)[] | undefined): string[] =>
  (list ?? []).map((entry) =>
    String(entry)
      .trim()
      .replace(/^(slack|user):/i, '')
      .replace(/^<@(\w+)(\|[^>]*)?>$/, '$1'),
  );
