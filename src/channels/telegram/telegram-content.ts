import type { MediaRef } from '../../common/chat-media';
import type { SharedText } from '../../common/chat-text';
import { plainName } from '../../common/plain-name';
import { addressedText } from './telegram-commands';
import { markdownOf } from './telegram-entities';
import { mediaOf } from './telegram-media';
import type { MessageContent, ReceivedMessage } from './telegram-message';
import { chatName, personName } from './telegram-people';
import { checklistText, contactText, pollKind, pollText } from './telegram-cards';
import { flatBlocks, richMarkdown } from './telegram-rich';

/** What a message says, in words. */
export interface SaidContent {
  /** Words of whoever made it. What holds no words is named in brackets. */
  text: string;
  /** What it carries that others made. */
  cards: SharedText[];
  media: MediaRef[];
  /** It begins with a command for another bot. */
  isForAnother?: true;
}

/** Text with the entities that belong to it: mentions are looked for in both. */
export type MarkedText = Pick<ReceivedMessage, 'text' | 'entities'>;

/** The text, caption or rich text of a message as it came. */
export function markedText(message: ReceivedMessage): Required<MarkedText> {
  if (message.rich_message) return flatBlocks(message.rich_message.blocks);
  if (message.text !== undefined) return { text: message.text, entities: message.entities ?? [] };
  return { text: message.caption ?? '', entities: message.caption_entities ?? [] };
}

/**
 * What a message says. Never nothing: a kind of message that is not known here is named.
 * @param botName handle of the bot, which is taken away from commands for it
 */
export function saidIn(message: ReceivedMessage, botName: string): SaidContent {
  const { rich_message: rich } = message;
  const marked = markedText(message);
  const addressed = addressedText(marked.text, marked.entities, botName);
  const isCommand = addressed.entities.some(({ type, offset }) => type === 'bot_command' && offset === 0);
  const words = rich && !isCommand ? richMarkdown(rich.blocks) : markdownOf(addressed.text, addressed.entities);
  const content = contentOf(message);
  const isNamed = content !== undefined || message.text !== undefined || rich !== undefined;
  const label = content?.label ?? (isNamed ? '' : unknownKind(message));
  return {
    // A command stands by itself, also under a picture.
    text: isCommand ? words : [label === '' ? '' : `(${label})`, content?.words, words].filter(Boolean).join(' '),
    cards: content?.cards ?? [],
    media: content?.media ?? [],
    ...(addressed.isForAnother ? { isForAnother: true } : {}),
  };
}

interface NamedContent {
  label: string;
  /** What of it the sender made. */
  words?: string;
  cards?: SharedText[];
  media?: MediaRef[];
}

/** Files, cards and all else that a message holds beside its text; undefined for a mere text. */
export function contentOf(content: MessageContent): NamedContent | undefined {
  return mediaOf(content) ?? placeIn(content) ?? madeIn(content) ?? cardIn(content) ?? givenIn(content);
}

function placeIn({ venue, location }: MessageContent): NamedContent | undefined {
  if (!location && !venue) return undefined;
  const {
    latitude,
    longitude,
    live_period: live,
    horizontal_accuracy: metres,
    heading,
  } = (venue?.location ?? location) as NonNullable<MessageContent['location']>;
  const facts = [
    `${live === undefined ? '' : 'live '}location ${latitude}, ${longitude}`,
    ...(metres === undefined ? [] : [`accurate to ${metres} m`]),
    ...(heading === undefined ? [] : [`heading ${heading}°`]),
    ...(live === undefined
      ? []
      : [live >= 0x7fffffff ? 'shared until it is ended' : `shared for ${Math.ceil(live / 60)} min`]),
  ];
  const label = facts.join(', ');
  return venue ? { label, cards: [{ what: 'place', text: `${venue.title}\n${venue.address}` }] } : { label };
}

/** What the sender puts together in the app. */
function madeIn({ poll, checklist, dice }: MessageContent): NamedContent | undefined {
  if (poll) return { label: pollKind(poll), words: pollText(poll) };
  if (checklist) return { label: 'checklist', words: checklistText(checklist) };
  return dice ? { label: `dice ${plainName(dice.emoji)}: ${dice.value}` } : undefined;
}

/** What others made. */
function cardIn({
  contact,
  story,
  game,
  invoice,
  giveaway,
  giveaway_winners: winners,
}: MessageContent): NamedContent | undefined {
  const card = (what: string, lines: readonly (string | undefined)[], label = what): NamedContent => ({
    label,
    cards: [{ what, text: lines.filter((line) => line !== undefined && line !== '').join('\n') }],
  });
  if (contact) return card('contact', [contactText(contact)]);
  if (story)
    return card('story', [
      `A story of ${story.chat ? chatName(story.chat) : 'somebody'}. Telegram does not give what it shows to bots.`,
    ]);
  if (game) return card('game', [game.title, game.description, game.text]);
  if (invoice)
    return card('invoice', [
      invoice.title,
      invoice.description,
      `Total: ${invoice.total_amount} in the smallest unit of ${plainName(invoice.currency)}`,
    ]);
  const given = giveaway ?? winners;
  if (!given) return undefined;
  return card('giveaway', [
    giveaway ? `${given.winner_count ?? 'Some'} winners will be chosen.` : `${given.winner_count ?? 'The'} winners:`,
    winners?.winners?.map(personName).join(', '),
    given.prize_description,
    given.prize_star_count === undefined ? undefined : `Prize: ${given.prize_star_count} stars`,
    given.premium_subscription_month_count === undefined
      ? undefined
      : `Prize: Telegram Premium for ${given.premium_subscription_month_count} months`,
    [...(given.chats ?? []), ...(given.chat ? [given.chat] : [])].map(chatName).join(', '),
  ]);
}

/** What somebody picks in the app because a bot asked for it. */
function givenIn({
  users_shared: users,
  chat_shared: chat,
  web_app_data: data,
}: MessageContent): NamedContent | undefined {
  if (users) {
    const names = (users.users ?? []).map(({ user_id: id, first_name: first = '', ...rest }) => {
      const name = personName({ ...rest, first_name: first, id });
      return `${name} (id ${id})`;
    });
    return { label: 'people', cards: [{ what: 'people', text: names.join('\n') }] };
  }
  if (chat) {
    const { chat_id: id, ...rest } = chat;
    return { label: 'chat', cards: [{ what: 'chat', text: `${chatName({ ...rest, id, type: '' })} (id ${id})` }] };
  }
  return data ? { label: 'data of a web app', cards: [{ what: 'data of a web app', text: data.data }] } : undefined;
}

/** Fields that every kind of message may have. */
const COMMON = new Set(
  `message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot sender_tag
  receiver_user ephemeral_message_id date guest_query_id business_connection_id chat forward_origin forward_from
  forward_from_chat forward_from_message_id forward_signature forward_sender_name forward_date is_topic_message
  is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
  reply_to_poll_option_id via_bot guest_bot_caller_user guest_bot_caller_chat edit_date has_protected_content
  is_from_offline is_paid_post media_group_id author_signature paid_star_count link_preview_options suggested_post_info
  effect_id caption caption_entities show_caption_above_media has_media_spoiler entities reply_markup`.split(/\s+/),
);

/** Names of fields are Telegram's own. */
function unknownKind(message: ReceivedMessage): string {
  const kinds = Object.keys(message).filter((key) => !COMMON.has(key));
  return kinds.length === 0
    ? 'an empty message'
    : `a message that the gateway can't read: ${kinds.map((kind) => kind.replaceAll('_', ' ')).join(', ')}`;
}
