import type { MediaRef } from '../../../common/chat-media';
import { linesOf, objectOf, objectsOf, textsWithin, wordsOf } from '../../../common/loose-json';
import { type PlainObject, isPlainObject } from '../../../common/plain-object';
import { plainName } from '../../../common/plain-name';
import { picturesAt } from '../../kit/picture-address';
import { escaped } from './slack-markup';
import { link, richText } from './slack-rich-text';

/** Containers hold blocks; deeper ones than Slack makes are left out. */
const DEEPEST = 8;
/** Where texts for people stand in things of an unknown kind. */
const TEXTS: ReadonlySet<string> = new Set(
  'text title subtitle description label alt_text value name url caption fallback'.split(' '),
);

/**
 * Blocks as the markup that says the same (https://docs.slack.dev/reference/block-kit/blocks): texts whole, what can be
 * pressed or filled in by its label, pictures by their description and address.
 */
export const blocksText = (blocks: unknown, depth = 0): string =>
  depth > DEEPEST ? '(more blocks)' : linesOf(...objectsOf(blocks).map((block) => blockText(block, depth)));

type Reader = (block: PlainObject, depth: number) => string;

const READERS: Readonly<Record<string, Reader>> = {
  rich_text: richText,
  section: ({ text, fields, accessory }) =>
    linesOf(textOf(text), ...objectsOf(fields).map(textOf), isPlainObject(accessory) ? elementText(accessory) : ''),
  header: ({ text }) => marked('*', textOf(text)),
  context: ({ elements }) => objectsOf(elements).map(elementText).join('  '),
  divider: () => '———',
  image: pictureText,
  video: (block) =>
    linesOf(
      `(video ${link(wordsOf(block['title_url']) || wordsOf(block['video_url']), plainTitle(block))})`,
      escaped([block['author_name'], block['provider_name']].map(wordsOf).filter(Boolean).join(', ')),
      textOf(block['description']),
    ),
  actions: ({ elements }) => objectsOf(elements).map(elementText).join(' '),
  context_actions: ({ elements }) => objectsOf(elements).map(elementText).join(' '),
  input: ({ label, hint, element }) => linesOf(textOf(label), textOf(hint), elementText(objectOf(element))),
  markdown: ({ text }) => escaped(wordsOf(text)),
  table: ({ rows }) => tableText(rows),
  data_table: ({ caption, rows }) => linesOf(textOf(caption), tableText(rows)),
  file: (block) => `(file ${escaped(wordsOf(block['external_id']) || wordsOf(block['file_id']))})`,
  alert: ({ level, text }) => linesOf(level ? `(${escaped(wordsOf(level))}) ${textOf(text)}` : textOf(text)),
  card: (block, depth) =>
    linesOf(
      marked('*', textOf(block['title'])),
      textOf(block['subtitle']),
      textOf(block['body']),
      textOf(block['subtext']),
      ...[block['hero_image'], block['icon']].filter(isPlainObject).map(pictureText),
      objectsOf(block['actions']).map(elementText).join(' '),
      blocksText(block['blocks'], depth + 1),
    ),
  carousel: ({ elements }, depth) => blocksText(elements, depth + 1),
  container: (block, depth) =>
    linesOf(
      marked('*', textOf(block['title'])),
      isPlainObject(block['rich_text_title']) ? richText(block['rich_text_title']) : '',
      textOf(block['subtitle']),
      blocksText(block['child_blocks'], depth + 1),
    ),
  task_card: (block) =>
    linesOf(
      `${textOf(block['title'])}${block['status'] === undefined ? '' : ` (${escaped(wordsOf(block['status']).replaceAll('_', ' '))})`}`,
      ...[block['details'], block['output']].filter(isPlainObject).map(richText),
      objectsOf(block['sources']).map(elementText).join(' '),
    ),
  plan: ({ title, tasks }, depth) => linesOf(marked('*', textOf(title)), blocksText(tasks, depth + 1)),
  call: (block) => {
    const call = objectOf(objectOf(block['call'])['v1']);
    return `(call ${link(wordsOf(call['join_url']), wordsOf(call['name']))})`;
  },
  share_shortcut: (block) =>
    linesOf(`(workflow ${link(wordsOf(block['share_url']), plainTitle(block))})`, textOf(block['description'])),
};

export const KNOWN_BLOCKS: readonly string[] = Object.keys(READERS);

function blockText(block: PlainObject, depth: number): string {
  const type = wordsOf(block['type']);
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (read) return read(block, depth) || `(an empty block of the type "${escaped(type)}")`;
  return linesOf(`(a block of the type "${escaped(type)}")`, escaped(textsWithin(block, TEXTS).join('\n')));
}

/** A text object, or a bare text: markup where it says so, else words to be shown as they are. */
export function textOf(text: unknown): string {
  if (!isPlainObject(text)) return escaped(wordsOf(text));
  return text['type'] === 'mrkdwn' ? wordsOf(text['text']) : escaped(wordsOf(text['text']));
}

const plainTitle = ({ title, alt_text }: PlainObject): string =>
  (isPlainObject(title) ? wordsOf(title['text']) : wordsOf(title)) || wordsOf(alt_text);

function pictureText(picture: PlainObject): string {
  const { title, alt_text, image_url, slack_file } = picture;
  const address = wordsOf(image_url) || wordsOf(objectOf(slack_file)['url']) || wordsOf(objectOf(slack_file)['id']);
  const words = [textOf(title), escaped(wordsOf(alt_text))].filter((each, at, all) => each && all.indexOf(each) === at);
  return `(picture${words.length > 0 ? `: ${words.join(', ')}` : ''}${address ? ` ${link(address)}` : ''})`;
}

const tableText = (rows: unknown): string =>
  (Array.isArray(rows) ? rows : []).map((row) => `| ${objectsOf(row).map(cellText).join(' | ')} |`).join('\n');

const cellText = (cell: PlainObject): string =>
  (cell['type'] === 'rich_text' ? richText(cell) : escaped(wordsOf(cell['text']) || wordsOf(cell['value']))).replaceAll(
    '\n',
    ' ',
  );

/** What can be pressed, chosen or filled in, and what stands between them. */
function elementText(element: PlainObject): string {
  switch (element['type']) {
    case 'mrkdwn':
    case 'plain_text':
      return textOf(element);
    case 'image':
      return pictureText(element);
    case 'url':
      return link(wordsOf(element['url']), wordsOf(element['text']));
    default:
      return `[${escaped(controlWords(element))}]`;
  }
}

function controlWords(element: PlainObject): string {
  const words = (value: unknown): string => (isPlainObject(value) ? wordsOf(value['text']) : wordsOf(value));
  const options = [
    ...objectsOf(element['options']),
    ...objectsOf(element['option_groups']).flatMap((group) => objectsOf(group['options'])),
  ].map((option) => words(option['text']));
  const label =
    words(element['text']) ||
    [element['positive_button'], element['negative_button']]
      .filter(isPlainObject)
      .map((button) => words(button['text']))
      .join(' / ') ||
    words(element['placeholder']);
  const initial = Object.entries(element).find(([key]) => key.startsWith('initial_'))?.[1];
  const chosen = isPlainObject(initial) ? words(initial['text']) : words(initial);
  const parts = [label, wordsOf(element['url']), options.filter(Boolean).join(', '), chosen && `chosen: ${chosen}`];
  return parts.filter(Boolean).join(': ') || wordsOf(element['type']).replaceAll('_', ' ');
}

const marked = (mark: string, text: string): string =>
  text.trim() === '' || text.includes('\n') ? text : `${mark}${text.trim()}${mark}`;

/** Signs beside words, which say nothing by themselves. */
const SIGNS: ReadonlySet<string> = new Set(['context']);

/** Pictures that blocks show: files of Slack, else addresses. */
export function picturesIn(blocks: unknown, depth = 0): MediaRef[] {
  if (depth > DEEPEST) return [];
  return objectsOf(blocks).flatMap((block) => {
    const type = wordsOf(block['type']);
    if (type === 'image') return pictureOf(block);
    if (SIGNS.has(type)) return [];
    return [
      ...picturesAt(wordsOf(block['thumbnail_url'])),
      ...(isPlainObject(block['hero_image']) ? pictureOf(block['hero_image']) : []),
      ...picturesIn([block['accessory']], depth + 1),
      ...['blocks', 'child_blocks', 'elements'].flatMap((key) => picturesIn(block[key], depth + 1)),
    ];
  });
}

function pictureOf({ image_url: address, slack_file, alt_text }: PlainObject): MediaRef[] {
  const { id, url } = objectOf(slack_file);
  // In the address of a file stands its id, behind that of the workspace.
  const file = wordsOf(id) || /\/[A-Z0-9]+-(F[A-Z0-9]+)(?:[-/]|$)/.exec(wordsOf(url))?.[1];
  if (!file) return picturesAt(wordsOf(address));
  const name = plainName(wordsOf(alt_text));
  return [{ ref: file, kind: 'photo', isForeign: true, ...(name ? { name } : {}) }];
}
