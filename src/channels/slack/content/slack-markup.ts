import { knownName } from '../../../common/plain-name';

/** Names of what markup refers to by ids. */
export interface SlackNaming {
  person(id: string): string | undefined;
  channel(id: string): string | undefined;
  group(id: string): string | undefined;
}

export const NO_NAMES: SlackNaming = { person: () => undefined, channel: () => undefined, group: () => undefined };

/** A piece of Slack's markup (https://docs.slack.dev/messaging/formatting-message-text). */
type Piece =
  | { kind: 'text'; text: string }
  /** What stands between `<` and `>`: a sign and a reference, and what is to be shown for it. */
  | { kind: 'user' | 'channel' | 'special' | 'link'; to: string; label?: string };

const KINDS: Readonly<Record<string, 'user' | 'channel' | 'special'>> = { '@': 'user', '#': 'channel', '!': 'special' };

/** The three characters that Slack escapes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

function piecesOf(markup: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const text = (to: number): void => {
    if (to > from) pieces.push({ kind: 'text', text: markup.slice(from, to) });
  };
  for (let open = markup.indexOf('<'); open >= 0; open = markup.indexOf('<', open + 1)) {
    const close = markup.indexOf('>', open);
    if (close < 0) break;
    const inner = markup.slice(open + 1, close);
    // Slack escapes signs that people write; what does not look like a reference is none.
    if (inner.trim() === '' || inner.startsWith(' ') || inner.includes('<') || inner.includes('\n')) continue;
    text(open);
    const bar = inner.indexOf('|');
    const [to, label] = bar < 0 ? [inner] : [inner.slice(0, bar), inner.slice(bar + 1)];
    const kind = KINDS[to.charAt(0)];
    const target = kind === undefined ? to : to.slice(1);
    pieces.push({ kind: kind ?? 'link', to: target, ...(label ? { label } : {}) });
    from = close + 1;
    open = close;
  }
  text(markup.length);
  return pieces;
}

/** Slack's markup → plain words: people, groups and channels by name, links as their text and address, dates as time. */
export const plainText = (markup: string, names: SlackNaming = NO_NAMES): string =>
  piecesOf(markup)
    .map((piece) => unescaped(wordsOf(piece, names)))
    .join('');

function wordsOf(piece: Piece, names: SlackNaming): string {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'user':
      return `@${knownName(names.person(piece.to)) ?? piece.label ?? piece.to}`;
    case 'channel':
      return `#${piece.label ?? knownName(names.channel(piece.to)) ?? piece.to}`;
    case 'special':
      return specialWords(piece.to, piece.label, names);
    case 'link':
      return linkWords(piece.to, piece.label);
  }
}

function specialWords(to: string, label: string | undefined, names: SlackNaming): string {
  const [name = '', ...rest] = to.split('^');
  if (name === 'date') return dateWords(rest, label);
  if (name !== 'subteam') return label ?? `@${name}`;
  const group = label ?? knownName(names.group(rest[0] ?? '')) ?? 'group';
  return group.startsWith('@') ? group : `@${group}`;
}

/** What its writer wanted shown, and the moment itself: the words may be of another zone. */
function dateWords([seconds = '', , link]: readonly string[], label: string | undefined): string {
  const ms = Number(seconds) * 1000;
  const at = seconds !== '' && Math.abs(ms) <= 8.64e15 ? `${new Date(ms).toISOString().slice(0, 16)}Z` : undefined;
  const words = label === undefined ? (at ?? seconds) : at === undefined ? label : `${label} (${at})`;
  return link ? `${words} (${link})` : words;
}

/** Addresses that are shown without their scheme. */
const BARE = ['mailto:', 'tel:'];

function linkWords(url: string, label: string | undefined): string {
  const scheme = BARE.find((each) => url.toLowerCase().startsWith(each)) ?? '';
  const address = url.slice(scheme.length);
  if (label === undefined) return address;
  // Only what every address has in front may be left out: whatever else stands there leads elsewhere.
  const isSame = isSchemeOf(url, label) || (scheme === 'tel:' && dialled(label) === dialled(address));
  return isSame ? label : `${label} (${scheme === 'tel:' ? address : url})`;
}

const isSchemeOf = (url: string, label: string): boolean =>
  url.endsWith(label) && /^(?:[a-z][a-z0-9+.-]*:(?:\/\/)?)?$/i.test(url.slice(0, url.length - label.length));

const dialled = (number: string): string => [...number].filter((sign) => '+0123456789*#'.includes(sign)).join('');

/** Ids that markup names without saying what they are called. */
export function unnamedIn(markup: string): { people: string[]; channels: string[]; groups: string[] } {
  const pieces = piecesOf(markup);
  const named = (kind: Piece['kind'], of = (to: string): string | undefined => to): string[] =>
    pieces.flatMap((piece) => {
      if (piece.kind === 'text' || piece.kind !== kind || (piece.label !== undefined && kind !== 'user')) return [];
      const id = of(piece.to);
      return id ? [id] : [];
    });
  return {
    people: named('user'),
    channels: named('channel'),
    groups: named('special', (to) => (to.startsWith('subteam^') ? to.split('^')[1] : undefined)),
  };
}

/** Whether markup speaks of somebody. */
export const mentions = (markup: string, userId: string): boolean =>
  piecesOf(markup).some((piece) => piece.kind === 'user' && piece.to === userId);

/** The markup without somebody's name at its beginning and end: there it only says to whom it is said. */
export function withoutMention(markup: string, userId: string): string {
  const pieces = piecesOf(markup.trim());
  const isName = (piece: Piece | undefined): boolean => piece?.kind === 'user' && piece.to === userId;
  const isBlank = (piece: Piece | undefined): boolean => piece?.kind === 'text' && piece.text.trim() === '';
  while (isName(pieces[0]) || isBlank(pieces[0])) {
    const [removed] = pieces.splice(0, 1);
    const [next] = pieces;
    if (removed?.kind === 'user' && next?.kind === 'text')
      pieces[0] = { kind: 'text', text: next.text.replace(/^[,:]?\s*/, '') };
  }
  while (isName(pieces.at(-1)) || isBlank(pieces.at(-1))) pieces.pop();
  return pieces.map(markupOf).join('').trim();
}

const SIGNS = { user: '@', channel: '#', special: '!', link: '' } as const;

const markupOf = (piece: Piece): string =>
  piece.kind === 'text' ? piece.text : `<${SIGNS[piece.kind]}${piece.to}${piece.label ? `|${piece.label}` : ''}>`;

/** Letters, digits and references of markup, to see whether one text says what another says. */
export const essenceOf = (markup: string): string =>
  piecesOf(markup)
    .map((piece) =>
      piece.kind === 'text'
        ? unescaped(piece.text)
        : piece.kind === 'link'
          ? `${piece.to} ${piece.label === undefined || piece.to.endsWith(piece.label) ? '' : piece.label}`
          : piece.to.split('^').slice(0, 2).join(' '),
    )
    .join(' ')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
