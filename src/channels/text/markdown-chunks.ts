/** Whether a piece of Markdown fits one message of a platform; what is true of a text is true of its beginnings. */
export type Fits = (markdown: string) => boolean;

/**
 * Splits Markdown into pieces that fit. Breaks at paragraphs, then lines, sentences, words; a code block that has to be
 * cut is closed and opened again.
 */
export function chunkMarkdown(markdown: string, fits: Fits): string[] {
  const text = markdown.trim();
  if (text === '') return [];
  if (fits(text)) return [text];
  const chunks: string[] = [];
  let current = '';
  for (const block of blocks(text)) {
    const joined = current === '' ? block : `${current}\n\n${block}`;
    if (fits(joined)) {
      current = joined;
      continue;
    }
    if (current !== '') chunks.push(current);
    const pieces = fits(block) ? [block] : splitBlock(block, fits);
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

function splitBlock(block: string, fits: Fits): string[] {
  const fence = /^\s*(```+|~~~+)([^\n]*)\n/.exec(block);
  if (!fence) return pack(block, fits, (text) => text);
  const [, mark = '```', info = ''] = fence;
  const body = block.slice(fence[0].length).replace(new RegExp(`\\n?\\s*${mark}\\s*$`), '');
  return pack(body, fits, (text) => `${mark}${info}\n${text}\n${mark}`);
}

const BREAKS = [/\n/g, /(?<=[.!?…])\s+/g, /\s+/g] as const;

/** Cuts a text so that each wrapped piece fits, at the best break there is. */
function pack(text: string, fits: Fits, wrap: (text: string) => string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest !== '' && !fits(wrap(rest))) {
    const size = largestFit(rest, fits, wrap);
    const cut = bestBreak(rest, size);
    pieces.push(wrap(rest.slice(0, cut).trimEnd()));
    rest = rest.slice(cut).replace(/^\n|^[ \t]+/, '');
  }
  if (rest.trim() !== '') pieces.push(wrap(rest));
  return pieces;
}

function largestFit(text: string, fits: Fits, wrap: (text: string) => string): number {
  let low = 1;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(wrap(text.slice(0, middle)))) low = middle;
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
