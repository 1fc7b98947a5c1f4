import { type MarkdownForm, renderMarkdown } from '../../common/markdown/render-markdown';
import { splitMarkdown } from '../../common/markdown/split-markdown';

/** Telegram keeps the first hundred marked places of a message and drops the others. */
const MAX_ENTITIES = 100;
const TAGS = { strong: 'b', em: 'i', del: 's', spoiler: 'tg-spoiler' } as const;
/** Links that Telegram takes. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'tg:', 'mailto:']);

/** Markdown as a model writes it → the HTML that Telegram understands (https://core.telegram.org/bots/api#html-style). */
export const telegramHtml = (markdown: string): string => renderMarkdown(markdown, FORM);

/** Pieces of Markdown of at most so many characters of visible text, in UTF-16 units, as Telegram counts. */
export const telegramChunks = (markdown: string, chars: number): string[] =>
  splitMarkdown(markdown, (piece) => {
    const html = telegramHtml(piece);
    return (
      (html.length <= chars || visibleLength(html) <= chars) && (html.match(/<[a-z]/g) ?? []).length <= MAX_ENTITIES
    );
  });

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Length of what a reader sees of our own HTML. */
const visibleLength = (html: string): number =>
  html.replace(/<[^>]*>/g, '').replace(/&(?:amp|lt|gt|quot);/g, '_').length;

const attribute = (text: string): string => escapeHtml(text).replaceAll('"', '&quot;');

const FORM: MarkdownForm = {
  text: escapeHtml,
  emphasis: (kind, inner) => (inner === '' ? '' : `<${TAGS[kind]}>${inner}</${TAGS[kind]}>`),
  code: (text) => `<code>${escapeHtml(text)}</code>`,
  link(label, { href, isBare }) {
    const scheme = URL.canParse(href) ? new URL(href).protocol : undefined;
    if (isBare && (scheme === undefined || SCHEMES.has(scheme))) return label;
    if (scheme === undefined || !SCHEMES.has(scheme)) return undefined;
    return `<a href="${attribute(href)}">${label === '' ? escapeHtml(href) : label}</a>`;
  },
  codeBlock: (text, language) =>
    language === ''
      ? `<pre>${escapeHtml(text)}</pre>`
      : `<pre><code class="language-${attribute(language)}">${escapeHtml(text)}</code></pre>`,
  heading: (inner) => (inner === '' ? '' : `<b>${inner}</b>`),
  // A quote inside a quote is refused.
  quote: (inner, depth) => (depth === 0 ? `<blockquote>${inner}</blockquote>` : inner.replace(/^/gm, '&gt; ')),
  rule: '———',
  bullet: '•',
  task: { open: '☐', done: '☑' },
};
