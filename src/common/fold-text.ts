/**
 * The one folding of words for everything that is looked up: what looks or sounds the same to a person in a hurry is the
 * same. Width and style of letters (NFKC), case with all its exceptions (final sigma, the Turkish i, ß), accents and
 * other marks that may be left out, characters that nobody sees, digits of other scripts.
 */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = text;
  // What one step brings forth may be something that another one folds.
  for (let before = ''; before !== folded;) {
    before = folded;
    folded = foldOnce(folded);
  }
  return folded;
}

const ASCII = /^[\0-\x7f]*$/;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u0640]/gu;
/**
 * Accents of European scripts, vowel points of Hebrew and Arabic: what people leave out when they write. Not the signs
 * of Indian and East Asian scripts, which are letters.
 */
const ACCENTS =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;
/** Letters with a stroke or joined ones, which no decomposition takes apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ς: 'σ',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
/** The zero of each script that counts with digits of its own and is in daily use. */
const ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
  0x17e0, 0x1810,
];

function foldOnce(text: string): string {
  return (
    text
      .normalize('NFKD')
      .replace(UNSEEN, '')
      .replace(ACCENTS, '')
      // Both ways: ı and I, ß and SS, ſ and S meet.
      .toUpperCase()
      .toLowerCase()
      .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
      .replace(/\p{Nd}/gu, asciiDigit)
      .normalize('NFKC')
  );
}

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = ZEROS.find((each) => code >= each && code < each + 10);
  return zero === undefined ? digit : String(code - zero);
}
