import { decodeText } from './decode-text';
import { legibleText } from './legible-text';

const LONG = 'Größe und Übung: '.repeat(200);
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('text that is only read', () => {
  it.each([
    ['cut off in the middle of a letter', Buffer.from(`${LONG}é`).subarray(0, -1), LONG],
    ['cut off in the middle of an emoji', Buffer.from('hello 😀😀').subarray(0, -2), 'hello 😀'],
    ['with a byte of another encoding', bytes(LONG, [0xe9], ' done'), ' done'],
    ['with a mark and a broken byte', bytes([0xef, 0xbb, 0xbf], 'é abc ', [0xe9], ' def'), ' def'],
    ['of UTF-16 with half a unit at its end', bytes([0xff, 0xfe], [...Buffer.from(LONG, 'utf16le')], [0x41]), LONG],
    [
      'of UTF-16 the other way round, cut off',
      bytes([0xfe, 0xff], [...Buffer.from('日本語', 'utf16le').swap16()], [0x41]),
      '日本語',
    ],
    ['of a log with a cut line in its middle', bytes('ok — one\n', [0xe2, 0x80], '\nok — two\n'), 'ok — two'],
  ])('%s is shown, and what is broken is told', (_, content, shown) => {
    expect(legibleText(content)?.text).toContain(shown);
    expect(legibleText(content)?.note).toMatch(/broken/);
  });

  it.each([
    ['UTF-8', Buffer.from(LONG)],
    ['an own mark of replacement', Buffer.from('a \ufffd b')],
    ['UTF-16', bytes([0xff, 0xfe], [...Buffer.from(LONG, 'utf16le')])],
    ['nothing', Buffer.alloc(0)],
  ])('%s is what it was, without a word about it', (_, content) => {
    expect(legibleText(content)).toEqual({ text: decodeText(content)?.text });
  });

  it.each([
    ['a code page of western Europe', Buffer.from('Größe und Übung für Straße', 'latin1')],
    [
      'a Japanese one',
      Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8c, 0xea, 0x82, 0xcc, 0x83, 0x65, 0x83, 0x4c, 0x83, 0x58]),
    ],
    ['a Cyrillic one', Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4, 0x20, 0xcd, 0xc9, 0xd2])],
  ])('%s stays the guess that it was', (_, content) => {
    expect(legibleText(content)?.text).toBe(decodeText(content)?.text);
    expect(legibleText(content)?.note).toMatch(/what its bytes look like/);
  });

  it.each([
    ['pictures', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x10, 0x4a, 0x46])],
    ['random bytes', Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 7919 + 131) % 256))],
    ['zeros', Buffer.alloc(64)],
  ])('%s are no text', (_, content) => {
    expect(legibleText(content)).toBeUndefined();
  });
});
