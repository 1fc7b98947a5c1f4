import type { User } from 'telegraf/types';
import { knownName, plainName } from '../../common/plain-name';
import type { InboundUpdate } from '../channel-adapter';
import type { MessageOrigin, ReceivedMessage, TelegramChat } from './telegram-message';

/** General topic of a forum: messages in it carry no thread of their own. */
const GENERAL_TOPIC = 1;

export const personOf = (from: User): InboundUpdate['sender'] => ({
  id: String(from.id),
  name: [from.first_name, from.last_name].filter(Boolean).join(' '),
  ...(from.username ? { username: from.username } : {}),
  isBot: from.is_bot,
});

/** A person's name inside a text, as one line. */
export const personName = (user: Pick<User, 'first_name' | 'last_name' | 'username'> & { id?: number }): string =>
  knownName([user.first_name, user.last_name].filter(Boolean).join(' ')) ??
  knownName(user.username) ??
  String(user.id ?? 'Somebody');

/** The same of a chat; a private one is called by its person. */
export const chatName = ({ title, first_name: first, last_name: last, username, id }: TelegramChat): string =>
  knownName(title) ??
  knownName([first, last].filter(Boolean).join(' ')) ??
  knownName(username) ??
  plainName(String(id));

/** Posts of channels, and of people who write in a channel's name, have that channel as sender. */
export function senderOf({ from, sender_chat: chat }: ReceivedMessage): InboundUpdate['sender'] | undefined {
  if (chat && (!from || from.is_bot))
    return {
      id: String(chat.id),
      ...(chat.title ? { name: chat.title } : {}),
      ...(chat.username ? { username: chat.username } : {}),
      isBot: false,
      isPlace: true,
      ...(from ? {} : { mayBeBot: true }),
    };
  return from && personOf(from);
}

export function chatOf(
  message: Pick<ReceivedMessage, 'chat' | 'is_topic_message' | 'message_thread_id'>,
): InboundUpdate['chat'] {
  const { chat } = message;
  const threadId = topicOf(message);
  return {
    id: String(chat.id),
    type: chat.type === 'private' ? 'direct' : chat.type === 'channel' ? 'channel' : 'group',
    ...(chat.title ? { title: chat.title } : {}),
    ...(threadId === undefined ? {} : { threadId: String(threadId) }),
  };
}

export function topicOf({
  chat,
  is_topic_message: isTopic,
  message_thread_id: thread,
}: Pick<ReceivedMessage, 'chat' | 'is_topic_message' | 'message_thread_id'>): number | undefined {
  if (chat.is_forum) return isTopic ? thread : GENERAL_TOPIC;
  return isTopic ? thread : undefined;
}

/** Who wrote a message first, by any of the four kinds of origin. */
export function originName(origin: MessageOrigin): string {
  const { sender_user: user, sender_user_name: hidden, author_signature: signature } = origin;
  if (user) return personName(user);
  const place = origin.chat ?? origin.sender_chat;
  const author = knownName(signature);
  if (place) return author === undefined ? chatName(place) : `${chatName(place)} (${author})`;
  return knownName(hidden) ?? 'elsewhere';
}

/** Whose words a message holds, where its sender only passes them on; undefined for the sender's own. */
export function passedOnFrom({ forward_origin: origin, via_bot: bot }: ReceivedMessage): string | undefined {
  return origin ? originName(origin) : bot && personName(bot);
}
