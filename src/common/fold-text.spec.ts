import { foldText } from './fold-text';

describe('folding of words', () => {
  it.each([
    ['Αθήνας', 'ΑΘΗΝΑΣ'],
    ['οδος', 'ΟΔΌΣ'],
    ['İstanbul', 'istanbul'],
    ['ISTANBUL', 'ıstanbul'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['Lindenstraße 4', 'lindenstrasse\u00a04'],
    ['𝐁𝐨𝐥𝐝', 'bold'],
    ['abᴬcd', 'ABAcd'],
    ['20㎂', '20μa'],
    ['abµcd', 'abμcd'],
    ['ﬁnal', 'final'],
    ['Ａｂｃ１２', 'abc12'],
    ['ｶﾞｲﾄﾞ', 'ガイド'],
    ['crème brûlée', 'creme brulee'],
    ['re\u0301sume\u0301', 'résumé'],
    ['Łódź', 'lodz'],
    ['Ærø', 'aero'],
    ['zero\u200bwidth', 'zerowidth'],
    ['soft\u00adhyphen', 'softhyphen'],
    ['\ufeffmark', 'mark'],
    ['می\u200cخواهم', 'میخواهم'],
    ['كِتَابٌ', 'كتاب'],
    ['٢٠٢٦', '2026'],
    ['शनिवार २८', 'शनिवार 28'],
    ['ёлка', 'ЕЛКА'],
  ])('%s and %s are the same', (one, other) => expect(foldText(one)).toBe(foldText(other)));

  it.each([
    ['か', 'が'],
    ['कि', 'की'],
    ['น้ำ', 'นำ'],
    ['o', '0'],
  ])('%s and %s are not', (one, other) => expect(foldText(one)).not.toBe(foldText(other)));

  it('changes nothing more when it is done again, in either case, composed or not, for every letter and sign', () => {
    for (let code = 1; code < 0x20000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      if (!/[\p{L}\p{N}\p{M}\p{S}]/u.test(character)) continue;
      const folded = foldText(character);
      expect([code, foldText(folded)]).toEqual([code, folded]);
      // The iota below a Greek letter is an accent; capitals write it beside the letter.
      const capital = character.normalize('NFD').includes('\u0345') ? character : character.toUpperCase();
      for (const form of [capital, character.toLowerCase(), character.normalize('NFD')])
        if (foldText(form) !== folded) throw new Error(`U+${code.toString(16)}: ${folded}, ${foldText(form)}`);
    }
  });
});
