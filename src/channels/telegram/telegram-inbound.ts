import type { Message, MessageEntity, UserFromGetMe } from 'telegraf/types';
import type { MediaKind, MediaRef } from '../../common/chat-media';
import { matchesPattern } from '../access/mention-patterns';
import type { AccessPolicy, GroupRules, InboundUpdate } from '../channel-adapter';
import type { TelegramAccountConfig } from './telegram.config';

export interface InboundFacts {
  settings: TelegramAccountConfig;
  bot: Pick<UserFromGetMe, 'id' | 'username'>;
  /** Patterns of the configuration that count as a mention. */
  mentionPatterns: readonly string[];
  defaultGroupPolicy?: 'open' | 'disabled' | 'allowlist';
}

/** General topic of a forum: messages in it carry no thread of their own. */
const GENERAL_TOPIC = 1;

/** A Telegram message in the words all channels share; undefined for service messages nobody answers. */
export function inboundOf(message: Message, facts: InboundFacts): InboundUpdate | undefined {
  const { from, chat } = message;
  if (!from) return undefined;
  const text = textOf(message);
  if (text === undefined) return undefined;
  const isGroup = chat.type !== 'private';
  const threadId = topicOf(message);
  return {
    externalId: `${chat.id}:${message.message_id}`,
    chat: {
      id: String(chat.id),
      type: chat.type === 'private' ? 'direct' : chat.type === 'channel' ? 'channel' : 'group',
      ...('title' in chat && chat.title ? { title: chat.title } : {}),
      ...(threadId === undefined ? {} : { threadId: String(threadId) }),
    },
    sender: {
      id: String(from.id),
      name: [from.first_name, from.last_name].filter(Boolean).join(' '),
      ...(from.username ? { username: from.username } : {}),
      isBot: from.is_bot,
    },
    messageId: String(message.message_id),
    text,
    ...mediaOf(message),
    mentionsBot: isGroup ? mentionsBot(message, text, facts) : true,
    policy: policyOf(facts, isGroup ? String(chat.id) : undefined, threadId),
  };
}

export function policyOf(facts: InboundFacts, groupId: string | undefined, threadId: number | undefined): AccessPolicy {
  const { settings } = facts;
  const allowFrom = idList(settings.allowFrom);
  const group = groupId === undefined ? undefined : groupRules(settings, groupId, threadId);
  return {
    dmPolicy: settings.dmPolicy ?? 'pairing',
    allowFrom,
    groupPolicy: settings.groupPolicy ?? facts.defaultGroupPolicy ?? 'allowlist',
    groupAllowFrom: idList(settings.groupAllowFrom),
    ...(group ? { group } : {}),
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
function idList(list: readonly (string | number)[] | undefined): string[] {
  return (list ?? []).map((entry) =>
    String(entry)
      .trim()
      .replace(/^(telegram|tg):/i, ''),
  );
}

function topicOf(message: Message): number | undefined {
  const {
    is_topic_message: isTopic,
    message_thread_id: thread,
    chat,
  } = message as Message & { is_topic_message?: boolean; message_thread_id?: number };
  if ('is_forum' in chat && chat.is_forum) return isTopic ? thread : GENERAL_TOPIC;
  return isTopic ? thread : undefined;
}

/** What the message says; media without words are named. */
function textOf(message: Message): string | undefined {
  if ('text' in message) return message.text;
  const caption = 'caption' in message && message.caption ? message.caption : '';
  const kind = mediaKind(message);
  if (kind === undefined) return undefined;
  return caption === '' ? `(${kind})` : `(${kind}) ${caption}`;
}

/** The file of a message, where there is one that somebody could look into. */
function mediaOf(message: Message): { media?: MediaRef[] } {
  const ref = (
    kind: MediaKind,
    file: { file_id: string; file_size?: number; file_name?: string | undefined },
  ): { media: MediaRef[] } => ({
    media: [
      {
        ref: file.file_id,
        kind,
        ...(file.file_name ? { name: file.file_name } : {}),
        ...(file.file_size === undefined ? {} : { bytes: file.file_size }),
      },
    ],
  });
  if ('photo' in message) {
    const largest = message.photo.at(-1);
    return largest ? ref('photo', largest) : {};
  }
  if ('voice' in message) return ref('voice', message.voice);
  if ('audio' in message) return ref('audio', message.audio);
  // Animations come with a document of the same file; nobody here looks at moving pictures.
  if ('animation' in message) return {};
  if ('document' in message) return ref('document', message.document);
  if ('sticker' in message && !message.sticker.is_animated && !message.sticker.is_video)
    return ref('sticker', message.sticker);
  return {};
}

function mediaKind(message: Message): string | undefined {
  if ('photo' in message) return 'photo';
  if ('sticker' in message) return `sticker ${message.sticker.emoji ?? ''}`.trim();
  if ('voice' in message) return 'voice message';
  if ('video_note' in message) return 'video note';
  if ('video' in message) return 'video';
  if ('audio' in message) return 'audio';
  if ('animation' in message) return 'animation';
  if ('document' in message) return `document ${message.document.file_name ?? ''}`.trim();
  if ('location' in message) return `location ${message.location.latitude}, ${message.location.longitude}`;
  if ('contact' in message) return 'contact';
  if ('poll' in message) return 'poll';
  return undefined;
}

function mentionsBot(message: Message, text: string, facts: InboundFacts): boolean {
  const reply = 'reply_to_message' in message ? message.reply_to_message : undefined;
  if (reply?.from?.id === facts.bot.id) return true;
  const name = `@${facts.bot.username}`.toLowerCase();
  for (const entity of entitiesOf(message)) {
    if (entity.type === 'text_mention' && entity.user.id === facts.bot.id) return true;
    const span = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
    if (entity.type === 'mention' && span === name) return true;
    if (entity.type === 'bot_command' && span.endsWith(name)) return true;
  }
  return matchesPattern(facts.mentionPatterns, text);
}

function entitiesOf(message: Message): readonly MessageEntity[] {
  if ('entities' in message && message.entities) return message.entities;
  return 'caption_entities' in message && message.caption_entities ? message.caption_entities : [];
}
