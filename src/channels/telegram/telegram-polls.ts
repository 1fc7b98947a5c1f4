import { isPlainObject } from '../../common/plain-object';
import type { DeliveryRoute } from '../../common/delivery-route';
import type { KeptPoll, PollState } from '../polls/poll.store';
import type { Poll, TelegramChat } from './telegram-message';
import type { PollAnswer } from './telegram-update';

/** How a poll stands, in the words that channels share. Where answers have no id of their own, their place is one. */
export const stateOf = ({ question, options }: Poll): PollState => ({
  question,
  options: options.map(({ text, voter_count: votes, persistent_id: id }, index) => ({
    id: id ?? String(index),
    text,
    votes,
  })),
});

/** The poll in what Telegram answers to its sending, with its id and where it stands. */
export function sentPoll(route: DeliveryRoute, result: unknown): (KeptPoll & { id: string }) | undefined {
  const { poll, chat } = (isPlainObject(result) ? result : {}) as { poll?: Poll; chat?: TelegramChat };
  if (!poll) return undefined;
  const to = chat?.id === undefined || route.to.startsWith('business:') ? route.to : String(chat.id);
  return { id: poll.id, route: { ...route, to }, state: stateOf(poll) };
}

/** Ids of the answers that somebody has chosen. */
export const choicesOf = (
  { option_ids: places, option_persistent_ids: ids }: PollAnswer,
  state: PollState | undefined,
): string[] => ids ?? places.map((place) => state?.options[place]?.id ?? String(place));
