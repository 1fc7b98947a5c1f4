import { type CutOptions, cutText, leftOutNote } from './cut-text';

/**
 * Sizes of texts in tokens without a tokenizer: each provider has its own, and none is worth its seconds at the start.
 * The weights follow what byte pair encodings of the last years make of text and lean towards too many; how one model
 * really counts is learned from what its provider reports (`TokenGauges`).
 */

/** Tokens of a letter inside a word. */
const LETTER = 0.25;
/** What a change between small letters, capitals and digits costs: words of code, hashes, base64. */
const CHANGE = 0.35;
const DIGIT = 0.4;
const SIGN = 0.5;
/** Signs that often stand together, as in JSON, are one token. */
const NEXT_SIGN = 0.2;
const BLANK = 0.15;
/** Of a run of blanks or of the same sign. */
const REPEATED = 0.06;

/** Upper ends of ranges of UTF-16 units beyond ASCII, with tokens per unit. */
const SCRIPTS: readonly [end: number, tokens: number][] = [
  [0x0300, 0.6], // accented Latin
  [0x0370, 0.8], // marks
  [0x0530, 0.45], // Greek, Cyrillic
  [0x0800, 0.6], // Armenian, Hebrew, Arabic
  [0x1100, 0.8], // scripts of India, Thai, Lao, Tibetan, Georgian
  [0x2000, 1], // further scripts
  [0x2e80, 0.8], // punctuation, arrows, signs
  [0xd800, 1], // Chinese, Japanese, Korean
  [0xe000, 1.25], // halves of a pair: emoji and rare ideographs
  [0x10000, 1],
];

/** Kinds of ASCII, and all the rest; those of which words are made come first. */
enum Kind {
  Small,
  Capital,
  Digit,
  Blank,
  Sign,
  Other,
}

/** Long texts, such as system prompts, are measured several times a turn and are the same from turn to turn. */
const REMEMBERED_FROM = 500;
const REMEMBERED = 100;
const REMEMBERED_CHARACTERS = 2_000_000;
const remembered = new Map<string, number>();
let rememberedCharacters = 0;

/** Rough size of a text in tokens, whatever its script. */
export function estimateTokens(text: string): number {
  if (text.length < REMEMBERED_FROM || text.length > REMEMBERED_CHARACTERS) return measure(text);
  let tokens = remembered.get(text);
  if (tokens === undefined) {
    tokens = measure(text);
    rememberedCharacters += text.length;
  } else remembered.delete(text);
  // As the one used last; those not used for long make room.
  remembered.set(text, tokens);
  while (remembered.size > REMEMBERED || rememberedCharacters > REMEMBERED_CHARACTERS) {
    const oldest = remembered.keys().next().value ?? '';
    remembered.delete(oldest);
    rememberedCharacters -= oldest.length;
  }
  return tokens;
}

function measure(text: string): number {
  let tokens = 0;
  let before: Kind = Kind.Other;
  let last = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const kind = kindOf(unit);
    if (kind === Kind.Other) tokens += tokensOfUnit(unit);
    else if (unit === last && kind !== Kind.Small && kind !== Kind.Digit) tokens += REPEATED;
    else if (kind === Kind.Blank) tokens += before === Kind.Blank ? REPEATED : BLANK;
    else if (kind === Kind.Sign) tokens += before === Kind.Sign ? NEXT_SIGN : SIGN;
    else {
      const isChange = before !== kind && before <= Kind.Digit && !(kind === Kind.Small && before === Kind.Capital);
      tokens += (kind === Kind.Digit ? DIGIT : LETTER) + (isChange ? CHANGE : 0);
    }
    before = kind;
    last = unit;
  }
  return Math.ceil(tokens);
}

function kindOf(unit: number): Kind {
  if (unit >= 0x80) return Kind.Other;
  if (unit >= 0x61 && unit <= 0x7a) return Kind.Small;
  if (unit >= 0x41 && unit <= 0x5a) return Kind.Capital;
  if (unit >= 0x30 && unit <= 0x39) return Kind.Digit;
  return unit <= 0x20 ? Kind.Blank : Kind.Sign;
}

function tokensOfUnit(unit: number): number {
  for (const [end, tokens] of SCRIPTS) if (unit < end) return tokens;
  return 1;
}

/** A text of at most so many tokens; the middle of a longer one is left out. */
export function cutToTokens(
  text: string,
  most: number,
  options: CutOptions = { keep: 'both', mark: leftOutNote() },
  size: (text: string) => number = estimateTokens,
): string {
  let tokens = size(text);
  let cut = text;
  // Texts are not alike all over: what is kept may be the denser part.
  for (let length = text.length; tokens > most && length > 0;) {
    length = Math.floor(Math.min(length * 0.95, (cut.length * most) / tokens));
    cut = cutText(text, length, options);
    tokens = size(cut);
  }
  return cut;
}
