import { parentPort, workerData } from 'node:worker_threads';
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import TurndownService from 'turndown';
import { plainWords } from '../../common/markdown/render-markdown';
import type { ExtractRequest, Extracted } from './extract-page';

/** Elements that are never text. */
const NOISE = 'script,style,noscript,template,iframe,svg,canvas,form,nav,link,meta,[hidden],[aria-hidden="true"]';

/** What the thread of `extractPage` runs: HTML → main text. */
function extract({ html: given, url, mode, isWhole }: ExtractRequest): Extracted {
  const html = wholePage(given);
  const { document } = parseHTML(html);
  const title = (document.querySelector('title')?.textContent ?? '').trim();
  const article = isWhole ? null : readable(html, url);
  let source = article?.content ?? '';
  let extractor: Extracted['extractor'] = 'readability';
  if ((article?.textContent ?? '').trim().length < 200) {
    for (const element of document.querySelectorAll(NOISE)) element.remove();
    const plain = document.body?.innerHTML ?? '';
    if ((document.body?.textContent ?? '').trim().length > (article?.textContent ?? '').trim().length) {
      source = plain;
      extractor = 'html';
    }
  }
  const markdown = toMarkdown(source, url);
  return {
    title: article?.title?.trim() || title,
    text: mode === 'text' ? plainWords(markdown) : markdown,
    extractor,
  };
}

/** HTML lets a page leave out html, head and body; the parser does not supply them. */
function wholePage(html: string): string {
  const text = html.replace(/<!doctype[^>]*>/gi, '');
  if (/<body[\s>]/i.test(text)) return /<html[\s>]/i.test(text) ? html : `<!doctype html><html>${text}</html>`;
  const title = /<title[^>]*>[\s\S]*?<\/title>/i.exec(text)?.[0] ?? '';
  const body = text.replace(title, '').replace(/<\/?(html|head)(\s[^>]*)?>/gi, '');
  return `<!doctype html><html><head>${title}</head><body>${body}</body></html>`;
}

function readable(html: string, url: string): ReturnType<Readability['parse']> {
  try {
    const { document } = parseHTML(html);
    const base = document.createElement('base');
    base.setAttribute('href', url);
    document.head?.append(base);
    return new Readability(document as never, { charThreshold: 100, maxElemsToParse: 60_000 }).parse();
  } catch {
    return null;
  }
}

function toMarkdown(html: string, url: string): string {
  const turndown = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' });
  turndown.remove(['script', 'style', 'noscript', 'iframe'] as never);
  turndown.addRule('links', {
    filter: 'a',
    replacement: (content, node) => {
      const href = (node as unknown as { getAttribute(name: string): string | null }).getAttribute('href') ?? '';
      const text = content.trim();
      if (text === '' || href === '' || href.startsWith('#') || /^(javascript|data):/i.test(href)) return content;
      try {
        return `[${text}](${new URL(href, url).href})`;
      } catch {
        return content;
      }
    },
  });
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  return turndown
    .turndown(document.body as never)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

parentPort?.postMessage(extract(workerData as ExtractRequest));
