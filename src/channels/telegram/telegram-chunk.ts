import { telegramHtml } from './telegram-format';

/**
 * Splits Markdown into pieces whose HTML fits a limit. Breaks at paragraphs, then lines, sentences, words; a code
 * block that has to be cut is closed and opened again.
 * @param limit in UTF-16 units, as Telegram counts
 */
export function chunkMarkdown(markdown: string, limit: number): string[] {
  const text = markdown.trim();
  if (text === '') return [];
  if (telegramHtml(text).length <= limit) return [text];
  const chunks: string[] = [];
  let current = '';
  for (const block of blocks(text)) {
    const joined = current === '' ? block : `${current}\n\n${block}`;
    if (telegramHtml(joined).length <= limit) {
      current = joined;
      continue;
    }
    if (current !== '') chunks.push(current);
    const pieces = telegramHtml(block).length <= limit ? [block] : splitBlock(block, limit);
    current = pieces.pop() ?? '';
    chunks.push(...pieces);
  }
  if (current !== '') chunks.push(current);
  return chunks;
}

/** Paragraphs; a fenced code block is one block, whatever it holds. */
function blocks(text: string): string[] {
  const result: string[] = [];
  let current: string[] = [];
  let fence: string | undefined;
  const end = (): void => {
    if (current.length > 0) result.push(current.join('\n'));
    current = [];
  };
  for (const line of text.split('\n')) {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence === undefined && mark) {
      end();
      fence = mark;
      current.push(line);
    } else if (fence !== undefined) {
      current.push(line);
      if (line.trim().startsWith(fence)) {
        fence = undefined;
        end();
      }
    } else if (line.trim() === '') end();
    else current.push(line);
  }
  end();
  return result;
}

function splitBlock(block: string, limit: number): string[] {
  const fence = /^\s*(```+|~~~+)([^\n]*)\n/.exec(block);
  if (!fence) return pack(block, limit, (text) => text);
  const [, mark = '```', info = ''] = fence;
  const body = block.slice(fence[0].length).replace(new RegExp(`\\n?\\s*${mark}\\s*$`), '');
  return pack(body, limit, (text) => `${mark}${info}\n${text}\n${mark}`);
}

const BREAKS = [/\n/g, /(?<=[.!?…])\s+/g, /\s+/g] as const;

/** Cuts a text so that each wrapped piece fits, at the best break there is. */
function pack(text: string, limit: number, wrap: (text: string) => string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest !== '' && telegramHtml(wrap(rest)).length > limit) {
    const size = largestFit(rest, limit, wrap);
    const cut = bestBreak(rest, size);
    pieces.push(wrap(rest.slice(0, cut).trimEnd()));
    rest = rest.slice(cut).replace(/^\n|^[ \t]+/, '');
  }
  if (rest.trim() !== '') pieces.push(wrap(rest));
  return pieces;
}

function largestFit(text: string, limit: number, wrap: (text: string) => string): number {
  let low = 1;
  let high = Math.min(text.length, limit);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (telegramHtml(wrap(text.slice(0, middle))).length <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function bestBreak(text: string, size: number): number {
  for (const pattern of BREAKS) {
    let best = -1;
    for (const match of text.slice(0, size + 1).matchAll(pattern)) if (match.index >= size * 0.4) best = match.index;
    if (best > 0) return best;
  }
  // No break at all: never between the halves of a surrogate pair.
  const code = text.charCodeAt(size - 1);
  return code >= 0xd800 && code <= 0xdbff && size > 1 ? size - 1 : size;
}
