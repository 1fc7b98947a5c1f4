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
    else if (piece.kind === 'call') told.text += piece.text;
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
  ['all of it in front</think>The window.', { text: 'The window.', thinking: 'all of it in front' }],
  ['hm.</think> The window.', { text: ' The window.', thinking: 'hm.' }],
  ['<seed:think>hm</seed:think>Hello', { text: 'Hello', thinking: 'hm' }],
  ['[THINK]a [b] c[/THINK]Hello [x](y)', { text: 'Hello [x](y)', thinking: 'a [b] c' }],
  ['◁think▷hm◁/think▷Hello ◁', { text: 'Hello ◁', thinking: 'hm' }],
  ['<|channel>thought\nhm<channel|>Hello', { text: 'Hello', thinking: '\nhm' }],
  [
    '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>',
    { text: 'Hello', thinking: 'hm' },
  ],
  ['<|channel|>final<|message|>Hello', { text: 'Hello', thinking: '' }],
  ['Hello<|im_end|>\n<|endoftext|>', { text: 'Hello', thinking: '' }],
  ['Hello <|im_end|> goes on', { text: 'Hello <|im_end|> goes on', thinking: '' }],
  ['A turn ends with `<|im_end|>`', { text: 'A turn ends with `<|im_end|>`', thinking: '' }],
  ['Hello<\uff5cend\u2581of\u2581sentence\uff5c>', { text: 'Hello', thinking: '' }],
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
