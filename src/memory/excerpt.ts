import { cutText, graphemeBorder } from '../common/cut-text';
import { termsOf } from './search-terms';

/** Steps in which the place is looked for. */
const STEP = 100;

/** At most `most` characters of a text, from where most of what a query asks for stands. */
export function excerptOf(text: string, query: string, most: number): string {
  if (text.length <= most) return text;
  const wanted = new Set(termsOf(query));
  let best = { start: 0, found: 0 };
  for (let start = 0; start < text.length; start += STEP) {
    const found = new Set(termsOf(text.slice(start, start + most - STEP)).filter((term) => wanted.has(term))).size;
    if (found > best.found) best = { start, found };
    if (start + most - STEP >= text.length) break;
  }
  // A little of what stands before makes it understood.
  const start = graphemeBorder(text, Math.max(0, best.start - STEP / 2));
  return `${start > 0 ? '…' : ''}${cutText(text.slice(start), most - 1)}`;
}
