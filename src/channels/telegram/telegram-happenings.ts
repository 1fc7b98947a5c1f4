import type { User } from 'telegraf/types';
import { plainName } from '../../common/plain-name';
import type { ChatHappening } from '../channel-adapter';
import { pollKind, pollText } from './telegram-cards';
import type { Poll, TelegramChat } from './telegram-message';
import { chatName, chatOf, personName, personOf } from './telegram-people';
import { type InboundFacts, policyOf } from './telegram-policy';
import type {
  BusinessConnection,
  MemberChange,
  PollAnswer,
  Reaction,
  ReactionChange,
  ReactionCount,
} from './telegram-update';

const IN_CHAT = new Set(['creator', 'administrator', 'member', 'restricted']);

/** What the platform tells of a chat: no person's words, and data where it names people. */
export function ofChat(
  facts: InboundFacts,
  chat: TelegramChat,
  who: User | undefined,
  told: Pick<ChatHappening, 'externalId' | 'text'>,
): ChatHappening {
  return {
    ...told,
    kind: 'note',
    isFromPlatform: true,
    chat: chatOf({ chat }),
    sender: who ? personOf(who) : { id: String(chat.id), isBot: false, ...(chat.title ? { name: chat.title } : {}) },
    policy: policyOf(facts, chat.type === 'private' ? undefined : String(chat.id), undefined),
  };
}

/** The same in the direct conversation with a person. */
export const ofPerson = (
  facts: InboundFacts,
  user: User,
  told: Pick<ChatHappening, 'externalId' | 'text'>,
): ChatHappening => ofChat(facts, { id: user.id, type: 'private', first_name: user.first_name }, user, told);

/** By which a person's coming or going is known, whichever of its two ways Telegram tells it. */
export const passageId = (chat: TelegramChat, user: User, date: number, way: 'in' | 'out'): string =>
  `member:${chat.id}:${user.id}:${way}:${date}`;

/** The same of what is told of a member; all other changes have ids of their own. */
export function memberId({ chat, date, ...change }: MemberChange, updateId: number): string {
  const { status: before } = change.old_chat_member;
  const { status: after, user } = change.new_chat_member;
  if (after === 'kicked' || IN_CHAT.has(before) === IN_CHAT.has(after)) return `member:${updateId}`;
  return passageId(chat, user, date, IN_CHAT.has(after) ? 'in' : 'out');
}

export function memberText({ chat, from, old_chat_member: before, new_chat_member: after }: MemberChange): string {
  const name = personName(after.user);
  const by = from.id === after.user.id ? '' : ` (by ${personName(from)})`;
  if (chat.type === 'private')
    return after.status === 'kicked' ? `${name} blocked the bot.` : `${name} let the bot in again.`;
  const place = chat.type === 'channel' ? 'channel' : 'group';
  if (after.status === 'kicked') return `${name} was banned from the ${place}${by}.`;
  const wasIn = IN_CHAT.has(before.status);
  const isIn = IN_CHAT.has(after.status);
  if (!wasIn && isIn) return `${name} joined the ${place}${by}.`;
  if (wasIn && !isIn) return `${name} left the ${place}${by}.`;
  if (before.status === after.status) return `The rights of ${name} in the ${place} changed${by}.`;
  return `${name}, who was ${plainName(before.status)}, is ${plainName(after.status)} in the ${place} now${by}.`;
}

/** A sign as it is shown; paid ones are stars. */
export const signOf = ({ type, emoji }: Reaction): string =>
  type === 'emoji' ? plainName(emoji ?? '') : type === 'paid' ? '⭐' : 'a custom emoji';

const signs = (reactions: readonly Reaction[]): string => reactions.map(signOf).join('');

export function reactionText({ user, actor_chat: actor, ...change }: ReactionChange, message: string): string {
  const who = user ? personName(user) : actor ? chatName(actor) : 'Somebody';
  return change.new_reaction.length > 0
    ? `${who} reacted with ${signs(change.new_reaction)} to ${message}.`
    : `${who} took back ${signs(change.old_reaction)} from ${message}.`;
}

export const reactionCounts = ({ reactions }: ReactionCount, message: string): string =>
  `Reactions to ${message} are now: ${reactions.map(({ type, total_count: count }) => `${signOf(type)} ${count}`).join(', ') || 'none'}.`;

/** A vote in a poll of which nothing is known but its id. */
export function strangeVote(who: string, pollId: string, { option_ids: chosen }: PollAnswer): string {
  const poll = `poll ${plainName(pollId)}`;
  if (chosen.length === 0) return `${who} took back their vote in ${poll}.`;
  return `${who} voted for ${chosen.map((index) => `answer ${index + 1}`).join(', ')} in ${poll}.`;
}

export const voterOf = ({ user, voter_chat: chat }: PollAnswer): { id: string; name: string } =>
  user
    ? { id: String(user.id), name: personName(user) }
    : { id: String(chat?.id ?? 0), name: chat ? chatName(chat) : 'Somebody' };

/** @param namesOf who is known to have voted for an answer, by its place */
export const pollState = (poll: Poll, namesOf?: (index: number) => string): string =>
  `State of a poll (${pollKind(poll)}): ${pollText(poll, namesOf)}`;

export const connectionText = ({ user, is_enabled: isOn }: BusinessConnection): string =>
  isOn
    ? `${personName(user)} has the bot answer for their business account.`
    : `${personName(user)} has the bot answer for their business account no more.`;
