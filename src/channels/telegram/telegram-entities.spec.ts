import fc from 'fast-check';
import type { MessageEntity } from 'telegraf/types';
import { plainWords } from '../../common/markdown/render-markdown';
import { markdownOf } from './telegram-entities';

const entity = (type: string, offset: number, length: number, more: object = {}): MessageEntity =>
  ({ type, offset, length, ...more }) as MessageEntity;
const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');

describe('texts of Telegram as Markdown', () => {
  it.each([
    [
      'read the article and this',
      [entity('text_link', 5, 11, { url: 'https://example.com/a?id=7' })],
      'read [the article](https://example.com/a?id=7) and this',
    ],
    [
      '😀👨‍👩‍👧 see here, and there',
      [
        entity('text_link', 15, 4, { url: 'https://a.example/(x)' }),
        entity('text_link', 25, 5, { url: 'https://b.example/a b' }),
      ],
      '😀👨‍👩‍👧 see [here](<https://a.example/(x)>), and [there](<https://b.example/a b>)',
    ],
    [
      'fix this\nfor x in y:\n  print(x)',
      [entity('pre', 9, 23, { language: 'python' })],
      'fix this\n\n```python\nfor x in y:\n  print(x)\n```',
    ],
    ['say `x` or ls -la', [entity('code', 11, 6)], 'say \\`x\\` or `ls -la`'],
    ['run a`b now', [entity('code', 4, 3)], 'run ``a`b`` now'],
    ['bold and both here', [entity('bold', 0, 13), entity('italic', 9, 4)], '**bold and _both_** here'],
    ['in the mid dle', [entity('bold', 7, 4)], 'in the **mid** dle'],
    ['gone hidden', [entity('strikethrough', 0, 4), entity('spoiler', 5, 6)], '~~gone~~ ||hidden||'],
    ['he said\none\ntwo\nand I', [entity('blockquote', 8, 7)], 'he said\n\n> one\n> two\n\nand I'],
    ['Ann knows', [entity('text_mention', 0, 3, { user: { id: 9 } })], '[Ann](tg://user?id=9) knows'],
    [
      'at 22:45 sharp',
      [entity('date_time', 3, 5, { unix_time: 1_647_531_900 })],
      'at [22:45](tg://time?unix=1647531900) sharp',
    ],
    [
      'set FOO__BAR=1 *now* see it',
      [entity('text_link', 25, 2, { url: 'https://x.example/' })],
      'set FOO\\_\\_BAR=1 \\*now\\* see [it](https://x.example/)',
    ],
    [
      'https://x.example/__init__/a_b *and* bold',
      [entity('url', 0, 30), entity('bold', 37, 4)],
      'https://x.example/__init__/a_b \\*and\\* **bold**',
    ],
  ])('%j', (text, entities, markdown) => {
    expect(markdownOf(text, entities)).toBe(markdown);
  });

  it('without marks stay as they are, whatever they hold', () => {
    for (const text of ['', '*a* [b](c) `d`', '# x\n\n- y'])
      expect(markdownOf(text, [entity('mention', 0, 1), entity('custom_emoji', 0, 2)])).toBe(text);
  });

  it('entities that are not of this text are left out', () => {
    for (const [offset, length] of [
      [-1, 2],
      [5, 1],
      [1.5, 1],
      [2, 0],
    ] as const)
      expect(markdownOf('words', [entity('bold', offset, length)])).toBe('words');
  });

  const character = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...'abc dé中1'.split('')) },
    { weight: 3, arbitrary: fc.constantFrom(...'*_`~|[]()<>#+-=.!&\\:/"\''.split('')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('\n', '\n\n', '😀', '👨‍👩‍👧', 'https://x.example/a_b_c ', '&amp;', '1. ', '    '),
    },
  );
  const marked = fc
    .array(character, { minLength: 1, maxLength: 40 })
    .map((parts) => parts.join(''))
    .chain((text) =>
      fc.record({
        text: fc.constant(text),
        entities: fc.array(
          fc
            .tuple(
              fc.constantFrom(
                'bold',
                'italic',
                'underline',
                'strikethrough',
                'spoiler',
                'code',
                'pre',
                'blockquote',
                'text_link',
                'text_mention',
                'url',
                'hashtag',
              ),
              fc.nat(text.length - 1),
              fc.integer({ min: 1, max: text.length }),
            )
            .map(([type, offset, length]) =>
              entity(type, offset, Math.min(length, text.length - offset), {
                url: 'https://link.example/(p)',
                user: { id: 9 },
                language: 'ts',
              }),
            ),
          { maxLength: 5 },
        ),
      }),
    );

  it('show the same words as before, and every address', () => {
    fc.assert(
      fc.property(marked, ({ text, entities }) => {
        const markdown = markdownOf(text, entities);
        const isBare = markdown === text || markdown.startsWith(`${text}\n[`);
        if (!isBare) expect(withoutBlanks(plainWords(markdown))).toBe(withoutBlanks(text));
        const linked = entities.filter(({ type }) => type === 'text_link');
        const isSeen = ({ offset, length }: MessageEntity): boolean =>
          text.slice(offset, offset + length).trim() !== '';
        const isHidden = (link: MessageEntity): boolean =>
          entities.some((each) => each !== link && ['pre', 'text_link', 'text_mention'].includes(each.type));
        for (const link of linked)
          if (isSeen(link) && !isHidden(link)) expect(markdown).toContain('https://link.example/');
      }),
      { numRuns: 3000 },
    );
  });

  it('are written with their marks where people write plainly', () => {
    const word = fc.constantFrom('words', 'of', 'people', '中文', 'a_b', '3.5', 'e.g.', "it's", '😀', 'C++', '(so)');
    const text = fc.array(word, { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(text, fc.nat(2), fc.constantFrom('bold', 'italic', 'code', 'spoiler'), (list, at, type) => {
        const offset = list.slice(0, at).join(' ').length + (at > 0 ? 1 : 0);
        const markdown = markdownOf(list.join(' '), [entity(type, offset, (list[at] ?? '').length)]);
        expect(markdown).not.toBe(list.join(' '));
      }),
    );
  });
});
