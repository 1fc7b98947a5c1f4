import type { MediaKind, MediaRef } from '../../../common/chat-media';
import type { QuotedText, SharedText } from '../../../common/chat-text';
import { linesOf, objectOf, objectsOf, wordsOf } from '../../../common/loose-json';
import { plainName } from '../../../common/plain-name';
import { type PlainObject, isPlainObject } from '../../../common/plain-object';
import { eachOnce, picturesAt } from '../../kit/picture-address';
import { componentPictures, componentsText } from './discord-components';
import { embedPictures, embedTexts, pictureOf } from './discord-embeds';
import type { PollState } from '../../polls/poll.store';
import { type DiscordNaming, NO_NAMES, plainText } from './discord-markup';

/** What a message says. */
export interface DiscordContent {
  /** Words of whoever sends it. */
  text: string;
  /** What they pass on: forwards, cards. */
  shared: SharedText[];
  media: MediaRef[];
}

const REPLY = 19;
const FORWARD = 1;

/** @param message as Discord sends it; any of it may be missing. @param named names that the message brings, before others */
export function contentOf(message: PlainObject, others: DiscordNaming): DiscordContent {
  const names = namingOf(message, others);
  const forwards = objectsOf(message['message_snapshots']).map((snapshot) => forwardOf(snapshot, message, names));
  const own = ownOf(message, names);
  return {
    ...own,
    shared: [...forwards.map(({ shared }) => shared), ...own.shared],
    media: [...own.media, ...forwards.flatMap(({ media }) => media)],
  };
}

/** What a message says without what it forwards. */
function ownOf(message: PlainObject, names: DiscordNaming): DiscordContent {
  const files = objectsOf(message['attachments']);
  const own = files.map((file) => mediaOf(message, file));
  const shown = componentPictures(message['components']).filter(
    ({ attachment_id: id }) => !files.some((file) => file['id'] !== undefined && file['id'] === id),
  );
  const media = eachOnce([
    ...own,
    ...shown.flatMap(pictureOf),
    ...stickersIn(message).flatMap(stickerPicture),
    ...embedPictures(message['embeds']),
  ]);
  const told = linesOf(
    plainText(wordsOf(message['content']), names),
    plainText(componentsText(message['components']), names),
    ...stickersIn(message).map(({ name }) => `(sticker ${plainName(wordsOf(name))})`),
    pollText(message['poll'], names),
    activityText(message),
  );
  const notes = files.flatMap((file, index) => {
    const described = wordsOf(file['description']);
    return told === '' || described ? [`(${kindWords(own[index])}${described ? `: ${described}` : ''})`] : [];
  });
  return { text: linesOf(told, ...notes), shared: embedTexts(message['embeds'], names), media };
}

/** A copy of a message of somewhere else; Discord does not say whose it was. */
function forwardOf(
  snapshot: PlainObject,
  message: PlainObject,
  names: DiscordNaming,
): { shared: SharedText; media: MediaRef[] } {
  const copy = { ...objectOf(snapshot['message']), channel_id: message['channel_id'], id: message['id'] };
  const { text, shared, media } = ownOf(copy, namingOf(copy, names));
  const cards = shared.map(({ sender, text: said }) => linesOf(sender, said));
  const place = names.channel(wordsOf(objectOf(message['message_reference'])['channel_id']));
  return {
    shared: {
      ...(place ? { sender: `#${place}` } : {}),
      text: linesOf(text, ...cards) || '(a message that holds nothing that can be read here)',
    },
    media: media.map((each) => ({ ...each, isForeign: true as const })),
  };
}

/** The message that another one answers, with its files. */
export function quotedOf(
  message: PlainObject,
  names: DiscordNaming,
  ids: { sender: string; bot: string },
): { quoted?: QuotedText; media: MediaRef[] } {
  const { referenced_message: quoted, message_reference: reference } = message;
  if (message['type'] !== REPLY || objectOf(reference)['type'] === FORWARD) return { media: [] };
  if (!isPlainObject(quoted)) {
    const text = quoted === null ? '(it was deleted)' : '(Discord does not show it)';
    return { quoted: { text, isForeign: false }, media: [] };
  }
  const author = objectOf(quoted['author']);
  const isOwn = author['id'] === ids.bot;
  const { text, shared, media } = contentOf(quoted, names);
  // One's own message may itself pass on what others said.
  const isForeign = !isOwn && (author['id'] !== ids.sender || shared.length > 0);
  const said = linesOf(text, ...shared.map((each) => each.text));
  return {
    quoted: {
      sender: isOwn ? 'your message' : personName(author),
      text: said || '(a message that holds nothing that can be read here)',
      isForeign,
      ...(isOwn ? { ownId: wordsOf(quoted['id']) } : {}),
    },
    media: media.map((each) => (isForeign ? { ...each, isForeign: true as const } : each)),
  };
}

export const personName = (person: PlainObject): string =>
  wordsOf(objectOf(person['member'])['nick']) ||
  wordsOf(person['global_name']) ||
  wordsOf(person['username']) ||
  'somebody';

/** Names that a message brings along, then those that are known here. */
export function namingOf(message: PlainObject, others: DiscordNaming): DiscordNaming {
  const people = new Map(objectsOf(message['mentions']).map((person) => [wordsOf(person['id']), personName(person)]));
  const channels = new Map(objectsOf(message['mention_channels']).map(({ id, name }) => [wordsOf(id), wordsOf(name)]));
  return {
    person: (id) => people.get(id) ?? others.person(id),
    role: (id) => others.role(id),
    channel: (id) => channels.get(id) ?? others.channel(id),
  };
}

const stickersIn = (message: PlainObject): PlainObject[] => objectsOf(message['sticker_items'] ?? message['stickers']);

/** Endings by `format_type`; Lottie (3) is no picture. https://docs.discord.com/developers/resources/sticker */
const STICKER_ENDINGS: ReadonlyMap<unknown, string> = new Map([
  [1, 'png'],
  [2, 'png'],
  [4, 'gif'],
]);

function stickerPicture({ id, format_type: format }: PlainObject): MediaRef[] {
  const ending = STICKER_ENDINGS.get(format);
  const isKnown = ending !== undefined && /^\d+$/.test(wordsOf(id));
  return isKnown ? picturesAt(`https://media.discordapp.net/stickers/${wordsOf(id)}.${ending}`) : [];
}

/** What a poll asks, and how it stands; undefined for what is none. */
export function pollStateOf(poll: unknown, names: DiscordNaming = NO_NAMES): PollState | undefined {
  if (!isPlainObject(poll)) return undefined;
  const counts = new Map(
    objectsOf(objectOf(poll['results'])['answer_counts']).map(({ id, count }) => [wordsOf(id), Number(count)]),
  );
  return {
    question: plainText(wordsOf(objectOf(poll['question'])['text']), names),
    options: objectsOf(poll['answers']).map(({ answer_id: id, poll_media: media }) => {
      const { text, emoji } = objectOf(media);
      const words = [wordsOf(objectOf(emoji)['name']), plainText(wordsOf(text), names)].filter(Boolean).join(' ');
      return { id: wordsOf(id), text: words, votes: counts.get(wordsOf(id)) ?? 0 };
    }),
  };
}

function pollText(poll: unknown, names: DiscordNaming): string {
  const state = pollStateOf(poll, names);
  if (!state) return '';
  const { results, allow_multiselect: several, expiry } = objectOf(poll);
  const isCounted = isPlainObject(results);
  const answers = state.options.map(({ text, votes }) => `- ${text}${isCounted ? ` (${votes})` : ''}`);
  const ends = [
    several === true ? 'several answers may be chosen' : '',
    expiry ? `open until ${wordsOf(expiry)}` : '',
  ].filter(Boolean);
  return linesOf(`(poll) ${state.question}`, ...answers, ends.length > 0 ? `(${ends.join('; ')})` : '');
}

/** An invitation to something that runs within Discord. */
function activityText({ activity, application }: PlainObject): string {
  if (!isPlainObject(activity)) return '';
  return `(invitation to ${plainName(wordsOf(objectOf(application)['name'])) || 'an activity'})`;
}

function mediaOf(message: PlainObject, file: PlainObject): MediaRef {
  const [channel, id] = [message['channel_id'], message['id']].map(wordsOf);
  const size = file['size'];
  const name = wordsOf(file['title']) || wordsOf(file['filename']);
  return {
    ref: `${channel}/${id}/${wordsOf(file['id'])}`,
    kind: kindOf(wordsOf(file['content_type']), file['waveform'] !== undefined),
    ...(name ? { name } : {}),
    ...(typeof size === 'number' ? { bytes: size } : {}),
  };
}

function kindOf(type: string, isVoice: boolean): MediaKind {
  if (isVoice) return 'voice';
  if (type.startsWith('image/')) return 'photo';
  if (type.startsWith('audio/')) return 'audio';
  return type.startsWith('video/') ? 'video' : 'document';
}

/** By its kind alone: its name is whoever's who made it, and stands with its content. */
const kindWords = (media: MediaRef | undefined): string =>
  media?.kind === 'voice' ? 'voice message' : (media?.kind ?? '');
