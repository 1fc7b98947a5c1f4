/**
 * Edges of texts, in the time that the edge takes. A pattern such as `/x+$/` begins anew at each `x` of the text and reads
 * to the end of its run: of a long run in the middle that takes the square of its length.
 */

/** The signs of a set at the end of a text. */
export function endOf(text: string, signs: string): string {
  let at = text.length;
  while (at > 0 && signs.includes(text.charAt(at - 1))) at--;
  return text.slice(at);
}

export const withoutEnd = (text: string, signs: string): string =>
  text.slice(0, text.length - endOf(text, signs).length);

/** Without the signs of a set at both ends. */
export function withoutEdges(text: string, signs: string): string {
  const kept = withoutEnd(text, signs);
  let at = 0;
  while (at < kept.length && signs.includes(kept.charAt(at))) at++;
  return kept.slice(at);
}

/** Each line break is a blank, with whatever blanks stand around it. */
export const onOneLine = (text: string): string => text.replace(/\s+/g, (gap) => (gap.includes('\n') ? ' ' : gap));
