import type { MediaRef } from '../../../common/chat-media';
import type { SharedText } from '../../../common/chat-text';
import { linesOf, objectOf, objectsOf, wordsOf } from '../../../common/loose-json';
import type { PlainObject } from '../../../common/plain-object';
import { picturesAt } from '../../kit/picture-address';
import { type DiscordNaming, plainText } from './discord-markup';

/**
 * Embeds (https://docs.discord.com/developers/resources/message#embed-object): cards that apps make, and previews that
 * Discord adds to links. What they say is not the word of whoever sends the message; colours and icons say nothing.
 */
export const embedTexts = (embeds: unknown, names: DiscordNaming): SharedText[] =>
  objectsOf(embeds).map((embed) => embedText(embed, names));

/** What cards and previews show. */
export const embedPictures = (embeds: unknown): MediaRef[] =>
  objectsOf(embeds).flatMap((embed) => {
    const [picture] = [embed['image'], embed['thumbnail']].map(objectOf).filter(({ url }) => wordsOf(url) !== '');
    return picture ? pictureOf(picture) : [];
  });

/** Discord gives out a copy of what it shows. */
export const pictureOf = ({ url, proxy_url: copy }: PlainObject): MediaRef[] =>
  picturesAt(wordsOf(url), wordsOf(copy) || wordsOf(url));

function embedText(embed: PlainObject, names: DiscordNaming): SharedText {
  const at = (key: string): string => wordsOf(embed[key]);
  const within = (key: string, name: string): string => wordsOf(objectOf(embed[key])[name]);
  const read = (text: string): string => plainText(text, names);
  const sender = within('author', 'name') || within('provider', 'name');
  const isCard = at('type') === '' || at('type') === 'rich';
  const picture = within('image', 'url') || within('thumbnail', 'url');
  const described = within('image', 'description') || within('thumbnail', 'description');
  const told = linesOf(
    read(at('title')),
    read(at('description')),
    ...objectsOf(embed['fields']).map(({ name, value }) => read([name, value].map(wordsOf).filter(Boolean).join(': '))),
    picture ? `(picture${described ? `: ${described}` : ''} ${picture})` : '',
    within('video', 'url') ? `(video ${within('video', 'url')})` : '',
    within('footer', 'text'),
    at('timestamp'),
  );
  return {
    what: isCard ? 'card' : 'preview of a link',
    ...(sender ? { sender } : {}),
    text: linesOf(told || (at('url') ? '' : '(a card without words)'), at('url') ? `(${at('url')})` : ''),
  };
}
