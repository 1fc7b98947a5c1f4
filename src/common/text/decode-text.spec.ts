import fc from 'fast-check';
import { decodeText } from './decode-text';
import { encodeText } from './encode-text';

const bytesIn = (encoding: string, text: string, bom = false): Buffer => {
  const encoded = encodeText(text, { encoding, bom });
  if ('missing' in encoded) throw new Error(`${encoding} has no ${encoded.missing}`);
  return encoded.bytes;
};

describe('text as the world writes it', () => {
  it.each(['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])('%s is told by its mark', (encoding) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.startsWith('\0') && !text.startsWith('\ufeff'));
        const bytes = bytesIn(encoding, text, true);
        expect(decodeText(bytes)).toEqual({ text, encoding, bom: true, isGuess: false });
      }),
    );
  });

  it.each([
    ['utf-16le', 'Name,Straße\r\nJosé,München\r\n'],
    ['utf-16be', 'A_TOK=abc\r\nB_TOK=def\r\n'],
    ['utf-16le', '昨日は京都で\n友達と会いました\n'],
    ['windows-1252', 'Müller wohnt in der Schloßstraße, Größe 42'],
    ['windows-1252', 'caf\xe9 na\xefve\n'],
    ['windows-1252', 'Il a été à la plage où l’été a commencé'],
    ['windows-1252', 'El niño comió piñón; ¿qué más quería mañana?'],
    ['windows-1252', 'Preis: 20 € – “gut”'],
    ['windows-1250', 'Zażółć gęślą jaźń, Łódź'],
    ['windows-1250', 'Příliš žluťoučký kůň úpěl ďábelské ódy'],
    ['windows-1254', 'İstanbul’da güneşli bir gün; çok ağaç ve ışık var'],
    ['windows-1251', 'Привет, как дела? Завтра едем в Москву.'],
    ['windows-1251', 'имя;город\r\nИван;Тверь\r\n'],
    ['koi8-r', 'Привет, как дела? Завтра едем в Москву.'],
    ['windows-1253', 'Καλημέρα, πού είναι το διαβατήριο;'],
    ['windows-1255', 'שלום עולם, מה שלומך היום'],
    ['windows-1256', 'مرحبا بالعالم، كيف حالك اليوم'],
    ['shift_jis', '昨日は京都で友達と会いました。'],
    ['shift_jis', '名前,住所\r\n田中,東京都\r\nテスト,大阪\r\n'],
    ['euc-jp', '昨日は京都で友達と会いました。'],
    ['gb18030', '我的护照在书桌的抽屉里。明天去北京。'],
    ['gb18030', '姓名,城市\r\n张伟,上海\r\n李娜,北京\r\n'],
    ['big5', '我的護照在書桌的抽屜裡，明天去台北。'],
    ['euc-kr', '안녕하세요, 내일 서울에 갑니다.'],
  ])('%s is told by what it looks like: %s', (encoding, text) => {
    const bytes = bytesIn(encoding, text);
    expect(decodeText(bytes)).toEqual({ text, encoding, bom: false, isGuess: true });
  });

  it.each([
    ['nothing', Buffer.alloc(0), ''],
    ['ASCII', Buffer.from('plain text\n'), 'plain text\n'],
    ['UTF-8', Buffer.from('Größe 京都 😀'), 'Größe 京都 😀'],
  ])('%s is UTF-8', (_, bytes, text) => {
    expect(decodeText(bytes)).toEqual({ text, encoding: 'utf-8', bom: false, isGuess: false });
  });

  it.each([
    ['a program', Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0\x01\0\0\0', 'latin1')],
    ['the start of a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3])],
    ['random bytes', Buffer.from([...Array(400).keys()].map((index) => (index * index * 31 + 7) & 255))],
    ['UTF-16 with half a pair', Buffer.from('fffe00d84100', 'hex')],
    ['zeros', Buffer.alloc(64)],
  ])('%s is no text', (_, bytes) => expect(decodeText(bytes)).toBeUndefined());

  it('a text is written as it was read, in whatever encoding, or not at all', () => {
    const encodings = ['windows-1252', 'windows-1251', 'shift_jis', 'gb18030', 'euc-kr', 'utf-16be', 'utf-32le'];
    fc.assert(
      fc.property(fc.constantFrom(...encodings), fc.string({ unit: 'grapheme' }), (encoding, text) => {
        const encoded = encodeText(text, { encoding, bom: false });
        if ('missing' in encoded) expect(text).toContain(encoded.missing);
        else expect(new TextDecoder(encoding.startsWith('utf-32') ? 'utf-8' : encoding).encoding).toBeDefined();
      }),
    );
    expect(encodeText('Preis 20 ₽', { encoding: 'windows-1252', bom: false })).toEqual({ missing: '₽' });
  });
});
