import { type MarkdownForm, renderMarkdown } from '../../common/markdown/render-markdown';
import { splitMarkdown } from '../../common/markdown/split-markdown';
import { escaped } from './content/slack-markup';

const DEFAULT_CHARS = 4000;
/** Links that Slack takes. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** Pieces of Markdown whose form in Slack is short enough. */
export const slackChunks = (markdown: string, chars = DEFAULT_CHARS): string[] =>
  splitMarkdown(markdown, (piece) => mrkdwn(piece).length <= chars);

/** Markdown as a model writes it → Slack's own markup (https://docs.slack.dev/messaging/formatting-message-text). */
export const mrkdwn = (markdown: string): string => renderMarkdown(markdown, FORM).trim();

/** Whether Slack may fetch what the links of a message lead to: only where the owner wants that. */
export const unfurling = (linkPreview: boolean | undefined): Record<string, boolean> => ({
  unfurl_links: linkPreview === true,
  unfurl_media: linkPreview === true,
});

/** Slack's markup with each address as code: for places that know no switch for previews. */
export const withoutLinks = (text: string): string =>
  text
    .replace(/`+[^`]*`+|<((?:https?|mailto):[^|>]+)(?:\|([^>]+))?>/g, (whole, url?: string, label?: string) =>
      url === undefined ? whole : label && !url.endsWith(label) ? `${label} (\`${url}\`)` : `\`${url}\``,
    )
    .replace(/`+[^`]*`+|[^\s`<>()|]+/g, (piece) =>
      piece.startsWith('`') || !LOOKS_LIKE_ADDRESS.test(piece) ? piece : `\`${piece}\``,
    );

const LOOKS_LIKE_ADDRESS = /:\/\/|[\w-]\.\p{L}{2}/u;

/** People and channels that the model names by their ids stay what they are. */
const withMentions = (text: string): string =>
  text
    .split(/(<(?:@[UW]\w+|#\w+)>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : escaped(piece)))
    .join('');

const MARKS = { strong: '*', em: '_', del: '~' } as const;
const IN_WORD = /[\p{L}\p{N}_]/u;

/** Marks hold within one line, and only between words: elsewhere Slack shows them, so that there the words stand bare. */
function marked(mark: string, inner: string): string {
  return inner
    .split('\n')
    .map((line) => {
      const words = line.trim();
      return words === '' ? line : line.replace(words, () => `${mark}${words}${mark}`);
    })
    .join('\n');
}

/** Three backticks inside code would end it. */
const fenced = (text: string): string => `\`\`\`\n${escaped(text.replaceAll('```', '`\u200b`\u200b`'))}\n\`\`\``;

const FORM: MarkdownForm = {
  text: withMentions,
  emphasis: (kind, inner, { before, after }) =>
    kind === 'spoiler'
      ? `||${inner}||`
      : IN_WORD.test(before) || IN_WORD.test(after)
        ? inner
        : marked(MARKS[kind], inner),
  code: (text) => (text.includes('`') ? escaped(text) : `\`${escaped(text)}\``),
  link(label, { href, words, isBare }) {
    if (isBare) return /^https?:\/\//i.test(words) ? `<${escaped(words).replaceAll('|', '%7C')}>` : label;
    if (!URL.canParse(href) || !SCHEMES.has(new URL(href).protocol)) return undefined;
    return `<${escaped(href).replaceAll('|', '%7C')}|${escaped(words || href).replaceAll('|', '/')}>`;
  },
  codeBlock: fenced,
  heading: (inner) => marked('*', inner),
  quote: (inner, depth) => inner.replace(/^/gm, depth === 0 ? '> ' : '&gt; '),
  rule: '———',
  bullet: '•',
  task: { open: '☐', done: '☑' },
};
