import type { ContentOrigin } from '../../common/content-parts';

/** Tools whose results are pages as others have written them, and not what the model had them say. */
const PAGE_READERS: ReadonlySet<string> = new Set(['web_fetch', 'web_search', 'browser']);

interface Part {
  type: string;
  text?: string;
  origin?: ContentOrigin;
  isRepeated?: true;
  arguments?: unknown;
}

interface Message {
  message: { role: string; toolName?: string; isError?: boolean; sender?: object; content: readonly Part[] };
}

/** Whose words open a message that a person wrote; the gateway's own notes may repeat what the model made up. */
const PEOPLE: readonly (ContentOrigin | undefined)[] = ['owner', 'assistant'];

/**
 * Whether an address stands, as a whole, in what the owner said or in a page that was read, before the model itself had
 * named it. Only such an address carries nothing out but itself: what the model writes into a file, or has a command or
 * an outside tool print, comes back to it as text too.
 */
export function vouchesFor(messages: readonly Message[], address: string): boolean {
  const forms = formsOf(address);
  for (const { message } of messages) {
    if (message.role === 'assistant') {
      const named = message.content.flatMap((part) => part.text ?? textsIn(part.arguments));
      if (named.some((text) => forms.some((form) => holds(text, form)))) return false;
    } else if (openTexts(message).some((text) => forms.some((form) => holds(text, form)))) return true;
  }
  return false;
}

/** Words that say nothing by themselves; a search is made of them and of what was said. */
const LITTLE_WORDS = new Set(
  'a an and are at best by for from how in is near of on or the to vs what when where which who why with'.split(' '),
);

/** Whether each word of a text, little ones apart, stands in what the owner said or in a page that was read. */
export function saidOpenly(messages: readonly Message[], text: string): boolean {
  const known = new Set(messages.flatMap(({ message }) => openTexts(message).flatMap(wordsOf)));
  return wordsOf(text).every((word) => known.has(word) || LITTLE_WORDS.has(word));
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** Every text of a call as it is, names included; the whole may have it in another spelling, with escapes. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => [name, ...textsIn(entry)]);
}

/**
 * What others can have read already, or the owner has said: messages of people as they came, and pages. An error tells
 * what was asked for, and a quote of the assistant what it had made up.
 */
function openTexts({ role, toolName, isError, sender, content }: Message['message']): string[] {
  const isMessage = role === 'user' && (sender !== undefined || PEOPLE.includes(content[0]?.origin));
  const isPage = role === 'toolResult' && isError !== true && PAGE_READERS.has(toolName ?? '');
  return content
    .filter(({ origin, isRepeated }) => (isMessage && isRepeated !== true) || (isPage && origin === 'web'))
    .flatMap(({ text }) => text ?? []);
}

/** Ways in which people write an address: as it is called, without its scheme, without the slash at its end. */
function formsOf(address: string): string[] {
  const given = address.trim();
  if (!URL.canParse(given)) return given === '' ? [] : [given];
  const { href, protocol } = new URL(given);
  const bare = href.slice(protocol.length + 2);
  return [...new Set([given, href, bare].flatMap((form) => [form, form.replace(/\/$/, '')]))];
}

/** The text as a whole: `http://a/?q=` in a page does not vouch for `http://a/?q=secret`, nor the other way round. */
function holds(haystack: string, needle: string): boolean {
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const before = haystack.slice(Math.max(0, at - 1), at);
    const after = haystack.slice(at + needle.length, at + needle.length + 2);
    if (!/[\p{L}\p{N}.%_@-]/u.test(before) && /^(?:$|[\s"'<>()[\]{},;`|\\]|[.!?:](?:\s|$))/.test(after)) return true;
  }
  return false;
}
