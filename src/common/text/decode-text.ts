import { codePageText } from './code-page-text';
import { guessEncoding } from './guess-encoding';

/** Name of an encoding as `TextDecoder` knows it, and UTF-32, which it does not. */
export type EncodingName = string;

/** How the text of a file is written down. */
export interface TextForm {
  encoding: EncodingName;
  /** The file begins with a byte order mark. */
  bom: boolean;
}

export interface DecodedText extends TextForm {
  /** Without the mark. */
  text: string;
  /** Nothing in the file says what it is: it is what its bytes look like. */
  isGuess: boolean;
}

const MARKS: readonly [EncodingName, readonly number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  // Before UTF-16, whose mark it begins with.
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** From so much of a file it is seen what it is. */
const SAMPLE = 64 * 1024;
const SCRIPTS = [
  /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{P}\p{N}\uff00-\uffef]+$/u,
  ...['Latin', 'Greek', 'Cyrillic', 'Arabic', 'Hebrew', 'Thai', 'Devanagari'].map(
    (name) => new RegExp(`^[\\p{scx=${name}}\\p{M}\\p{P}\\p{N}]+$`, 'u'),
  ),
];
const CONTROLS = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;
const NO_TEXT = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\p{Cn}\p{Co}\p{Cs}]/u;

/**
 * Text of a file in whatever way the world has written it: UTF-8, UTF-16 and UTF-32 by their mark; without one UTF-8, UTF-16
 * where nothing else is possible, else the code page that its bytes look like.
 * @returns undefined when it is no text, or none that can be told
 */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  for (const [encoding, mark] of MARKS)
    if (bytes.length >= mark.length && mark.every((byte, index) => bytes[index] === byte)) {
      const text = decode(bytes.subarray(mark.length), encoding);
      return text === undefined ? undefined : { text, encoding, bom: true, isGuess: false };
    }
  const sample = bytes.subarray(0, SAMPLE);
  if (sample.includes(0)) {
    const encoding = wideEncoding(sample);
    const text = encoding === undefined ? undefined : decode(bytes, encoding);
    return encoding === undefined || text === undefined ? undefined : { text, encoding, bom: false, isGuess: true };
  }
  const text = decode(bytes, 'utf-8');
  if (text !== undefined) return { text, encoding: 'utf-8', bom: false, isGuess: false };
  if (CONTROLS.test(Buffer.from(sample).toString('latin1'))) return undefined;
  const encoding = guessEncoding(bytes);
  const guessed = encoding === undefined ? undefined : decode(bytes, encoding);
  return encoding === undefined || guessed === undefined
    ? undefined
    : { text: guessed, encoding, bom: false, isGuess: true };
}

/** Text in the one way that needs no guess, for what programs write: UTF-8, UTF-16 with its mark; anything else as UTF-8. */
export function decodeOwnText(bytes: Uint8Array): string {
  const decoded = decodeText(bytes);
  return decoded && (decoded.bom || decoded.encoding.startsWith('utf-'))
    ? decoded.text
    : new TextDecoder('utf-8').decode(bytes);
}

/** What is said of a text that is not in UTF-8; undefined where nothing has to be. */
export function encodingNote({ encoding, isGuess }: Pick<DecodedText, 'encoding' | 'isGuess'>): string | undefined {
  if (encoding === 'utf-8') return undefined;
  return isGuess ? `read as ${encoding}, which is what its bytes look like` : `written in ${encoding}`;
}

/** @returns undefined when there is something in it that the encoding does not have */
export function decode(bytes: Uint8Array, encoding: EncodingName): string | undefined {
  try {
    if (encoding.startsWith('utf-32')) return decodeWide(bytes, encoding === 'utf-32le');
    return codePageText(bytes, encoding);
  } catch {
    return undefined;
  }
}

/** UTF-16 without a mark, where one order of bytes makes a text and the other one none. */
function wideEncoding(sample: Uint8Array): EncodingName | undefined {
  if (sample.length < 4) return undefined;
  const even = sample.subarray(0, sample.length - (sample.length % 2));
  const plausible = ['utf-16le', 'utf-16be'].filter((encoding) => {
    // The sample may end within a pair.
    const text = decode(even, encoding) ?? decode(even.subarray(0, -2), encoding);
    return text !== undefined && !NO_TEXT.test(text) && isOfOneHand(text);
  });
  return plausible.length === 1 && (sample.length === SAMPLE || sample.length % 2 === 0) ? plausible[0] : undefined;
}

/** What a person writes: much of it ASCII, or one script with blanks or line ends. Bytes of a program are of all scripts. */
function isOfOneHand(text: string): boolean {
  const foreign = text.replace(/[\x20-\x7e\s]/g, '');
  if (foreign.length <= text.length * 0.7) return true;
  return /[\n ]/.test(text) && SCRIPTS.some((script) => script.test(foreign));
}

function decodeWide(bytes: Uint8Array, isLittle: boolean): string {
  if (bytes.length % 4 !== 0) throw new RangeError('not of whole characters');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, isLittle);
    if (code >= 0xd800 && code <= 0xdfff) throw new RangeError('half a pair');
    text += String.fromCodePoint(code);
  }
  return text;
}
