import { plainName } from '../../common/plain-name';
import type { PollState, PollVote } from './poll.store';

/** Names that are shown for one answer. */
const MOST_NAMES = 20;

const quoted = (text: string): string => `"${plainName(text)}"`;

/** Answers by their ids; one that is not known is called by its number. */
const choiceWords = (ids: readonly string[], state: PollState): string =>
  ids
    .map((id) => {
      const text = state.options.find((option) => option.id === id)?.text;
      return text === undefined ? `an answer that is not known here (${plainName(id)})` : quoted(text);
    })
    .join(', ');

/** What somebody did in a poll. @param before what they had voted for */
export function voteWords(who: string, before: readonly string[], now: readonly string[], state: PollState): string {
  const poll = `the poll ${quoted(state.question)}`;
  const isSame = before.join('\n') === now.join('\n');
  if (now.length === 0) {
    const vote = before.length === 0 ? 'their vote' : `their vote for ${choiceWords(before, state)}`;
    return `${who} took back ${vote} in ${poll}.`;
  }
  const instead = before.length === 0 || isSame ? '' : ` instead of ${choiceWords(before, state)}`;
  return `${who} voted for ${choiceWords(now, state)}${instead} in ${poll}.`;
}

/** Who voted for an answer, as far as that is known. */
export function voterNames(id: string, votes: readonly PollVote[]): string {
  const names = votes.filter(({ choices }) => choices.includes(id)).map(({ voter }) => plainName(voter.name));
  const rest = names.length - MOST_NAMES;
  return rest > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${rest} more` : names.join(', ');
}
