/**
 * Text of others, made safe to look at: characters that can't be seen, or that move, hide or turn around what stands
 * beside them, are spelt out as ⟨U+202E⟩. The page, the chats and the terminal all use this file; it imports nothing.
 */

/**
 * What has no look of its own: control and format characters, half surrogates, private and unassigned code points, line
 * and paragraph separators, spaces other than the plain one, what fonts leave out by default, and the blank of Braille.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;
/** What steers a terminal or turns text around. Joiners stay: emoji, Persian and Indic scripts need them. */
const STEERING = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]|[\u{E0000}-\u{E007F}]/gu;

const spelt = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** One line, whatever it held: a line break is spelt out as well. */
export const visibleText = (text: string): string => text.replace(UNSEEN, spelt);

/** Several lines: line breaks and tabs stay. */
export const visibleLines = (text: string): string =>
  text.replace(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : spelt(character)));

/** Prose, such as an answer of the assistant: only what would steer the place it is shown in is spelt out. */
export const readableText = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(STEERING, (character) => (character === '\n' || character === '\t' ? character : spelt(character)));

/** JSON that shows no more than it says: the same value, with unseen characters in their escaped form. */
export const visibleJson = (json: string): string =>
  json.replace(UNSEEN, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
          .join(''),
  );

/** A text cut at its spelt-out characters: every second piece is one. For places that mark them. */
export const visiblePieces = (text: string): string[] => text.split(/(⟨U\+[0-9A-F]{4,6}⟩)/);
