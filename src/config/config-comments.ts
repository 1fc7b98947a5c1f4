import { REDACTED } from '../common/redactor';

/** A comment that is not shown, with its number in the file. */
const MARK = new RegExp(`^/\\*\\s*${REDACTED} (\\d+)\\s*\\*/$`);

/** Where the comments of a JSON5 text are; what looks like one inside of a text value is none. */
function commentsOf(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"' || char === "'") {
      for (at++; at < text.length && text[at] !== char; at++) if (text[at] === '\\') at++;
    } else if (char === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const isLine = text[at + 1] === '/';
      const rest = isLine ? /[\n\r\u2028\u2029]/.exec(text.slice(at)) : undefined;
      const close = isLine ? (rest ? at + rest.index : -1) : text.indexOf('*/', at + 2);
      const end = close < 0 ? text.length : isLine ? close : close + 2;
      found.push({ start: at, end });
      at = end - 1;
    }
  }
  return found;
}

function replaceComments(text: string, by: (comment: string, index: number, next: string) => string): string {
  const parts: string[] = [];
  let at = 0;
  commentsOf(text).forEach(({ start, end }, index) => {
    parts.push(text.slice(at, start), by(text.slice(start, end), index, text[end] ?? ''));
    at = end;
  });
  return parts.join('') + text.slice(at);
}

/** What stands in a comment can't be judged by its place: an old key that was commented out, a note. None is shown. */
export const hideComments = (text: string): string =>
  replaceComments(text, (_, index) => `/* ${REDACTED} ${index + 1} */`);

/** Puts hidden comments back from the text that they were hidden in. One whose number is not there goes. */
export function restoreComments(text: string, stored: string): string {
  const known = commentsOf(stored).map(({ start, end }) => stored.slice(start, end));
  return replaceComments(text, (comment, _, next) => {
    const number = MARK.exec(comment)?.[1];
    if (number === undefined) return comment;
    const original = known[Number(number) - 1] ?? '';
    // A comment to the end of the line may have got something behind it.
    return original.startsWith('//') && !/[\n\r]/.test(next) && next !== '' ? `${original}\n` : original;
  });
}
