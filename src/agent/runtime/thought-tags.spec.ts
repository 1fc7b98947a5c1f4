import fc from 'fast-check';
import { ThoughtTags } from './thought-tags';

interface Told {
  text: string;
  thinking: string;
}

function read(pieces: readonly string[]): Told {
  const tags = new ThoughtTags();
  const told: Told = { text: '', thinking: '' };
  for (const piece of [...pieces.flatMap((delta) => tags.add(delta)), ...tags.end()]) {
    if (piece.kind === 'retract') Object.assign(told, { thinking: told.thinking + told.text, text: '' });
    else told[piece.kind] += piece.delta;
  }
  return told;
}

const CASES: [string, Told][] = [
  ['Hello.', { text: 'Hello.', thinking: '' }],
  ['<think>first the door, then</think>The window.', { text: 'The window.', thinking: 'first the door, then' }],
  ['<THINKING>x</Thinking>y', { text: 'y', thinking: 'x' }],
  ['Well. <thinking>no end', { text: 'Well. ', thinking: 'no end' }],
  ['first the door, then\n</think>\n\nThe window.', { text: '\n\nThe window.', thinking: 'first the door, then\n' }],
  ['all of it on one line</think>\nThe window.', { text: '\nThe window.', thinking: 'all of it on one line' }],
  ['thought alone</think>', { text: '', thinking: 'thought alone' }],
  ['The tag </think> closes it.', { text: 'The tag </think> closes it.', thinking: '' }],
  ['Write `<think>` so, `</think>` too.', { text: 'Write `<think>` so, `</think>` too.', thinking: '' }],
  [
    '```\n<think>\n</think>\n```\nDone. <reasoning>hm</reasoning>Yes.',
    { text: '```\n<think>\n</think>\n```\nDone. Yes.', thinking: 'hm' },
  ],
  ['a ` alone\n<think>b</think>c', { text: 'a ` alone\nc', thinking: 'b' }],
  ['<b>bold</b> and 1 < 2 <', { text: '<b>bold</b> and 1 < 2 <', thinking: '' }],
  ['<think>1 < 2 </thin</think>ok', { text: 'ok', thinking: '1 < 2 </thin' }],
];

describe('thoughts that are written into a text', () => {
  it.each(CASES)('%j', (text, told) => {
    expect(read([text])).toEqual(told);
  });

  it('are told from it however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CASES),
        fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 60 }),
        ([text, told], sizes) => {
          const pieces: string[] = [];
          let at = 0;
          for (const size of [...sizes, text.length]) {
            if (at >= text.length) break;
            pieces.push(text.slice(at, at + size));
            at += size;
          }
          expect(read(pieces)).toEqual(told);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('never lose a character', () => {
    const bit = fc.constantFrom(
      '<',
      '>',
      '/',
      '`',
      '```',
      '\n',
      ' ',
      'x',
      '<think>',
      '</think>',
      '</reasoning>',
      '</thi',
    );
    const count = (text: string): number => [...text].filter((character) => character === 'x').length;
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 30 }), (bits) => {
        const { text, thinking } = read(bits);
        expect(count(text) + count(thinking)).toBe(count(bits.join('')));
      }),
    );
  });
});
