import { linesOf, objectOf, objectsOf, textsWithin, wordsOf } from '../../../common/loose-json';
import { type PlainObject, isPlainObject } from '../../../common/plain-object';

const DEEPEST = 8;
const THUMBNAIL = 11;
const GALLERY = 12;
const TEXTS: ReadonlySet<string> = new Set('content label description placeholder value title name url'.split(' '));

/** Where an entry of the feed of activities says what it is about. */
const FEED_TEXTS: ReadonlySet<string> = new Set(
  'game_name application_name media_title media_subtitle title artist name'.split(' '),
);

type Reader = (component: PlainObject, depth: number) => string;

/** Components by number (https://docs.discord.com/developers/components/reference). */
const READERS: Readonly<Record<number, Reader>> = {
  1: ({ components }, depth) => componentsText(components, depth + 1, ' '),
  2: ({ label, url, emoji }) =>
    control([wordsOf(label) || wordsOf(objectOf(emoji)['name']), wordsOf(url)].filter(Boolean).join(': ')),
  3: ({ placeholder, options }) => choice(placeholder, options),
  4: ({ label, placeholder, value }) =>
    control([wordsOf(label) || wordsOf(placeholder), wordsOf(value)].filter(Boolean).join(': ')),
  5: ({ placeholder }) => choice(placeholder, undefined, 'people'),
  6: ({ placeholder }) => choice(placeholder, undefined, 'roles'),
  7: ({ placeholder }) => choice(placeholder, undefined, 'people or roles'),
  8: ({ placeholder }) => choice(placeholder, undefined, 'channels'),
  9: ({ components, accessory }, depth) =>
    linesOf(componentsText(components, depth + 1), isPlainObject(accessory) ? componentText(accessory, depth + 1) : ''),
  10: ({ content }) => wordsOf(content),
  11: (component) => pictureText(component),
  12: ({ items }) => linesOf(...objectsOf(items).map(pictureText)),
  13: ({ file, name }) => `(file ${wordsOf(name) || addressOf(file)})`,
  14: () => '———',
  16: (entry) => linesOf('(what somebody has played or heard)', ...textsWithin(entry, FEED_TEXTS)),
  17: ({ components }, depth) => componentsText(components, depth + 1),
  18: ({ label, description, component }, depth) =>
    linesOf(wordsOf(label), wordsOf(description), isPlainObject(component) ? componentText(component, depth + 1) : ''),
  19: () => control('a file'),
  21: ({ options }) => choice(undefined, options),
  22: ({ options }) => choice(undefined, options),
  23: ({ label, value }) => control([wordsOf(label), value === true ? 'chosen' : ''].filter(Boolean).join(': ')),
};

export const KNOWN_COMPONENTS: readonly number[] = Object.keys(READERS).map(Number);

/** What components say, and the labels of what can be pressed or chosen. */
export const componentsText = (components: unknown, depth = 0, between = '\n'): string =>
  depth > DEEPEST
    ? '(more components)'
    : objectsOf(components)
        .map((component) => componentText(component, depth))
        .filter((text) => text !== '')
        .join(between);

function componentText(component: PlainObject, depth: number): string {
  const type = Number(wordsOf(component['type']));
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (read && depth <= DEEPEST) return read(component, depth) || `(an empty component of type ${type})`;
  return linesOf(`(a component of type ${wordsOf(component['type'])})`, ...textsWithin(component, TEXTS));
}

/** The pictures among components, each as Discord describes it. */
export function componentPictures(components: unknown, depth = 0): PlainObject[] {
  if (depth > DEEPEST) return [];
  return objectsOf(components).flatMap((component) => {
    const { type, media, items, accessory, components: inner } = component;
    if (type === THUMBNAIL) return [objectOf(media)];
    if (type === GALLERY) return objectsOf(items).map((item) => objectOf(item['media']));
    return [...componentPictures([accessory], depth + 1), ...componentPictures(inner, depth + 1)];
  });
}

const control = (words: string): string => `[${words || 'a control'}]`;

const choice = (placeholder: unknown, options: unknown, what = 'a choice'): string =>
  control(
    [
      wordsOf(placeholder) || what,
      objectsOf(options)
        .map(({ label }) => wordsOf(label))
        .join(', '),
    ]
      .filter(Boolean)
      .join(': '),
  );

const addressOf = (media: unknown): string => wordsOf(objectOf(media)['url']);

const pictureText = ({ media, description }: PlainObject): string =>
  `(picture${description ? `: ${wordsOf(description)}` : ''} ${addressOf(media)})`;
