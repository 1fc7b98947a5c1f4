import type { Message, MessageEntity, User, UserFromGetMe } from 'telegraf/types';
import type { MediaKind, MediaRef } from '../../common/chat-media';
import { matchesPattern } from '../access/mention-patterns';
import type { AccessPolicy, GroupRules, InboundUpdate } from '../channel-adapter';
import { addressedText } from './telegram-commands';
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
  const addressed = addressedText('text' in message ? message.text : '', entitiesOf(message), facts.bot.username);
  const text = 'text' in message ? addressed.text : textOf(message);
  const sender = senderOf(message);
  if (text === undefined || !sender) return undefined;
  const isGroup = message.chat.type !== 'private';
  const from = passedOnFrom(message);
  const album = (message as { media_group_id?: string }).media_group_id;
  const media = mediaOf(message);
  return {
    externalId: externalIdOf(message),
    chat: chatOf(message),
    sender,
    messageId: String(message.message_id),
    ...(from === undefined ? { text } : { text: '', shared: [{ sender: from, text }] }),
    ...media,
    ...(album ? { albumId: album } : {}),
    ...quotedOf(message, facts),
    mentionsBot: isGroup ? mentionsBot(message, facts) : true,
    ...(addressed.isForAnother ? { isForAnother: true } : {}),
    policy: policyOf(facts, isGroup ? String(message.chat.id) : undefined, topicOf(message)),
  };
}

export const externalIdOf = ({ chat, message_id: id }: Pick<Message, 'chat' | 'message_id'>): string =>
  `${chat.id}:${id}`;

export function chatOf(message: Message): InboundUpdate['chat'] {
  const { chat } = message;
  const threadId = topicOf(message);
  return {
    id: String(chat.id),
    type: chat.type === 'private' ? 'direct' : chat.type === 'channel' ? 'channel' : 'group',
    ...('title' in chat && chat.title ? { title: chat.title } : {}),
    ...(threadId === undefined ? {} : { threadId: String(threadId) }),
  };
}

/** Posts of channels, and of people who write in a channel's name, have that channel as sender. */
function senderOf(message: Message): InboundUpdate['sender'] | undefined {
  const { from } = message;
  const { sender_chat: chat } = message as { sender_chat?: { id: number; title?: string; username?: string } };
  if (chat && (!from || from.is_bot))
    return {
      id: String(chat.id),
      ...(chat.title ? { name: chat.title } : {}),
      ...(chat.username ? { username: chat.username } : {}),
      isBot: false,
      ...(from ? {} : { mayBeBot: true }),
    };
  return from && personOf(from);
}

export const personOf = (from: User): InboundUpdate['sender'] => ({
  id: String(from.id),
  name: [from.first_name, from.last_name].filter(Boolean).join(' '),
  ...(from.username ? { username: from.username } : {}),
  isBot: from.is_bot,
});

/** What happened in a chat, where a message only says that. */
export function serviceText(message: Message): string | undefined {
  const who = message.from ? personOf(message.from).name : 'Somebody';
  if ('new_chat_members' in message)
    return `${message.new_chat_members.map((member) => personOf(member).name).join(', ')} joined the group.`;
  if ('left_chat_member' in message) return `${personOf(message.left_chat_member).name ?? 'Somebody'} left the group.`;
  if ('pinned_message' in message) return `${who} pinned a message.`;
  if ('new_chat_title' in message) return `${who} renamed the group to "${message.new_chat_title}".`;
  return undefined;
}

function quotedOf(message: Message, { bot }: InboundFacts): Pick<InboundUpdate, 'quoted'> {
  const reply = 'reply_to_message' in message ? message.reply_to_message : undefined;
  if (!reply) return {};
  const { quote } = message as { quote?: { text?: string } };
  const text = quote?.text ?? textOf(reply);
  // The first message of a topic is "answered" by every other one in it.
  if (text === undefined || text === '' || 'forum_topic_created' in reply) return {};
  const isOwn = reply.from?.id === bot.id;
  // One's own message may itself be a forward.
  const isForeign = !isOwn && (reply.from?.id !== message.from?.id || passedOnFrom(reply) !== undefined);
  const name = isOwn ? 'your message' : reply.from ? personOf(reply.from).name : undefined;
  return {
    quoted: { ...(name ? { sender: name } : {}), text, isForeign },
  };
}

/** Whose words a message holds, where its sender only passes them on; undefined for the sender's own. */
function passedOnFrom(message: Message): string | undefined {
  const { forward_origin: origin, via_bot: bot } = message as {
    via_bot?: User;
    forward_origin?: {
      sender_user?: User;
      sender_user_name?: string;
      chat?: { title?: string };
      sender_chat?: { title?: string };
    };
  };
  if (!origin) return bot && personOf(bot).name;
  return (
    (origin.sender_user ? personOf(origin.sender_user).name : undefined) ??
    origin.sender_user_name ??
    origin.chat?.title ??
    origin.sender_chat?.title ??
    'elsewhere'
  );
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

export function topicOf(message: Message): number | undefined {
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
  // Its name is whoever's who made it, and stands with its content.
  if ('document' in message) return 'document';
  if ('location' in message) return `location ${message.location.latitude}, ${message.location.longitude}`;
  if ('contact' in message) return 'contact';
  if ('poll' in message) return 'poll';
  return undefined;
}

function mentionsBot(message: Message, facts: InboundFacts): boolean {
  // Offsets belong to the text as it came.
  const text = 'text' in message ? message.text : 'caption' in message ? (message.caption ?? '') : '';
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
