import type { MediaRef } from '../../common/chat-media';
import type { QuotedText } from '../../common/chat-text';
import { taskText } from './telegram-cards';
import { type SaidContent, contentOf, saidIn } from './telegram-content';
import { markdownOf } from './telegram-entities';
import type { ReceivedMessage } from './telegram-message';
import { chatName, originName, passedOnFrom, personName } from './telegram-people';
import type { InboundFacts } from './telegram-policy';

/** What a message answers, and the file of it. */
export interface Quoted {
  quoted?: QuotedText;
  media: MediaRef[];
}

/** A message of the same chat, of another one, or a story. */
export function quotedBy(message: ReceivedMessage, { bot }: Pick<InboundFacts, 'bot'>): Quoted {
  const { reply_to_message: reply, external_reply: external, reply_to_story: story, quote } = message;
  const part = quote && markdownOf(quote.text, quote.entities);
  // The first message of a topic is "answered" by every other one in it.
  if (reply && !reply.forum_topic_created) return ofSameChat(message, reply, part, bot);
  if (external) {
    const content = contentOf(external);
    const name = originName(external.origin);
    const place = external.chat && chatName(external.chat);
    const sender = place === undefined || place === name ? name : `${name} in ${place}`;
    const media = foreign(content?.media ?? []);
    const cards = content?.cards ?? [];
    const label = content
      ? [`(${content.label})`, content.words].filter(Boolean).join(' ')
      : part === undefined
        ? '(a message of another chat)'
        : '';
    const text = [label, part, ...cards.map((card) => card.text)].filter(Boolean).join('\n');
    return { quoted: { sender, text, isForeign: true }, media };
  }
  if (!story) return { media: [] };
  const sender = story.chat && chatName(story.chat);
  const text = '(a story, which Telegram does not give to bots)';
  return { quoted: { ...(sender ? { sender } : {}), text, isForeign: true }, media: [] };
}

function ofSameChat(
  message: ReceivedMessage,
  reply: ReceivedMessage,
  part: string | undefined,
  bot: InboundFacts['bot'],
): Quoted {
  const said = saidIn(reply, bot.username);
  const isOwn = reply.from?.id === bot.id;
  // One's own message may itself be a forward, or carry what others made.
  const isForeign =
    !isOwn && (reply.from?.id !== message.from?.id || passedOnFrom(reply) !== undefined || said.cards.length > 0);
  const sender = isOwn ? 'your message' : authorOf(reply);
  const text = [part ?? wordsOf(said), chosenPart(message, reply)].filter(Boolean).join('\n');
  const media = foreign(said.media);
  if (text === '') return { media };
  const own = isOwn ? { ownId: String(reply.message_id) } : {};
  return { quoted: { ...(sender ? { sender } : {}), text, isForeign, ...own }, media };
}

const wordsOf = ({ text, cards }: SaidContent): string =>
  [text, ...cards.map((card) => card.text)].filter(Boolean).join('\n');

function authorOf(reply: ReceivedMessage): string | undefined {
  const { from, sender_chat: chat } = reply;
  if (chat && (!from || from.is_bot)) return chatName(chat);
  return from && personName(from);
}

/** The task or answer that is meant, where a list of them is answered. */
function chosenPart(message: ReceivedMessage, { checklist, poll }: ReceivedMessage): string | undefined {
  const task = checklist?.tasks.find(({ id }) => id === message.reply_to_checklist_task_id);
  if (task) return `Meant is: ${taskText(task)}`;
  const option = poll?.options.find(
    ({ persistent_id: id }) => id !== undefined && id === message.reply_to_poll_option_id,
  );
  return option && `Meant is: ${option.text}`;
}

/** Files that whoever sends them has from somebody else. */
export const foreign = (media: readonly MediaRef[]): MediaRef[] => media.map((each) => ({ ...each, isForeign: true }));
