import { cutText } from '../cut-text';
import { codePageText } from './code-page-text';

/**
 * Which code page a text without a mark is in, that is no UTF-8: the one in which its characters are what people of that
 * script write. Each candidate is judged by what its bytes become; one in which a byte means nothing is out.
 */
interface Candidate {
  encoding: string;
  /** How likely a character is, from -1 to 2, between its neighbours. */
  weight(character: string, before: string, after: string): number;
}

const SAMPLE = 16 * 1024;
/** Less than that on average, and it is nothing that can be told. */
const LEAST = 0.25;

const LATIN = /\p{Script=Latin}/u;
const LOWER = /\p{Ll}/u;
const UPPER = /\p{Lu}/u;
const LETTER = /\p{L}/u;
const QUOTES = /[‘’‚“”„–—…•€™°«»§·£©®×²³½]/;
/** Rare in the languages of their code page, common when another one is meant. */
const RARE = /[ðþýÐÞÝ¤¦¨¬¯´¸ƒˆ˜†‡ŒœŸ¹ªº¼¾÷]/;

/** Letters of European languages stand among ASCII ones, and capitals begin a word or are among capitals. */
const latin =
  (usual: RegExp) =>
  (character: string, before: string, after: string): number => {
    if (/[¿¡]/.test(character)) return LETTER.test(after) && !LETTER.test(before) ? 0.9 : -0.3;
    if (QUOTES.test(character)) return LETTER.test(before) && LETTER.test(after) && character !== '’' ? -0.5 : 0.5;
    if (RARE.test(character)) return -0.2;
    if (!LATIN.test(character)) return -0.6;
    if (UPPER.test(character) && LOWER.test(before)) return -0.8;
    const isAmongAscii = /[A-Za-z]/.test(before) || /[A-Za-z]/.test(after);
    return (isAmongAscii ? 0.7 : 0.1) + (usual.test(character) ? 0.2 : -0.1);
  };

/** Letters of a script of its own stand among their like. */
const script =
  (name: RegExp, frequent: RegExp, rare: RegExp) =>
  (character: string, before: string, after: string): number => {
    if (QUOTES.test(character)) return 0.3;
    if (character === '\u00a0' || character === '№') return 0.2;
    if (!name.test(character)) return -0.7;
    if (/[A-Za-z]/.test(before) || /[A-Za-z]/.test(after)) return -0.5;
    if (UPPER.test(character) && LOWER.test(before)) return -0.8;
    return frequent.test(character) ? 1.2 : rare.test(character) ? 0.1 : 0.7;
  };

const KANA = /[\u3041-\u30fc]/;
const CJK_SIGNS = /[\u3000-\u303f\uff01-\uff5e]/;
const HAN = /\p{Script=Han}/u;
/** Characters that nearly every text of the language has. */
const JAPANESE = /[日本人大年出中会事者社月時分行国間上下前後今新電気話金名見]/;
const CHINESE =
  /[的一是不了在人有我他这中大来上国个到说们为你地出道也时年就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兴备]/;
const TRADITIONAL =
  /[的一是不了在人有我他這中大來上國個到說們為你地出道也時年就那要下以生會自著去之過家學對可她裡後小麼心多天而能好都然沒日於起還發成事]/;
const HANGUL = /[\uac00-\ud7a3]/;

const wide =
  (own: RegExp, frequent: RegExp, kana: number) =>
  (character: string): number => {
    if (KANA.test(character)) return kana;
    if (own.test(character)) return frequent.test(character) ? 1.6 : 0.45;
    if (CJK_SIGNS.test(character)) return 0.8;
    return HAN.test(character) ? 0.2 : -0.7;
  };

const CANDIDATES: readonly Candidate[] = [
  { encoding: 'windows-1252', weight: latin(/[äöüÄÖÜßéèêëàâçñóíáúôîïùûåæøãõìòÉÀÇÑÅØÆÓÁÍÚ]/) },
  { encoding: 'windows-1250', weight: latin(/[ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮŽőűŐŰăâîșț]/) },
  { encoding: 'windows-1254', weight: latin(/[ğışçöüĞİŞÇÖÜâ]/) },
  { encoding: 'windows-1251', weight: script(/\p{Script=Cyrillic}/u, /[оеаинтсрвл]/, /[ъщэфцёЪЩЭФЦЁЫЬ]/) },
  { encoding: 'koi8-r', weight: script(/\p{Script=Cyrillic}/u, /[оеаинтсрвл]/, /[ъщэфцёЪЩЭФЦЁЫЬ]/) },
  { encoding: 'windows-1253', weight: script(/\p{Script=Greek}/u, /[αοιετσνηςάέίό]/, /[ψζξΰΐΨΖΞ]/) },
  { encoding: 'windows-1255', weight: script(/\p{Script=Hebrew}/u, /[יוהלאתרשבמם]/, /[ץףךגסטז]/) },
  { encoding: 'windows-1256', weight: script(/\p{Script=Arabic}/u, /[اليمنرتبهوة]/, /[ظغثضذ]/) },
  { encoding: 'windows-874', weight: script(/\p{Script=Thai}/u, /[านรกอเงมยลวดทสตะ่้ัี]/, /[ฌฎฏฐฒฬฦฃฅ]/) },
  { encoding: 'shift_jis', weight: wide(JAPANESE, JAPANESE, 1.4) },
  { encoding: 'euc-jp', weight: wide(JAPANESE, JAPANESE, 1.4) },
  { encoding: 'gb18030', weight: wide(HAN, CHINESE, -0.2) },
  { encoding: 'big5', weight: wide(HAN, TRADITIONAL, -0.2) },
  {
    encoding: 'euc-kr',
    weight: (character) => (HANGUL.test(character) ? 1.3 : CJK_SIGNS.test(character) ? 0.3 : -0.4),
  },
];
/** Half-width kana stand for single bytes of any code page, and are hardly written. */
const HALF_WIDTH = /[\uff61-\uff9f]/;

/** @returns undefined when no candidate makes sense of it */
export function guessEncoding(bytes: Uint8Array): string | undefined {
  let best: { encoding: string; score: number } | undefined;
  for (const { encoding, weight } of CANDIDATES) {
    const score = scoreOf(bytes, encoding, weight);
    // Among equals the first: the one that is more common.
    if (score > (best === undefined ? LEAST : best.score + 0.03)) best = { encoding, score };
  }
  return best?.encoding;
}

function scoreOf(bytes: Uint8Array, encoding: string, weight: Candidate['weight']): number {
  let text: string;
  try {
    // All of it has to mean something; a part shows what.
    text = cutText(codePageText(bytes, encoding), SAMPLE, { mark: '' });
  } catch {
    return -1;
  }
  const characters = [...text];
  let [sum, count] = [0, 0];
  for (const [index, character] of characters.entries()) {
    if (character <= '\x7f') continue;
    count++;
    if (character <= '\x9f' || HALF_WIDTH.test(character)) sum -= 0.6;
    else sum += weight(character, characters[index - 1] ?? ' ', characters[index + 1] ?? ' ');
  }
  return count === 0 ? -1 : sum / count;
}
