import type { MessageEntity } from 'telegraf/types';
import { linkTarget } from '../../common/markdown/markdown-tree';
import { type MarkdownForm, plainWords, renderMarkdown } from '../../common/markdown/render-markdown';

type Style = 'strong' | 'em' | 'del' | 'spoiler';

const STYLES: Readonly<Record<string, Style>> = {
  bold: 'strong',
  italic: 'em',
  strikethrough: 'del',
  spoiler: 'spoiler',
};
/** From the outside to the inside. */
const NESTING: readonly Style[] = ['strong', 'em', 'del', 'spoiler'];
const QUOTES = new Set(['blockquote', 'expandable_blockquote']);
/** What says itself what it is; a backslash would become part of it. */
const LITERAL = new Set(['url', 'email', 'mention', 'hashtag', 'cashtag', 'bot_command', 'phone_number']);

/** A stretch of text in which the same entities hold. */
interface Run {
  text: string;
  quote?: MessageEntity;
  pre?: MessageEntity;
  code?: MessageEntity;
  link?: { entity: MessageEntity; href: string };
  isLiteral: boolean;
  styles: ReadonlySet<Style>;
}

/** One way to write the same text. */
interface Manner {
  /** Signs that Markdown would read are escaped. */
  escapes: boolean;
  /** Bold and the like are written, too. */
  styled: boolean;
  em: '_' | '*';
}

const MANNERS: readonly Manner[] = [
  { escapes: false, styled: true, em: '_' },
  { escapes: false, styled: true, em: '*' },
  { escapes: true, styled: true, em: '_' },
  { escapes: true, styled: true, em: '*' },
  { escapes: false, styled: false, em: '_' },
  { escapes: true, styled: false, em: '_' },
];

/**
 * A text of Telegram with its entities as Markdown: links with their addresses, code with its borders and language,
 * emphasis, quotes. The words stay as they are: what comes out is read again, and where Markdown would show other words or
 * addresses, it is written more carefully; at last as the bare text with its addresses below.
 * @param entities with offsets in UTF-16 units of this text; those that begin outside of it are left out
 */
export function markdownOf(text: string, entities: readonly MessageEntity[] = []): string {
  const fitting = entities.filter((entity) => beginsIn(entity, text));
  if (!fitting.some(marks)) return text;
  const runs = runsOf(text, fitting);
  const links = linksOf(runs);
  const wanted = { words: withoutBlanks(text), hrefs: links.map(({ href }) => href) };
  for (const manner of MANNERS) {
    const written = write(runs, manner);
    if (saysTheSame(written, wanted)) return written;
  }
  return [text, ...links.map(({ href, words }) => `[${words} → ${href}]`)].join('\n');
}

/** Whether a mark of the text itself says something that the words alone do not. */
const marks = (entity: MessageEntity): boolean =>
  entity.type in STYLES ||
  entity.type === 'code' ||
  entity.type === 'pre' ||
  QUOTES.has(entity.type) ||
  addressOf(entity) !== undefined;

const beginsIn = ({ offset, length }: MessageEntity, text: string): boolean =>
  Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length > 0 && offset < text.length;

/** Where the words of an entity lead; people and moments have an address of Telegram's own kind. */
function addressOf(entity: MessageEntity): string | undefined {
  if (entity.type === 'text_link') return entity.url;
  if (entity.type === 'text_mention') return `tg://user?id=${entity.user.id}`;
  const { type, unix_time: moment } = entity as { type: string; unix_time?: number };
  return type === 'date_time' && moment !== undefined ? `tg://time?unix=${moment}` : undefined;
}

/** The text cut wherever an entity begins or ends: so entities may lie in each other, or overlap. */
function runsOf(text: string, entities: readonly MessageEntity[]): Run[] {
  const cuts = [...new Set([0, text.length, ...entities.flatMap(({ offset, length }) => [offset, offset + length])])]
    .filter((cut) => cut >= 0 && cut <= text.length && !isInPair(text, cut))
    .sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const start = cuts[index] ?? 0;
    const held = entities.filter(({ offset, length }) => offset < end && offset + length > start);
    const pre = held.find(({ type }) => type === 'pre');
    const code = pre ? undefined : held.find(({ type }) => type === 'code');
    const quote = held.find(({ type }) => QUOTES.has(type));
    const linked = pre ? undefined : held.find((entity) => addressOf(entity) !== undefined);
    return {
      text: text.slice(start, end),
      isLiteral: held.some(({ type }) => LITERAL.has(type)),
      styles: new Set(held.flatMap(({ type }) => STYLES[type] ?? [])),
      ...(quote ? { quote } : {}),
      ...(pre ? { pre } : {}),
      ...(code ? { code } : {}),
      ...(linked ? { link: { entity: linked, href: addressOf(linked) ?? '' } } : {}),
    };
  });
}

/** No cut falls between the halves of a character. */
const isInPair = (text: string, at: number): boolean =>
  at > 0 && /[\ud800-\udbff]/.test(text[at - 1] ?? '') && /[\udc00-\udfff]/.test(text[at] ?? '');

/** Neighbours that share something, together. */
function grouped<T>(runs: readonly Run[], of: (run: Run) => T): { shared: T; runs: Run[] }[] {
  const groups: { shared: T; runs: Run[] }[] = [];
  for (const run of runs) {
    const last = groups.at(-1);
    if (last && last.shared === of(run)) last.runs.push(run);
    else groups.push({ shared: of(run), runs: [run] });
  }
  return groups;
}

const textOf = (runs: readonly Run[]): string => runs.map(({ text }) => text).join('');

function linksOf(runs: readonly Run[]): { href: string; words: string }[] {
  return grouped(
    runs.filter(({ pre }) => pre === undefined),
    ({ link }) => link?.entity,
  ).flatMap(({ shared, runs: linked }) =>
    shared && textOf(linked).trim() !== ''
      ? [{ href: linked[0]?.link?.href ?? '', words: textOf(linked).replace(/\s+/g, ' ').trim() }]
      : [],
  );
}

/** Quotes and code blocks stand in lines of their own. */
function write(runs: readonly Run[], manner: Manner): string {
  return inBlocks(
    grouped(runs, ({ quote }) => quote).map(({ shared, runs: quoted }) => {
      const inner = inBlocks(
        grouped(quoted, ({ pre }) => pre).map(({ shared: pre, runs: parts }) =>
          pre
            ? { text: codeBlock(pre, textOf(parts)), isBlock: true }
            : { text: inline(parts, manner), isBlock: false },
        ),
      );
      return shared ? { text: inner.trim().replace(/^/gm, '> '), isBlock: true } : { text: inner, isBlock: false };
    }),
  );
}

function inBlocks(pieces: readonly { text: string; isBlock: boolean }[]): string {
  let written = '';
  let afterBlock = false;
  for (const { text, isBlock } of pieces) {
    if (text.trim() === '' && pieces.length > 1) continue;
    const isApart = written === '' || !(isBlock || afterBlock);
    written = isApart ? written + text : `${written.trimEnd()}\n\n${text.replace(/^\s*\n/, '')}`;
    afterBlock = isBlock;
  }
  return written;
}

function codeBlock(pre: MessageEntity, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestTicks(text) + 1));
  const language = (pre.type === 'pre' ? (pre.language ?? '') : '').replace(/[\s`]/g, '');
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

function longestTicks(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

function inline(runs: readonly Run[], manner: Manner): string {
  let written = '';
  for (const { shared, runs: linked } of grouped(runs, ({ link }) => link?.entity)) {
    const href = linked[0]?.link?.href;
    const inner = styled(linked, manner, manner.styled ? NESTING : [], written);
    written += shared && href !== undefined ? aroundWords(inner, (words) => `[${words}](${linkTarget(href)})`) : inner;
  }
  return written;
}

function styled(runs: readonly Run[], manner: Manner, styles: readonly Style[], before: string): string {
  const [style, ...others] = styles;
  if (style === undefined) return runs.map((run, index) => words(run, manner, index === 0 ? before : '.')).join('');
  return grouped(runs, (run) => run.styles.has(style))
    .map(({ shared, runs: marked }, index) => {
      const inner = styled(marked, manner, others, index === 0 ? before : '.');
      if (!shared) return inner;
      const mark = markOf(style, manner);
      // Emphasis ends with its paragraph.
      return inner
        .split(/(\n\s*\n)/)
        .map((piece) => aroundWords(piece, (each) => `${mark}${each}${mark}`))
        .join('');
    })
    .join('');
}

const MARKS: Readonly<Record<Exclude<Style, 'em'>, string>> = { strong: '**', del: '~~', spoiler: '||' };
const markOf = (style: Style, { em }: Manner): string => (style === 'em' ? em : MARKS[style]);

/** Blanks at the ends stay outside of the marks. */
function aroundWords(text: string, wrap: (words: string) => string): string {
  const inner = text.trim();
  if (inner === '') return text;
  const start = text.indexOf(inner);
  return `${text.slice(0, start)}${wrap(inner)}${text.slice(start + inner.length)}`;
}

function words({ text, code, isLiteral }: Run, { escapes }: Manner, before: string): string {
  if (code) return codeSpan(text);
  if (!escapes || isLiteral) return text;
  const isLineStart = before === '' || before.endsWith('\n');
  return text
    .replace(/[\\`*_[\]<>&~|]/g, '\\$&')
    .replace(/(^|\n)([ \t]*)([#+=-]|\d+[.)])/g, (whole, start: string, blanks: string, sign: string) =>
      start === '' && !isLineStart ? whole : `${start}${blanks}${sign.slice(0, -1)}\\${sign.slice(-1)}`,
    );
}

function codeSpan(text: string): string {
  return aroundWords(text, (inner) => {
    const ticks = '`'.repeat(longestTicks(inner) + 1);
    const pad = inner.startsWith('`') || inner.endsWith('`') ? ' ' : '';
    return `${ticks}${pad}${inner}${pad}${ticks}`;
  });
}

const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');

/** Whether Markdown shows the wanted words, and links to the wanted addresses. */
function saysTheSame(markdown: string, { words: wanted, hrefs }: { words: string; hrefs: readonly string[] }): boolean {
  if (withoutBlanks(plainWords(markdown)) !== wanted) return false;
  const found: string[] = [];
  renderMarkdown(markdown, {
    ...LINKS,
    link: (label, { href, isBare }) => {
      if (!isBare || hrefs.includes(href)) found.push(href);
      return label;
    },
  });
  return found.length === hrefs.length && found.every((href, index) => sameAddress(href, hrefs[index] ?? ''));
}

/** Readers of Markdown write characters of addresses in their own way. */
function sameAddress(a: string, b: string): boolean {
  const plain = (address: string): string => {
    try {
      return decodeURI(address);
    } catch {
      return address;
    }
  };
  return plain(a) === plain(b);
}

const LINKS: Omit<MarkdownForm, 'link'> = {
  text: (text) => text,
  emphasis: (_, inner) => inner,
  code: (text) => text,
  codeBlock: (text) => text,
  heading: (inner) => inner,
  quote: (inner) => inner,
  rule: '',
  bullet: '',
  task: { open: '', done: '' },
};
