import { shortId } from '../../common/short-id';
import type { OutboundMessage } from '../channel-adapter';
import { type MarkdownForm, renderMarkdown } from '../../common/markdown/render-markdown';
import { linkTarget } from '../../common/markdown/markdown-tree';
import { splitMarkdown } from '../../common/markdown/split-markdown';
import { onOneLine } from '../../common/text/edges';

export const MAX_CHARS = 2000;
const DEFAULT_LINES = 17;

/** Markdown as Discord reads it: its own flavour, without tables, pictures and references (https://support.discord.com/hc/articles/210298617). */
export const discordMarkdown = (markdown: string): string => renderMarkdown(markdown, FORM).trim();

/** Pieces of at most so many characters, and of few lines, so that nobody has to scroll past one. */
export function discordChunks(markdown: string, limits: { chars?: number; lines?: number }): string[] {
  const { chars = MAX_CHARS, lines = DEFAULT_LINES } = limits;
  return splitMarkdown(markdown, (piece) => {
    const text = discordMarkdown(piece);
    return text.length <= chars && lineCount(text) <= lines;
  });
}

const lineCount = (text: string): number => text.split('\n').length;

/** Suppresses notifications. */
const SILENT = 1 << 12;
const VOICE = 1 << 13;

/** Discord neither fetches nor shows what links lead to. */
const WITHOUT_EMBEDS = 1 << 2;

/** Flags of a message: a recording as a voice message, a message without a sound. */
export const flagsOf = ({ file, text, silent }: OutboundMessage): number =>
  (file?.kind === 'voice' && text === '' ? VOICE : 0) | (silent ? SILENT : 0);

/** An address in a message would be fetched without anybody touching it: only where the owner wants that. */
export const embedFlags = (linkPreview: boolean | undefined): number => (linkPreview === true ? 0 : WITHOUT_EMBEDS);

/** Fields of a message that hold its text. */
export const contentOf = ({ text }: OutboundMessage): { content: string; allowed_mentions: object } => ({
  content: discordMarkdown(text),
  // Nobody's words call a whole server.
  allowed_mentions: { parse: ['users'] },
});

/** Number of a delivery as Discord takes it: at most 25 characters. */
export const nonceOf = (deliveryId: string): string => shortId(deliveryId.replaceAll('-', ''), 25);

/** Whether a message shows a beginning of a text. */
export const isBeginning = (shown: string, whole: string): boolean =>
  shown !== '' && shown !== whole && whole.startsWith(shown);

/** People, roles, channels, emoji, times and commands that are named by their ids. */
const NAMED = /(<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|\/[^>\n]{1,120}:\d+)>)/;

/** Words as they are: signs that Discord would read as marks are escaped. One that stands alone was escaped before. */
const literal = (text: string): string =>
  /^[!-/:-@[-`{-~]$/.test(text)
    ? `\\${text}`
    : text
        .split(NAMED)
        .map((piece, index) => (index % 2 === 1 ? piece : escapeMarks(piece)))
        .join('');

const escapeMarks = (text: string): string =>
  text
    .replace(
      /\\(?=[!-/:-@[-`{-~])|`|\*(?!\s|$)|(?<!\s|^)\*|~~|\|\||_(?=_)|(?<=_)_|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu,
      (mark) => mark.replace(/./g, '\\$&'),
    )
    .replace(/^(?:-#|>{1,3}|#{1,3}|[*+-])(?=\s|$)/gm, '\\$&')
    .replace(/^(\d+)(?=\.(?:\s|$))/gm, '$1\\');

const MARKS = { strong: '**', em: '*', del: '~~', spoiler: '||' } as const;
const HEADINGS = 3;
/** A heading is one line, and signs that stand alone at its end would close it. */
const oneLine = (text: string): string => onOneLine(text).replace(/(^|\s)(#+)$/, '$1\\$2');

const FORM: MarkdownForm = {
  text: literal,
  emphasis: (kind, inner) => (inner === '' ? '' : `${MARKS[kind]}${inner}${MARKS[kind]}`),
  code: (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``),
  link(label, { href, words, isBare }) {
    if (isBare) return words;
    if (!URL.canParse(href) || !['http:', 'https:'].includes(new URL(href).protocol)) return undefined;
    return `[${label || words || href}](${linkTarget(href)})`;
  },
  // Three backticks inside code would end it.
  codeBlock: (text, language) => `\`\`\`${language}\n${text.replaceAll('```', '`\u200b`\u200b`')}\n\`\`\``,
  heading: (inner, depth) =>
    inner === '' ? '' : depth <= HEADINGS ? `${'#'.repeat(depth)} ${oneLine(inner)}` : `**${oneLine(inner)}**`,
  quote: (inner) => inner.replace(/^/gm, '> '),
  rule: '———',
  bullet: '-',
  task: { open: '☐', done: '☑' },
};
