import { chunkMarkdown } from '../text/markdown-chunks';
import { tablesAsCode } from '../text/tables';

const DEFAULT_CHARS = 4000;

/** Pieces of Markdown whose form in Slack is short enough. */
export const slackChunks = (markdown: string, chars = DEFAULT_CHARS): string[] =>
  chunkMarkdown(tablesAsCode(markdown), (piece) => mrkdwn(piece).length <= chars);

/** Markdown as a model writes it → Slack's own markup. */
export function mrkdwn(markdown: string): string {
  const out: string[] = [];
  let fence: string | undefined;
  for (const line of tablesAsCode(markdown).split('\n')) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence === undefined && mark) {
      fence = mark;
      out.push('```');
    } else if (fence !== undefined && line.trim().startsWith(fence)) {
      fence = undefined;
      out.push('```');
    } else out.push(fence === undefined ? blockLine(line) : escaped(line));
  }
  return out.join('\n').trim();
}

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
    .replace(/`+[^`]*`+|[^\s`<>()|]*(?::\/\/|[\w-]\.\p{L}{2})[^\s`<>()|]*/gu, (piece) =>
      piece.startsWith('`') ? piece : `\`${piece}\``,
    );

/** Slack's markup → plain words: links as their text and address, names of channels, the three escaped characters. */
export function plainText(text: string, names: (userId: string) => string | undefined = () => undefined): string {
  return text
    .replace(/<@([UW]\w+)(?:\|([^>]+))?>/g, (_, id: string, name?: string) => `@${names(id) ?? name ?? id}`)
    .replace(/<#(\w+)\|([^>]*)>/g, (_, id: string, name: string) => `#${name || id}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, '@$1')
    .replace(/<!subteam\^\w+(?:\|([^>]*))?>/g, (_, name?: string) => name ?? '@group')
    .replace(/<((?:https?|mailto):[^|>]+)\|([^>]+)>/g, (_, url: string, label: string) =>
      url.endsWith(label) ? label : `${label} (${url})`,
    )
    .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function blockLine(line: string): string {
  const quote = /^\s*>\s?(.*)$/.exec(line);
  if (quote) return `> ${inline(quote[1] ?? '')}`;
  const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line);
  if (heading) return `*${inline((heading[1] ?? '').replace(/\*\*/g, ''))}*`;
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) return '———';
  const bullet = /^(\s*)[-*+]\s+(.*)$/.exec(line);
  if (bullet) return `${bullet[1] ?? ''}• ${inline(bullet[2] ?? '')}`;
  return inline(line);
}

/** Private-use characters stand for finished pieces while the rest of the line is converted. */
const SLOT = /\uE000(\d+)\uE001/g;

function inline(text: string): string {
  const done: string[] = [];
  const keep = (piece: string): string => `\uE000${done.push(piece) - 1}\uE001`;
  const BOLD = '\uE002';
  let converted = escaped(
    text
      .replace(/[\uE000-\uE002]/g, '')
      .replace(/(`+)(.+?)\1(?!`)/g, (_, __, code: string) => keep(`\`${escaped(code)}\``))
      .replace(/<(@[UW]\w+|#\w+)>/g, (whole) => keep(whole))
      .replace(/!?\[([^\]\n]*)\]\((\S+?)(?:\s+"[^"]*")?\)/g, (whole, label: string, url: string) =>
        /^(https?|mailto):/i.test(url)
          ? keep(`<${escaped(url).replaceAll('|', '%7C')}|${escaped(label || url).replaceAll('|', '/')}>`)
          : whole,
      ),
  )
    .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, `${BOLD}$2${BOLD}`)
    .replace(/~~(?=\S)(.+?)(?<=\S)~~/g, '~$1~')
    .replace(/(^|[^\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])/g, '$1_$2_')
    .replaceAll(BOLD, '*');
  while (converted.includes('\uE000'))
    converted = converted.replace(SLOT, (_, slot: string) => done[Number(slot)] ?? '');
  return converted;
}
