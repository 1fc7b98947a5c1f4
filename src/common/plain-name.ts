import { graphemes } from './graphemes';

/** What turns text around, hides, or has no look of its own. Joiners and variation signs stay: emoji, Persian and Indic need them. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Bidi_Control}\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const BLANKS = /[\p{Z}\t-\r\u0085]+/gu;
const MOST = 200;
const CUT = '…';
/** Units at either end in which its signs are looked for; of a longer name nobody sees the middle. */
const REACH = 4000;

/**
 * A name that somebody chose (of a person, a place, a file) as one line of visible text: names stand in labels before the
 * words of others, and must neither end the label nor turn it around. Line breaks become blanks, direction marks and
 * what can't be seen go; of more than 200 characters the middle is left out, so that the end of a file's name stays.
 */
export function plainName(name: string): string {
  const line = name.replace(BLANKS, ' ').replace(UNSEEN, '').replace(BLANKS, ' ').trim();
  if (line.length <= MOST) return line;
  const half = Math.floor((MOST - 1) / 2);
  if (line.length > 2 * REACH) {
    // eslint-disable-next-line openclaw/cut-text -- half a sign at the inner border is taken off below
    const [start, end] = [signsOf(line.substring(0, REACH)), signsOf(line.substring(line.length - REACH))];
    return `${start.slice(0, -1).slice(0, half).join('')}${CUT}${end.slice(1).slice(-half).join('')}`;
  }
  const signs = signsOf(line);
  return signs.length <= MOST ? line : `${signs.slice(0, half).join('')}${CUT}${signs.slice(-half).join('')}`;
}

const signsOf = (text: string): string[] => [...graphemes().segment(text)].map(({ segment }) => segment);

/** The same of a name that may not be known, or have nothing to see in it: undefined then. */
export const knownName = (name: string | undefined): string | undefined => plainName(name ?? '') || undefined;
