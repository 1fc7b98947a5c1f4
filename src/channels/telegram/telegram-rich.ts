import type { MessageEntity } from 'telegraf/types';
import { onOneLine } from '../../common/text/edges';
import { markdownOf } from './telegram-entities';
import type { RichBlock, RichSpan, RichText } from './telegram-message';

/** Deeper ones are left out: Telegram itself allows sixteen. */
const MAX_DEPTH = 20;

/** A flat text with its entities, as ordinary messages have it. */
interface FlatText {
  text: string;
  entities: MessageEntity[];
}

/** Kinds of rich text that are entities under the same name, or another one. */
const AS_ENTITY: Readonly<Record<string, string>> = {
  url: 'text_link',
  email_address: 'email',
  phone_number: 'phone_number',
  bold: 'bold',
  italic: 'italic',
  underline: 'underline',
  strikethrough: 'strikethrough',
  spoiler: 'spoiler',
  code: 'code',
  mention: 'mention',
  text_mention: 'text_mention',
  hashtag: 'hashtag',
  cashtag: 'cashtag',
  bot_command: 'bot_command',
  date_time: 'date_time',
};

/** All texts of a rich message, one after the other: what mentions and commands are looked for in. */
export function flatBlocks(blocks: readonly RichBlock[] = []): FlatText {
  const flat: FlatText = { text: '', entities: [] };
  const add = (text: RichText | undefined): void => {
    if (text === undefined) return;
    flatten(text, flat);
    flat.text += '\n';
  };
  const walk = (block: RichBlock, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    add(block.text);
    add(block.summary);
    for (const row of block.cells ?? []) for (const cell of row) add(cell.text);
    for (const inner of [...(block.blocks ?? []), ...(block.items ?? []).flatMap((item) => item.blocks ?? [])])
      walk(inner, depth + 1);
  };
  for (const block of blocks) walk(block, 0);
  return flat;
}

/** A rich message as Markdown; of its pictures and recordings it says where they stand. */
export const richMarkdown = (blocks: readonly RichBlock[] = [], depth = 0): string =>
  depth > MAX_DEPTH
    ? ''
    : blocks
        .map((block) => blockMarkdown(block, depth))
        .filter((written) => written !== '')
        .join('\n\n');

function blockMarkdown(block: RichBlock, depth: number): string {
  const { type, text, blocks, credit, summary, location } = block;
  const inner = (): string => richMarkdown(blocks, depth + 1);
  switch (type) {
    case 'paragraph':
    case 'footer':
    case 'thinking':
      return inlineMarkdown(text);
    case 'heading':
      return `${'#'.repeat(Math.min(Math.max(block.size ?? 1, 1), 6))} ${onOneLine(inlineMarkdown(text))}`;
    case 'pre': {
      const code = flatten(text ?? '').text;
      const entity = { type: 'pre', offset: 0, length: code.length, language: block.language ?? '' };
      return markdownOf(code, [entity as MessageEntity]);
    }
    case 'divider':
      return '---';
    case 'mathematical_expression':
      return `$$${block.expression ?? ''}$$`;
    case 'anchor':
      return '';
    case 'list':
      return listMarkdown(block, depth);
    case 'blockquote':
    case 'expandable_blockquote':
      return quoted([inner(), inlineMarkdown(credit)]);
    case 'pullquote':
      return quoted([inlineMarkdown(text), inlineMarkdown(credit)]);
    case 'table':
      return [tableMarkdown(block), captionOf(block)].filter(Boolean).join('\n\n');
    case 'details':
      return [inlineMarkdown(summary), inner()].filter(Boolean).join('\n\n');
    case 'map':
      return [location ? `(map ${location.latitude}, ${location.longitude})` : '(map)', captionOf(block)]
        .join(' ')
        .trim();
    default:
      return [`(${type.replaceAll('_', ' ')})`, inlineMarkdown(text), inner(), captionOf(block)]
        .filter(Boolean)
        .join(' ');
  }
}

const quoted = (parts: readonly string[]): string => parts.filter(Boolean).join('\n\n').replace(/^/gm, '> ');

function captionOf({ caption }: RichBlock): string {
  if (caption === undefined) return '';
  if (typeof caption === 'string' || Array.isArray(caption) || 'type' in caption)
    return inlineMarkdown(caption as RichText);
  return [caption.text, caption.credit].map(inlineMarkdown).filter(Boolean).join(' — ');
}

function listMarkdown({ items = [] }: RichBlock, depth: number): string {
  return items
    .map(({ label = '', blocks, has_checkbox: hasBox, is_checked: isDone }) => {
      const bullet = /^\d+[.)]$/.test(label.trim()) ? label.trim() : '-';
      const box = hasBox ? (isDone ? '[x] ' : '[ ] ') : '';
      const content = richMarkdown(blocks, depth + 1).replace(/\n(?=.)/g, `\n${' '.repeat(bullet.length + 1)}`);
      return `${bullet} ${box}${content}`;
    })
    .join('\n');
}

function tableMarkdown({ cells = [] }: RichBlock): string {
  const width = Math.max(1, ...cells.map((row) => row.length));
  const line = (row: readonly { text?: RichText }[]): string =>
    `| ${Array.from({ length: width }, (_, index) =>
      onOneLine(inlineMarkdown(row[index]?.text).replaceAll('|', '\\|')),
    ).join(' | ')} |`;
  const [head = [], ...rows] = cells;
  return [line(head), `|${' --- |'.repeat(width)}`, ...rows.map(line)].join('\n');
}

function inlineMarkdown(text: RichText | undefined): string {
  if (text === undefined) return '';
  const flat = flatten(text);
  return markdownOf(flat.text, flat.entities);
}

/** Entities stand outside before inside, as in ordinary messages. */
function flatten(text: RichText, into: FlatText = { text: '', entities: [] }, depth = 0): FlatText {
  if (depth > MAX_DEPTH) return into;
  if (typeof text === 'string') into.text += text;
  else if (Array.isArray(text)) for (const each of text) flatten(each, into, depth + 1);
  else flattenSpan(text, into, depth);
  return into;
}

function flattenSpan(span: RichSpan, into: FlatText, depth: number): void {
  const offset = into.text.length;
  const at = into.entities.length;
  if (span.text !== undefined) flatten(span.text, into, depth + 1);
  else into.text += span.alternative_text ?? (span.expression === undefined ? '' : `$${span.expression}$`);
  const type = AS_ENTITY[span.type];
  const length = into.text.length - offset;
  if (type !== undefined && length > 0) into.entities.splice(at, 0, { ...span, type, offset, length } as MessageEntity);
}
