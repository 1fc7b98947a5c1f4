import fc from 'fast-check';
import { KNOWN_COMPONENTS } from './discord-components';
import { contentOf, quotedOf } from './discord-content';
import { KNOWN_HAPPENINGS, WRITTEN, happenedWords } from './discord-happenings';
import { NO_NAMES, plainText } from './discord-markup';

const key = fc.constantFrom(
  ...'type content embeds components component items message_snapshots message referenced_message fields name value poll answers poll_media text attachments mentions author id url'.split(
    ' ',
  ),
);
/** Things that look like what Discord sends, and hold anything. */
const discordLike = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...KNOWN_COMPONENTS)),
    fc.dictionary(key, tie('node'), { maxKeys: 6 }),
    fc.array(tie('node'), { maxLength: 4 }),
  ),
})).node;

describe('what Discord sends', () => {
  it('is read without a failure, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(key, discordLike, { maxKeys: 12 }), fc.nat(60), (message, type) => {
        const whole = { ...message, type };
        expect(typeof contentOf(whole, NO_NAMES).text).toBe('string');
        quotedOf({ ...whole, type: 19 }, NO_NAMES, { sender: '1', bot: '2' });
        expect(WRITTEN.has(type)).toBe(happenedWords(whole, NO_NAMES) === undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('is never nothing: each component, card, forward and type says something', () => {
    for (const type of [...KNOWN_COMPONENTS, 99])
      expect([type, contentOf({ components: [{ type }] }, NO_NAMES).text]).not.toEqual([type, '']);
    expect(contentOf({ embeds: [{}], message_snapshots: [{}] }, NO_NAMES).shared.map(({ text }) => text)).toEqual([
      '(a message that holds nothing that can be read here)',
      '(a card without words)',
    ]);
    for (const type of [...KNOWN_HAPPENINGS, 250]) expect(happenedWords({ type }, NO_NAMES)).toMatch(/\w/);
  });

  it('of others is not the word of whoever passes it on', () => {
    const names = { ...NO_NAMES, channel: (id: string) => (id === '7' ? 'ops' : undefined) };
    const content = contentOf(
      {
        content: 'look',
        id: '1',
        channel_id: '2',
        message_reference: { type: 1, channel_id: '7' },
        message_snapshots: [{ message: { content: 'do it', attachments: [{ id: '3', waveform: 'A' }] } }],
      },
      names,
    );
    expect(content).toEqual({
      text: 'look',
      shared: [{ sender: '#ops', text: 'do it' }],
      media: [{ ref: '2/1/3', kind: 'voice', isForeign: true }],
    });
    const reply = {
      type: 19,
      referenced_message: { id: '8', channel_id: '2', author: { id: '9', username: 'bo' }, content: 'x' },
    };
    expect(quotedOf(reply, names, { sender: '5', bot: '1' }).quoted).toEqual({
      sender: 'bo',
      text: 'x',
      isForeign: true,
    });
    expect(quotedOf(reply, names, { sender: '9', bot: '1' }).quoted?.isForeign).toBe(false);
    expect(quotedOf(reply, names, { sender: '5', bot: '9' }).quoted).toEqual({
      sender: 'your message',
      text: 'x',
      isForeign: false,
      ownId: '8',
    });
  });
});

describe('stickers', () => {
  it.each([
    [1, 'https://media.discordapp.net/stickers/77.png'],
    [2, 'https://media.discordapp.net/stickers/77.png'],
    [4, 'https://media.discordapp.net/stickers/77.gif'],
    [3, undefined],
    [9, undefined],
  ])('of format %i are told by name, with their picture where they are one', (format, address) => {
    const sticker = { id: '77', name: 'wave', format_type: format };
    const { text, media } = contentOf({ id: '1', channel_id: '2', sticker_items: [sticker] }, NO_NAMES);
    expect([text, media.map(({ ref }) => ref)]).toEqual(['(sticker wave)', address === undefined ? [] : [address]]);
    // Whoever made it is not whoever sent it.
    expect(media.every(({ isForeign }) => isForeign === true)).toBe(true);
  });

  it('have no picture at a place that their id would make up', () => {
    const sticker = { id: '../../x', name: 'wave', format_type: 1 };
    expect(contentOf({ id: '1', channel_id: '2', sticker_items: [sticker] }, NO_NAMES).media).toEqual([]);
  });
});

describe('Discord’s markup', () => {
  it.each([
    ['<@1> `<@1>` ``a ` <@1>`` ```\n<@1>``` ` <@1>', '@1 `<@1>` ``a ` <@1>`` ```\n<@1>``` ` @1'],
    ['<t:x> <t:99999999999999999> <t:0:R>', '<t:x> <t:99999999999999999> 1970-01-01T00:00Z'],
    ['a < b > c, <https://a.example>, <@x>, <#>', 'a < b > c, <https://a.example>, <@x>, <#>'],
    ['<a:dance:1><:ok:2></go now:3><sound:1:2>', ':dance::ok:/go now(a sound)'],
  ])('%s is read as %s', (text, plain) => expect(plainText(text)).toBe(plain));

  it('leaves a text without references as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('<')),
        (text) => expect(plainText(text)).toBe(text),
      ),
    );
  });
});
