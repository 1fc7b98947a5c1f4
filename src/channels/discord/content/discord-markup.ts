import { knownName } from '../../../common/plain-name';

/** Names of what Discord's markup refers to by ids. */
export interface DiscordNaming {
  person(id: string): string | undefined;
  role(id: string): string | undefined;
  channel(id: string): string | undefined;
}

export const NO_NAMES: DiscordNaming = { person: () => undefined, role: () => undefined, channel: () => undefined };

const DIGITS = '0123456789';
const isId = (text: string): boolean => text !== '' && [...text].every((sign) => DIGITS.includes(sign));

/**
 * Discord's references (https://docs.discord.com/developers/reference#message-formatting) as words: people, roles and
 * channels by name, commands, emoji and moments. In code, and where Discord knows none, the text stays as it is.
 */
export function plainText(text: string, names: DiscordNaming = NO_NAMES): string {
  let plain = '';
  for (let at = 0; at < text.length;) {
    const next = nextOf(text, at);
    plain += text.slice(at, next);
    if (next >= text.length) break;
    const end = text[next] === '`' ? codeEnd(text, next) : text.indexOf('>', next) + 1;
    const piece = text.slice(next, Math.max(end, next + 1));
    plain +=
      piece.startsWith('<') && piece.endsWith('>') ? (referenceWords(piece.slice(1, -1), names) ?? piece) : piece;
    at = next + piece.length;
  }
  return plain;
}

/** Where the next code or reference begins. */
function nextOf(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '`' || text[at] === '<') return at;
  return text.length;
}

/** The end of code that begins with a run of backticks, or of the run where nothing closes it. */
function codeEnd(text: string, from: number): number {
  const run = runAt(text, from);
  for (let at = from + run; at < text.length; at++)
    if (text[at] === '`') {
      const other = runAt(text, at);
      if (other === run) return at + run;
      at += other - 1;
    }
  return from + run;
}

function runAt(text: string, from: number): number {
  let end = from;
  while (text[end] === '`') end++;
  return end - from;
}

function referenceWords(inner: string, names: DiscordNaming): string | undefined {
  const id = (skip: number): string | undefined => (isId(inner.slice(skip)) ? inner.slice(skip) : undefined);
  const named = (
    sign: string,
    found: string | undefined,
    of: (id: string) => string | undefined,
  ): string | undefined => (found === undefined ? undefined : `${sign}${knownName(of(found)) ?? found}`);
  if (inner.startsWith('@&')) return named('@', id(2), (role) => names.role(role));
  if (inner.startsWith('@!')) return named('@', id(2), (person) => names.person(person));
  if (inner.startsWith('@')) return named('@', id(1), (person) => names.person(person));
  if (inner.startsWith('#')) return named('#', id(1), (channel) => names.channel(channel));
  const parts = inner.split(':');
  const [kind = '', name = '', last = ''] = parts;
  if (kind.startsWith('/') && parts.length === 2 && isId(name)) return kind;
  if (kind === 't' && parts.length <= 3) return momentWords(name, last);
  if ((kind === '' || kind === 'a') && parts.length === 3 && isId(last)) return `:${name}:`;
  if (kind === 'id' && name !== '') return `#${name.replaceAll('-', ' ')}`;
  return kind === 'sound' ? '(a sound)' : undefined;
}

/** A moment, in UTC: each reader sees it in their own zone, the assistant in none. */
function momentWords(seconds: string, style: string): string | undefined {
  const ms = Number(seconds) * 1000;
  if (seconds.trim() === '' || !(Math.abs(ms) <= 8.64e15)) return undefined;
  const iso = new Date(ms).toISOString();
  return style === 'd' || style === 'D' ? `${iso.slice(0, 10)} (UTC)` : `${iso.slice(0, 16)}Z`;
}
