import { graphemes } from './graphemes';

/**
 * The one place where text for people or models is cut. The page uses this file, too; it imports `graphemes` alone.
 * What is cut stays readable: a cut never falls into a character as people see it (an emoji of several parts, a letter
 * with its accents, a flag), and so never leaves half a surrogate pair, which providers refuse.
 */

/** So far around a place its borders are worked out from; where nothing certain is so near, the text is read from its start. */
const NEAR = 512;

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
const CR = 0x0d;
const LF = 0x0a;

/** Letters and signs that never join each other: Latin, Greek, Cyrillic, kana, ideographs, syllables of Hangul. */
const standsAlone = (unit: number): boolean =>
  unit < 0x300 ||
  (unit >= 0x370 && unit < 0x483) ||
  (unit >= 0x48a && unit < 0x530) ||
  (unit >= 0x3000 && unit < 0x302a) ||
  (unit >= 0x3041 && unit < 0x3097) ||
  (unit >= 0x30a0 && unit < 0x3100) ||
  (unit >= 0x3400 && unit < 0xa000) ||
  (unit >= 0xac00 && unit < 0xd7a4);

/** Whether a text may be cut between two units for certain, whatever stands around them. */
const isCertain = (before: number, after: number): boolean =>
  standsAlone(before) && standsAlone(after) && !(before === CR && after === LF);

/** The last place at or before `index` that does not stand inside a surrogate pair. */
function codePointBorder(text: string, index: number): number {
  if (index <= 0) return 0;
  if (index >= text.length) return text.length;
  return isLow(text.charCodeAt(index)) && isHigh(text.charCodeAt(index - 1)) ? index - 1 : index;
}

/** Start and end of the character around a place inside a text. */
function characterAround(text: string, at: number): { start: number; end: number } {
  let from = Math.max(0, at - NEAR);
  while (from < at && !isCertain(text.charCodeAt(from), text.charCodeAt(from + 1))) from++;
  if (from === at) from = 0;
  let to = Math.min(text.length, at + NEAR);
  if (isLow(text.charCodeAt(to))) to--;
  const found = graphemes()
    .segment(text.slice(from, to))
    .containing(at - from);
  const start = from + (found?.index ?? 0);
  return { start, end: start + (found?.segment.length ?? 1) };
}

/**
 * The last place at or before `index` at which the text may be cut; takes no longer for a long text than for a short one.
 * Inside a single character that is longer than all that is asked for (a letter under a thousand accents), the border of
 * a code point.
 * @param index in UTF-16 units, as every index of a string
 */
export function graphemeBorder(text: string, index: number): number {
  const at = codePointBorder(text, Math.floor(index));
  if (at === 0 || at === text.length || isCertain(text.charCodeAt(at - 1), text.charCodeAt(at))) return at;
  return characterAround(text, at).start || at;
}

/** The same towards the end: the first place at or after `index`. */
function borderAfter(text: string, index: number): number {
  if (index <= 0) return 0;
  if (index >= text.length) return text.length;
  if (isCertain(text.charCodeAt(index - 1), text.charCodeAt(index))) return index;
  const { start, end } = characterAround(text, index);
  if (start === index) return index;
  if (end < text.length) return end;
  return codePointBorder(text, index) === index ? index : index + 1;
}

export interface CutOptions {
  /** What stays: the start, the end, or both, so that the middle is left out. */
  keep?: 'start' | 'end' | 'both';
  /**
   * What stands where something is missing: "…", nothing (`''`), or a note made from the number of characters left out.
   * It counts towards the limit; where it would not leave room for text it is left out itself.
   */
  mark?: string | ((leftOut: number) => string);
  /** What the limit counts: UTF-16 units (`length`), or bytes of UTF-8. */
  unit?: 'length' | 'bytes';
}

/** A note for a model: how much is missing and, where there is a way, how to see it. */
export const leftOutNote =
  (wayOn?: string) =>
  (count: number): string =>
    `\n[… ${count} characters left out${wayOn === undefined ? '' : `; ${wayOn}`} …]\n`;

/** A text of at most `most` units, whole where it fits. Words are not looked at, characters as people see them are. */
export function cutText(text: string, most: number, options: CutOptions = {}): string {
  const { keep = 'start', mark = '…', unit = 'length' } = options;
  const isBytes = unit === 'bytes';
  if (text.length <= most && (!isBytes || unitsWithin(text, most) === text.length)) return text;
  const markOf = typeof mark === 'string' ? (): string => mark : mark;
  // A note that names a number is longest with the largest number.
  const longest = markOf(text.length);
  const room = most - (isBytes ? byteLength(longest) : longest.length);
  if (room <= 0) return mark === '' || most <= 0 ? '' : cutText(text, most, { keep, mark: '', unit });
  const front = keep === 'end' ? 0 : keep === 'both' ? Math.ceil(room / 2) : room;
  const back = room - front;
  const end = graphemeBorder(text, isBytes ? unitsWithin(text, front) : front);
  const start = borderAfter(text, text.length - (isBytes ? unitsWithinEnd(text, back) : back));
  if (start <= end) return text;
  return text.slice(0, end) + markOf(start - end) + text.slice(start);
}

/** Bytes that the unit at an index takes in UTF-8; each half of a pair takes two of the pair's four. */
function bytesAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0x800) return unit < 0x80 ? 1 : 2;
  const isPaired = isHigh(unit) ? isLow(text.charCodeAt(index + 1)) : isLow(unit) && isHigh(text.charCodeAt(index - 1));
  return isPaired ? 2 : 3;
}

function byteLength(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) bytes += bytesAt(text, index);
  return bytes;
}

/** How many units from the start take at most so many bytes. */
function unitsWithin(text: string, most: number): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    bytes += bytesAt(text, index);
    if (bytes > most) return index;
  }
  return text.length;
}

/** How many units before the end take at most so many bytes. */
function unitsWithinEnd(text: string, most: number): number {
  let bytes = 0;
  for (let count = 0; count < text.length; count++) {
    bytes += bytesAt(text, text.length - 1 - count);
    if (bytes > most) return count;
  }
  return text.length;
}
