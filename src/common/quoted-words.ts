import { createHash } from 'node:crypto';
import { shortId } from './short-id';

/**
 * Words of others between words of the gateway. What the gateway says of a message begins a line with a bracket. Where a
 * line of theirs does so too, their words stand between two lines of ours, the second of which does not occur in them:
 *
 *     [word for word up to "end 3f9a"]
 *     [2026-05-01] not a word of the gateway
 *     [end 3f9a]
 *
 * No character of theirs is changed, and nothing that they write can end the quote or pass for a word of ours.
 */

const BREAKS = '\\n\\r\\v\\f\\u0085\\u2028\\u2029';
/** A bracket that begins a line, however it is moved away from there or broken off before it. */
const OPENS_LABEL = new RegExp(`(?:^|[${BREAKS}])(?:(?![${BREAKS}])[\\s\\p{Cf}])*[[\\uff3b]`, 'u');
const BREAK = new RegExp(`\\r\\n|[${BREAKS}]`, 'u');

/** Few enough to keep in mind; each further try, where they occur in the text, has one more. */
const DIGITS = 4;

/** Text that stands on lines of its own behind a label of ours. */
export const quoteLines = (text: string): string => (OPENS_LABEL.test(text) ? enclosed(text) : text);

/** Text that begins on the line of a label of ours; only what comes after its first line could pass for one. */
export function quoteRest(text: string): string {
  const end = BREAK.exec(text);
  if (!end || !OPENS_LABEL.test(text.slice(end.index))) return text;
  const rest = end.index + end[0].length;
  const first = text.slice(0, rest);
  return `${first}${first.endsWith('\n') ? '' : '\n'}${enclosed(text.slice(rest))}`;
}

/** Text of one of several who are told of one after the other, each on a line of their own. */
export const quoteEntry = (text: string): string =>
  BREAK.test(text) || OPENS_LABEL.test(text) ? enclosed(text) : text;

function enclosed(text: string): string {
  let end: string;
  let tries = 0;
  do {
    const digits = createHash('sha256').update(`${tries}\n${text}`).digest('hex');
    end = `end ${shortId(digits, DIGITS + tries++)}`;
  } while (text.includes(end));
  return `[word for word up to "${end}"]\n${text}\n[${end}]`;
}
