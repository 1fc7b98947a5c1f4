import { linesOf, objectOf, objectsOf, textsWithin, wordsOf } from '../../../common/loose-json';
import type { PlainObject } from '../../../common/plain-object';
import { escaped } from './slack-markup';

const INDENT = '    ';
const TEXTS: ReadonlySet<string> = new Set(['text', 'name', 'value', 'url', 'fallback']);

/** A block of rich text as the markup that says the same. */
export const richText = (block: PlainObject): string => linesOf(...objectsOf(block['elements']).map(partOf));

function partOf(part: PlainObject): string {
  const inline = (): string => objectsOf(part['elements']).map(elementOf).join('');
  switch (part['type']) {
    case 'rich_text_section':
      return inline();
    case 'rich_text_quote':
      return prefixed('&gt; ', inline());
    case 'rich_text_preformatted':
      return `\`\`\`\n${objectsOf(part['elements']).map(codeOf).join('')}\n\`\`\``;
    case 'rich_text_list':
      return listOf(part);
    default:
      return objectsOf(part['elements']).length > 0 ? inline() : elementOf(part);
  }
}

function listOf(part: PlainObject): string {
  const depth = Math.min(8, Math.max(0, Number(wordsOf(part['indent'])) || 0));
  const first = Number(wordsOf(part['offset'])) || 0;
  const quote = part['border'] === 1 ? '&gt; ' : '';
  return objectsOf(part['elements'])
    .map((item, index) => {
      const mark = part['style'] === 'ordered' ? `${first + index + 1}.` : '•';
      return `${quote}${INDENT.repeat(depth)}${mark} ${partOf(item)}`;
    })
    .join('\n');
}

const codeOf = (element: PlainObject): string => escaped(wordsOf(element['text']) || wordsOf(element['url']));

function elementOf(element: PlainObject): string {
  const id = (key: string): string => wordsOf(element[key]);
  switch (element['type']) {
    case 'text':
      return styled(escaped(id('text')), element);
    case 'link':
      return styled(link(id('url'), id('text')), element);
    case 'user':
      return styled(`<@${id('user_id')}>`, element);
    case 'channel':
      return styled(`<#${id('channel_id')}>`, element);
    case 'usergroup':
      return styled(`<!subteam^${id('usergroup_id')}>`, element);
    case 'team':
      return styled(escaped(`@workspace ${id('team_id')}`), element);
    case 'broadcast':
      return styled(`<!${id('range') || 'here'}>`, element);
    case 'emoji':
      return `:${id('name')}${element['skin_tone'] === undefined ? '' : `::skin-tone-${id('skin_tone')}`}:`;
    case 'date': {
      const to = ['date', id('timestamp'), id('format'), id('url')]
        .filter((each, at) => at < 3 || each !== '')
        .join('^');
      return styled(`<!${markupSafe(to)}${id('fallback') ? `|${markupSafe(id('fallback'))}` : ''}>`, element);
    }
    case 'color':
      return styled(escaped(id('value')), element);
    default:
      return escaped(textsWithin(element, TEXTS).join(' ') || `(an element of the type "${id('type')}")`);
  }
}

/** A link whose parts can't end it. */
export const link = (url: string, text = ''): string =>
  url === '' || '@#!'.includes(url.charAt(0))
    ? escaped(`${url} ${text}`.trim())
    : `<${markupSafe(url)}${text.trim() === '' ? '' : `|${markupSafe(text)}`}>`;

const markupSafe = (text: string): string => escaped(text).replaceAll('|', '¦').replaceAll('\n', ' ');

/** Marks as Slack's own text has them: around words, within a line. */
function styled(markup: string, element: PlainObject): string {
  const style = objectOf(element['style']);
  if (markup.trim() === '' || markup.includes('\n')) return markup;
  const before = markup.slice(0, markup.length - markup.trimStart().length);
  const after = markup.slice(markup.trimEnd().length);
  let inner = markup.trim();
  if (style['code'] === true) inner = `\`${inner}\``;
  if (style['strike'] === true) inner = `~${inner}~`;
  if (style['italic'] === true) inner = `_${inner}_`;
  if (style['bold'] === true) inner = `*${inner}*`;
  return `${before}${inner}${after}`;
}

const prefixed = (prefix: string, text: string): string =>
  text
    .split('\n')
    .map((line) => `${prefix}${line}`)
    .join('\n');
