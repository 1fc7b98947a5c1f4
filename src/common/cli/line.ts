import { cutToWidth, displayWidth } from './display-width';
import { type Tint, tinted } from './terminal-style';
import { readableText } from '../visible-text';

/** A piece of a line in one look. */
export interface Span {
  text: string;
  tint?: Tint;
}

/** One line of the screen, from left to right. */
export type Line = readonly Span[];

export const EMPTY: Line = [];

export const lineOf = (text: string, tint?: Tint): Line => [tint === undefined ? { text } : { text, tint }];

const TAB = '    ';

/** What stands in a line: whatever would steer the terminal is spelt out, and a tab is the spaces that it is shown as. */
export const shownText = (text: string): string => readableText(text).replaceAll('\n', ' ').replaceAll('\t', TAB);

/**
 * A line as the bytes that draw it. This is the only way from a line to the terminal: text of others is made harmless
 * here, whatever was done to it before, and nothing is wider than the terminal.
 */
export function drawn(line: Line, columns: number): string {
  let left = columns;
  let bytes = '';
  for (const { text, tint } of line) {
    if (left <= 0) break;
    const cut = cutToWidth(shownText(text), left);
    left -= displayWidth(cut);
    bytes += tinted(cut, tint);
  }
  return bytes;
}
