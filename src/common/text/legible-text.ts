import { type DecodedText, decodeText, encodingNote } from './decode-text';

/** Text for reading, which need not be written back. */
export interface LegibleText {
  text: string;
  /** What is said of it, where it is not plain UTF-8. */
  note?: string;
}

const REPLACEMENT = '\ufffd';
/** Beyond ASCII, of so many letters one may be broken. */
const LETTERS_TO_ONE = 10;
const DAMAGED = `some of its bytes are broken; they stand as ${REPLACEMENT}`;
const NO_TEXT = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/;

/**
 * Text of a file as far as it can be read: also of one that was cut off in the middle of a letter, or has some broken
 * bytes. Nobody may write it back: what is broken would be lost.
 */
export function legibleText(bytes: Uint8Array): LegibleText | undefined {
  const decoded = decodeText(bytes);
  if (decoded && !isCodePage(decoded)) return noted(decoded);
  const damaged = damagedText(bytes);
  if (damaged !== undefined) return { text: damaged, note: DAMAGED };
  return decoded && noted(decoded);
}

const isCodePage = ({ encoding, isGuess }: DecodedText): boolean => isGuess && !encoding.startsWith('utf-');

function noted(decoded: DecodedText): LegibleText {
  const note = decoded.isGuess ? encodingNote(decoded) : undefined;
  return { text: decoded.text, ...(note === undefined ? {} : { note }) };
}

/** Of UTF-8 and UTF-16 with its mark; undefined where most of it would be guessed. */
function damagedText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = isWide ? (first === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes);
  if (NO_TEXT.test(text)) return undefined;
  let [broken, whole] = [0, 0];
  for (const letter of text)
    if (letter === REPLACEMENT) broken++;
    else if (isWide || letter > '\x7f') whole++;
  return whole > 0 && broken <= Math.max(1, whole / LETTERS_TO_ONE) ? text : undefined;
}
