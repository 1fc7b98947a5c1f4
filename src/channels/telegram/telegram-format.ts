import { alignTable, isTableStart } from '../text/tables';

/** Markdown as a model writes it → the HTML that Telegram understands. Unknown markup stays text. */
export function telegramHtml(markdown: string): string {
  const out: string[] = [];
  const lines = markdown.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const fence = /^\s*(```+|~~~+)\s*([\w+#.-]*)/.exec(line);
    if (fence) {
      const body: string[] = [];
      for (index++; index < lines.length && !(lines[index] ?? '').trim().startsWith(fence[1] ?? '```'); index++)
        body.push(lines[index] ?? '');
      const code = escapeHtml(body.join('\n'));
      out.push(
        fence[2] ? `<pre><code class="language-${escapeHtml(fence[2])}">${code}</code></pre>` : `<pre>${code}</pre>`,
      );
    } else if (isTableStart(lines, index)) {
      const table: string[] = [];
      for (; index < lines.length && (lines[index] ?? '').includes('|'); index++) table.push(lines[index] ?? '');
      index--;
      out.push(`<pre>${escapeHtml(alignTable(table))}</pre>`);
    } else if (/^\s*>/.test(line)) {
      const quote: string[] = [];
      for (; index < lines.length && /^\s*>/.test(lines[index] ?? ''); index++)
        quote.push((lines[index] ?? '').replace(/^\s*>\s?/, ''));
      index--;
      out.push(`<blockquote>${quote.map(inline).join('\n')}</blockquote>`);
    } else out.push(blockLine(line));
  }
  return out.join('\n');
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function blockLine(line: string): string {
  const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line);
  if (heading) return `<b>${inline(heading[1] ?? '')}</b>`;
  if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) return '———';
  const bullet = /^(\s*)[-*+]\s+(.*)$/.exec(line);
  if (bullet) return `${bullet[1] ?? ''}• ${inline(bullet[2] ?? '')}`;
  return inline(line);
}

/** Private-use characters stand for finished pieces while the rest of the line is converted. */
const SLOT = /\uE000(\d+)\uE001/g;

function inline(text: string): string {
  const done: string[] = [];
  const keep = (html: string): string => `\uE000${done.push(html) - 1}\uE001`;
  const converted = escapeHtml(
    text
      .replace(/[\uE000\uE001]/g, '')
      .replace(/(`+)(.+?)\1(?!`)/g, (_, __, code: string) =>
        keep(`<code>${escapeHtml(code.trim() === '' ? code : code.trim())}</code>`),
      )
      .replace(/!?\[([^\]\n]*)\]\((\S+?)(?:\s+"[^"]*")?\)/g, (whole, label: string, url: string) =>
        linkOrText(whole, label, url, keep),
      ),
  )
    .replace(/\*\*(?=\S)(.+?)(?<=\S)\*\*/g, '<b>$1</b>')
    .replace(/__(?=\S)(.+?)(?<=\S)__/g, '<b>$1</b>')
    .replace(/~~(?=\S)(.+?)(?<=\S)~~/g, '<s>$1</s>')
    .replace(/(^|[^\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])/g, '$1<i>$2</i>')
    .replace(/(^|[^\w_])_(?=[^\s_])([^_\n]+?)(?<=\S)_(?![\w_])/g, '$1<i>$2</i>')
    .replace(/\|\|(?=\S)(.+?)(?<=\S)\|\|/g, '<tg-spoiler>$1</tg-spoiler>');
  let html = nested(converted);
  // Links may hold code, so pieces are put back until none is left.
  while (html.includes('\uE000')) html = html.replace(SLOT, (_, slot: string) => done[Number(slot)] ?? '');
  return html;
}

/** Marks that overlap (`**a *b** c*`) are closed and opened again: Telegram takes only tags that are properly nested. */
function nested(html: string): string {
  const open: string[] = [];
  return html.replace(/<(\/?)(b|i|s|tg-spoiler)>/g, (tag, closing: string, name: string) => {
    if (!closing) {
      open.push(name);
      return tag;
    }
    const inner = open.splice(open.lastIndexOf(name)).slice(1);
    open.push(...inner);
    const close = [...inner].reverse().map((entry) => `</${entry}>`);
    return `${close.join('')}${tag}${inner.map((entry) => `<${entry}>`).join('')}`;
  });
}

function linkOrText(whole: string, label: string, url: string, keep: (html: string) => string): string {
  if (!/^(https?|tg|mailto):/i.test(url)) return whole;
  return keep(`<a href="${escapeHtml(url).replaceAll('"', '&quot;')}">${escapeHtml(label === '' ? url : label)}</a>`);
}
