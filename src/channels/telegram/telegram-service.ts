import type { User } from 'telegraf/types';
import { plainName } from '../../common/plain-name';
import { taskText } from './telegram-cards';
import type { Checklist, ChecklistTask, ReceivedMessage } from './telegram-message';
import { personName, senderOf } from './telegram-people';

/** Facts of a message that only says what happened; each under its own name. */
type Facts = Record<string, unknown>;
type Teller = (who: string, fact: never, message: ReceivedMessage) => string;

const minutes = (seconds = 0): string => (seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);
const quotedName = (name: string): string => `"${plainName(name)}"`;
const stars = (count: number | undefined): string => (count === undefined ? '' : ` (${count} stars)`);
const when = (moment: number): string => new Date(moment * 1000).toISOString();
const names = (people: readonly User[] = []): string => people.map(personName).join(', ');

interface GiftFacts {
  gift?: { sticker?: { emoji?: string }; star_count?: number; base_name?: string; number?: number };
  text?: string;
}

/** A regular gift has a sticker, a unique one a name. */
function giftText({ gift = {}, text }: GiftFacts): string {
  const what = gift.base_name === undefined ? (gift.sticker?.emoji ?? '') : `${gift.base_name} #${gift.number ?? ''}`;
  return `${plainName(what)}${stars(gift.star_count)}${text ? `, saying: ${plainName(text)}` : ''}`.trim();
}

interface TaskFacts {
  checklist_message?: ReceivedMessage;
  tasks?: ChecklistTask[];
  marked_as_done_task_ids?: number[];
  marked_as_not_done_task_ids?: number[];
}

function tasksOf(checklist: Checklist | undefined, ids: readonly number[] = []): string {
  return ids
    .map((id) => checklist?.tasks.find((task) => task.id === id)?.text ?? `task ${id}`)
    .map(quotedName)
    .join(', ');
}

function tasksDone(who: string, facts: TaskFacts): string {
  const list = facts.checklist_message?.checklist;
  const done = tasksOf(list, facts.marked_as_done_task_ids);
  const open = tasksOf(list, facts.marked_as_not_done_task_ids);
  const said = [done && `marked ${done} as done`, open && `marked ${open} as not done`].filter(Boolean).join(' and ');
  return `${who} ${said || 'changed'} in the checklist${list ? ` ${quotedName(list.title)}` : ''}.`;
}

const price = ({ paid_message_star_count: count = 0 }: { paid_message_star_count?: number }): string =>
  count === 0 ? 'Messages in this chat are free now.' : `A message in this chat costs ${count} stars now.`;

/** In the order of https://core.telegram.org/bots/api#message. */
const TELLERS: Readonly<Record<string, Teller>> = {
  new_chat_members: (_, people: User[]) => `${names(people)} joined the group.`,
  left_chat_member: (_, person: User) => `${personName(person)} left the group.`,
  chat_owner_left: (who) => `${who}, who owned the chat, left it.`,
  chat_owner_changed: (who, { new_owner: owner }: { new_owner?: User }) =>
    `${who} gave the chat to ${owner ? personName(owner) : 'somebody else'}.`,
  new_chat_title: (who, title: string) => `${who} renamed the group to ${quotedName(title)}.`,
  new_chat_photo: (who) => `${who} changed the picture of the chat.`,
  delete_chat_photo: (who) => `${who} removed the picture of the chat.`,
  group_chat_created: (who) => `${who} made this group.`,
  supergroup_chat_created: (who) => `${who} made this group.`,
  channel_chat_created: (who) => `${who} made this channel.`,
  message_auto_delete_timer_changed: (
    who,
    { message_auto_delete_time: time }: { message_auto_delete_time?: number },
  ) => (time ? `${who} had messages deleted after ${minutes(time)}.` : `${who} had messages kept from now on.`),
  migrate_from_chat_id: () => 'This group became a supergroup.',
  pinned_message: (who) => `${who} pinned a message.`,
  successful_payment: (who, paid: { total_amount?: number; currency?: string }) =>
    `${who} paid ${paid.total_amount ?? '?'} in the smallest unit of ${plainName(paid.currency ?? '?')}.`,
  refunded_payment: (who, paid: { total_amount?: number; currency?: string }) =>
    `${paid.total_amount ?? '?'} in the smallest unit of ${plainName(paid.currency ?? '?')} went back to ${who}.`,
  gift: (who, facts: GiftFacts) => `${who} gave a gift: ${giftText(facts)}.`,
  unique_gift: (who, facts: GiftFacts) => `${who} gave a unique gift: ${giftText(facts)}.`,
  gift_upgrade_sent: (who, facts: GiftFacts) => `${who} paid for the upgrade of a gift: ${giftText(facts)}.`,
  connected_website: (who, site: string) => `${who} signed in to ${plainName(site)} with Telegram.`,
  write_access_allowed: (who) => `${who} allowed the bot to write to them.`,
  passport_data: (who) => `${who} sent Telegram Passport data, which is not read here.`,
  proximity_alert_triggered: (
    _,
    { traveler, watcher, distance }: { traveler: User; watcher: User; distance: number },
  ) => `${personName(traveler)} is ${distance} m from ${personName(watcher)}.`,
  boost_added: (who, { boost_count: count }: { boost_count?: number }) =>
    `${who} boosted the chat ${count ?? 1} times.`,
  chat_background_set: (who) => `${who} set a background for the chat.`,
  checklist_tasks_done: tasksDone,
  checklist_tasks_added: (who, { checklist_message: list, tasks = [] }: TaskFacts) =>
    `${who} added to the checklist${list?.checklist ? ` ${quotedName(list.checklist.title)}` : ''}:\n${tasks.map(taskText).join('\n')}`,
  community_chat_added: (who) => `${who} added the chat to a community.`,
  community_chat_joined: (who) => `${who} joined the chat from a community.`,
  community_chat_removed: (who) => `${who} took the chat out of a community.`,
  direct_message_price_changed: (
    _,
    facts: { are_direct_messages_enabled?: boolean; direct_message_star_count?: number },
  ) =>
    facts.are_direct_messages_enabled
      ? `People may write to the channel directly${stars(facts.direct_message_star_count)}.`
      : 'People may not write to the channel directly any more.',
  forum_topic_created: (who, { name }: { name: string }) => `${who} opened the topic ${quotedName(name)}.`,
  forum_topic_edited: (who, { name }: { name?: string }) =>
    name === undefined ? `${who} changed the sign of the topic.` : `${who} renamed the topic to ${quotedName(name)}.`,
  forum_topic_closed: (who) => `${who} closed the topic.`,
  forum_topic_reopened: (who) => `${who} opened the topic again.`,
  general_forum_topic_hidden: (who) => `${who} hid the General topic.`,
  general_forum_topic_unhidden: (who) => `${who} showed the General topic again.`,
  giveaway_created: (who) => `${who} announced a giveaway.`,
  giveaway_completed: (_, { winner_count: count }: { winner_count?: number }) =>
    `A giveaway is over, with ${count ?? 'some'} winners.`,
  managed_bot_created: (who, { bot }: { bot?: User }) => `${who} made the bot ${bot ? personName(bot) : ''}.`,
  paid_message_price_changed: (_, facts: { paid_message_star_count?: number }) => price(facts),
  poll_option_added: (who, facts: { option_text?: string }) =>
    `${who} added an answer to a poll: ${plainName(facts.option_text ?? '?')}.`,
  poll_option_deleted: (who, facts: { option_text?: string }) =>
    `${who} removed an answer from a poll: ${plainName(facts.option_text ?? '?')}.`,
  suggested_post_approved: (who, facts: { send_date?: number }) =>
    `${who} approved a suggested post${facts.send_date ? `, for ${when(facts.send_date)}` : ''}.`,
  suggested_post_approval_failed: () => 'A suggested post could not be approved: its author has not enough money.',
  suggested_post_declined: (who, facts: { comment?: string }) =>
    `${who} declined a suggested post${facts.comment ? `: ${plainName(facts.comment)}` : ''}.`,
  suggested_post_paid: () => 'A suggested post was paid for.',
  suggested_post_refunded: () => 'The payment for a suggested post went back.',
  video_chat_scheduled: (_, { start_date: start }: { start_date: number }) => `A video chat begins at ${when(start)}.`,
  video_chat_started: (who) => `${who} started a video chat.`,
  video_chat_ended: (_, { duration }: { duration?: number }) => `The video chat ended after ${minutes(duration)}.`,
  video_chat_participants_invited: (who, { users }: { users?: User[] }) =>
    `${who} invited ${names(users)} to the video chat.`,
};

/** Kinds of messages that only say what happened. */
export const SERVICE_KINDS: readonly string[] = Object.keys(TELLERS);

/** What happened in a chat, where a message only says that; names in it are one line each. */
export function serviceText(message: ReceivedMessage): string | undefined {
  const facts = message as unknown as Facts;
  const kind = SERVICE_KINDS.find((each) => facts[each] !== undefined);
  const teller = kind === undefined ? undefined : TELLERS[kind];
  if (kind === undefined || !teller) return undefined;
  const sender = senderOf(message);
  const who = plainName(sender?.name ?? sender?.username ?? sender?.id ?? '') || 'Somebody';
  return teller(who, facts[kind] as never, message);
}
