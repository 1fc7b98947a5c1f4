import type { MediaRef } from '../../common/chat-media';
import type { SharedText } from '../../common/chat-text';
import { matchesPattern } from '../access/mention-patterns';
import type { InboundUpdate } from '../channel-adapter';
import { markedText, saidIn } from './telegram-content';
import type { ReceivedMessage } from './telegram-message';
import { chatOf, passedOnFrom, senderOf, topicOf } from './telegram-people';
import { type InboundFacts, policyOf } from './telegram-policy';
import { foreign, quotedBy } from './telegram-quotes';

/** Where links to people lead. */
const USER_LINK = 'tg://user?id=';

/** A Telegram message in the words all channels share; undefined where nobody has sent it. */
export function inboundOf(message: ReceivedMessage, facts: InboundFacts): InboundUpdate | undefined {
  const sender = senderOf(message);
  if (!sender) return undefined;
  const isGroup = message.chat.type !== 'private';
  const said = saidIn(message, facts.bot.username);
  const { quoted, media: quotedMedia } = quotedBy(message, facts);
  const from = passedOnFrom(message);
  const media: MediaRef[] = [...(from === undefined ? said.media : foreign(said.media)), ...quotedMedia];
  const shared: SharedText[] = [
    ...(from === undefined
      ? []
      : [{ sender: from, text: [said.text, linksUnder(message)].filter(Boolean).join('\n') }]),
    ...said.cards.map((card) => (from === undefined ? card : { ...card, sender: from })),
  ];
  return {
    externalId: externalIdOf(message),
    chat: chatOf(message),
    sender,
    ...(message.message_id > 0 ? { messageId: String(message.message_id) } : {}),
    text: from === undefined ? said.text : '',
    ...(shared.length > 0 ? { shared } : {}),
    ...(media.length > 0 ? { media } : {}),
    ...(message.media_group_id ? { albumId: message.media_group_id } : {}),
    ...(quoted ? { quoted } : {}),
    mentionsBot: isGroup ? mentionsBot(message, facts) : true,
    ...(said.isForAnother ? { isForAnother: true } : {}),
    policy: policyOf(facts, isGroup ? String(message.chat.id) : undefined, topicOf(message)),
  };
}

/** Messages that only one person sees have no number; theirs is used again after a while. */
export const externalIdOf = ({
  chat,
  message_id: id,
  ephemeral_message_id: seenByOne,
  date,
}: Pick<ReceivedMessage, 'chat' | 'message_id' | 'ephemeral_message_id' | 'date'>): string =>
  seenByOne === undefined ? `${chat.id}:${id}` : `${chat.id}:ephemeral:${seenByOne}:${date}`;

/** Addresses behind the buttons of a message that is passed on. */
function linksUnder({ reply_markup: markup }: ReceivedMessage): string {
  return (markup?.inline_keyboard ?? [])
    .flat()
    .flatMap(({ text, url }) => (url === undefined ? [] : [`[button "${text}" → ${url}]`]))
    .join('\n');
}

/** By name, by a link to it, by a command of its own, or by an answer to one of its messages. */
function mentionsBot(message: ReceivedMessage, { bot, mentionPatterns }: InboundFacts): boolean {
  if (message.reply_to_message?.from?.id === bot.id) return true;
  const { text, entities } = markedText(message);
  const name = `@${bot.username}`.toLowerCase();
  for (const entity of entities) {
    if (entity.type === 'text_mention' && entity.user.id === bot.id) return true;
    if (entity.type === 'text_link' && entity.url === `${USER_LINK}${bot.id}`) return true;
    // Offsets belong to the text as it came.
    const span = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
    if (entity.type === 'mention' && span === name) return true;
    if (entity.type === 'bot_command' && span.endsWith(name)) return true;
  }
  return matchesPattern(mentionPatterns, text);
}
