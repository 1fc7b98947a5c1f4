import { NoticeReader, framesOf } from '../../src/replicas/notice-frames';

const TEXTS = [
  '{"a":1}',
  '',
  'x'.repeat(7800),
  'é😀\u007f'.repeat(5000),
  JSON.stringify({ text: '文字 '.repeat(9000) }),
];

/** As JSON text, in which each escape stands for its character. */
const meaning = (text: string): string => JSON.parse(`"${text.replace(/["\\](?!u[0-9a-f]{4})/g, '\\$&')}"`) as string;

describe('notices between gateways', () => {
  it.each(TEXTS)('arrive whole, however long they are, in frames that a notification takes (%#)', (text) => {
    const frames = framesOf('a', 7, text);
    for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThan(8000);
    const reader = new NoticeReader();
    const read = frames.map((frame) => reader.read(frame));
    expect(read.slice(0, -1).every((notice) => notice === undefined)).toBe(true);
    expect(read.at(-1)?.sender).toBe('a');
    expect(meaning(read.at(-1)?.text ?? '')).toBe(meaning(text));
  });

  it('of several gateways do not mix', () => {
    const reader = new NoticeReader();
    const [a, b] = [framesOf('a', 1, 'a'.repeat(20_000)), framesOf('b', 1, 'b'.repeat(20_000))];
    const read = a.flatMap((frame, index) => [reader.read(frame), reader.read(b[index] ?? '')]);
    expect(read.filter(Boolean)).toEqual([
      { sender: 'a', number: 1, text: 'a'.repeat(20_000) },
      { sender: 'b', number: 1, text: 'b'.repeat(20_000) },
    ]);
  });

  it('of which a part is lost are left out as a whole, and the next one is read', () => {
    const reader = new NoticeReader();
    const [first = '', , ...rest] = framesOf('a', 1, 'x'.repeat(30_000));
    for (const frame of [first, ...rest]) expect(reader.read(frame)).toBeUndefined();
    const whole = framesOf('a', 2, 'y'.repeat(9000));
    expect(whole.map((frame) => reader.read(frame)).at(-1)?.text).toBe('y'.repeat(9000));
    expect(reader.read('nonsense')).toBeUndefined();
  });

  it('that are larger than anybody needs are not sent', () => {
    expect(framesOf('a', 1, 'x'.repeat(1_000_001))).toEqual([]);
  });
});
