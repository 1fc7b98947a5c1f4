import { graphemes } from '../graphemes';

/** Scripts and symbols that take two columns on a terminal. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|[\u{17000}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}])/u;
/** Marks that stand on the character before them. */
const MARK_ONLY = /^\p{M}+$/u;
const PLAIN = /^[\x20-\x7E]*$/;
const CUT = '…';

const widthOf = (character: string): number => (WIDE.test(character) ? 2 : MARK_ONLY.test(character) ? 0 : 1);

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes().segment(text)) width += widthOf(segment);
  return width;
}

/** Filled up with spaces to a number of columns. */
export const padToWidth = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/** The beginning of a text that takes no more columns than there are, with a sign where something is left out. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let taken = 1;
  for (const { segment } of graphemes().segment(text)) {
    taken += widthOf(segment);
    if (taken > width) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${CUT}`;
}

/** Lines of a text that take no more columns than there are, broken between words where that is possible. */
export function wrapToWidth(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  // Spaces in front belong to the text: they indent it.
  let isFirst = true;
  for (const word of text.split(' ')) {
    const longer = isFirst || (line === '' && lines.length > 0) ? word : `${line} ${word}`;
    isFirst = false;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line.trim() !== '') lines.push(line);
    line = '';
    for (const { segment } of displayWidth(word) <= width ? [{ segment: word }] : graphemes().segment(word)) {
      if (displayWidth(line + segment) > width) {
        lines.push(line);
        line = '';
      }
      line += segment;
    }
  }
  return [...lines, line];
}
