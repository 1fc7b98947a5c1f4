import { objectOf, objectsOf, wordsOf } from '../../../common/loose-json';
import { plainName } from '../../../common/plain-name';
import type { PlainObject } from '../../../common/plain-object';
import type { DiscordNaming } from './discord-markup';
import { contentOf, personName } from './discord-content';

/** Types of messages that somebody writes: plain ones, replies, and what apps answer to their commands. */
export const WRITTEN: ReadonlySet<number> = new Set([0, 19, 20, 23]);

const quoted = (what: string, value: unknown): string => {
  const name = plainName(wordsOf(value));
  return name === '' ? what : `${what} "${name}"`;
};

const mentioned = ({ mentions }: PlainObject): string =>
  objectsOf(mentions)
    .map((person) => plainName(personName(person)))
    .join(', ') || 'somebody';

type Words = string | ((message: PlainObject, names: DiscordNaming) => string);

/** What happened, as said after the name of whoever did it (https://docs.discord.com/developers/resources/message#message-object-message-types). */
const HAPPENED: Readonly<Record<number, Words>> = {
  1: (message) => `added ${mentioned(message)} to the group`,
  2: (message) => `took ${mentioned(message)} out of the group`,
  3: 'started a call',
  4: ({ content }) => quoted('changed the name of the channel to', content),
  5: 'changed the picture of the group',
  6: 'pinned a message',
  7: 'joined the server',
  8: 'boosted the server',
  9: 'boosted the server, which has reached level 1',
  10: 'boosted the server, which has reached level 2',
  11: 'boosted the server, which has reached level 3',
  12: ({ content }) => quoted('has the news of another channel shown here:', content),
  14: 'is told that the server can not be found in the directory any more',
  15: 'is told that the server can be found in the directory again',
  16: 'is warned that the server may leave the directory',
  17: 'is warned for the last time that the server may leave the directory',
  18: ({ content }) => quoted('began the thread', content),
  21: (message, names) => `began the thread with: ${starterText(message, names)}`,
  22: 'is reminded to invite people to the server',
  24: (message) => quoted('had a message held back by the rule', ruleOf(message)),
  25: 'subscribed to a role',
  26: 'is offered a paid function',
  27: ({ content }) => quoted('began the stage', content),
  28: ({ content }) => quoted('ended the stage', content),
  29: 'speaks on the stage',
  30: 'asks to speak on the stage',
  31: ({ content }) => quoted('changed the topic of the stage to', content),
  32: 'bought a subscription of an app',
  36: 'closed the server to strangers for a while',
  37: 'opened the server to strangers again',
  38: 'reported a raid',
  39: 'took back the report of a raid',
  44: 'bought something',
  46: (message) => pollResult(message),
};

export const KNOWN_HAPPENINGS: readonly number[] = Object.keys(HAPPENED).map(Number);

/** What happened in a channel, without the name of whoever did it; undefined for what somebody wrote. */
export function happenedWords(message: PlainObject, names: DiscordNaming): string | undefined {
  const type = Number(wordsOf(message['type']));
  if (WRITTEN.has(type)) return undefined;
  const words = Object.hasOwn(HAPPENED, type) ? HAPPENED[type] : undefined;
  if (typeof words === 'string') return words;
  if (words) return words(message, names);
  const { text } = contentOf(message, names);
  return `sent something of a kind that is not known here (type ${wordsOf(message['type'])})${text === '' ? '' : `: ${text}`}`;
}

function starterText(message: PlainObject, names: DiscordNaming): string {
  const starter = objectOf(message['referenced_message']);
  const { text, shared } = contentOf(starter, names);
  // What it passes on is not the word of whoever wrote it.
  return text || (shared.length > 0 ? '(a message that passes on what others said)' : '(a message that is gone)');
}

const ruleOf = (message: PlainObject): string => {
  const fields = objectsOf(message['embeds']).flatMap((embed) => objectsOf(embed['fields']));
  return wordsOf(fields.find(({ name }) => name === 'rule_name')?.['value']);
};

function pollResult(message: PlainObject): string {
  const fields = new Map(
    objectsOf(message['embeds'])
      .flatMap((embed) => objectsOf(embed['fields']))
      .map(({ name, value }) => [wordsOf(name), plainName(wordsOf(value))]),
  );
  const [question, winner, votes, total] = [
    'poll_question_text',
    'victor_answer_text',
    'victor_answer_votes',
    'total_votes',
  ].map((name) => fields.get(name) ?? '');
  const result = winner
    ? `"${winner}" won with ${votes || '?'} of ${total || '?'} votes`
    : `${total || 'no'} votes, and nobody won`;
  return `asked "${question}"; the poll is over: ${result}`;
}
