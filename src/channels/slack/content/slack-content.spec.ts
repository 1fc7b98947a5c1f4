import fc from 'fast-check';
import { KNOWN_BLOCKS } from './slack-blocks';
import { contentOf, sharedFor, textFor } from './slack-content';
import { KNOWN_HAPPENINGS, happenedWords } from './slack-happenings';
import { NO_NAMES, escaped, plainText, unnamedIn, withoutMention } from './slack-markup';

const BOT = 'U0BOT';
const said = (source: object): string => {
  const content = contentOf(source);
  return [textFor(content, NO_NAMES, BOT), ...sharedFor(content, NO_NAMES).map(({ text }) => text)].join('\n');
};

const json = fc.jsonValue({ maxDepth: 6 });
const key = fc.constantFrom(
  ...'type text title elements fields value url label options accessory rows blocks message_blocks files name mode'.split(
    ' ',
  ),
);
/** Things that look like what Slack sends, and hold anything. */
const slackLike = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(json, fc.constantFrom(...KNOWN_BLOCKS, 'mrkdwn', 'plain_text', 'rich_text_list', 'link', 'date')),
    fc.dictionary(key, tie('node'), { maxKeys: 6 }),
    fc.array(tie('node'), { maxLength: 4 }),
  ),
})).node;

describe('what Slack sends', () => {
  it('is read without a failure, whatever it holds', () => {
    fc.assert(
      fc.property(slackLike, slackLike, slackLike, fc.string(), (blocks, attachments, files, text) => {
        expect(typeof said({ text, blocks: [blocks], attachments: [attachments], files: [files], root: blocks })).toBe(
          'string',
        );
      }),
      { numRuns: 500 },
    );
  });

  it('of a kind that nobody knows leaves a note, with its words', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.stringMatching(/^[a-z]{3,9}( [a-z]{3,9})?$/), (type, words) => {
        fc.pre(!KNOWN_BLOCKS.includes(type));
        expect(said({ blocks: [{ type, some: { title: { type: 'plain_text', text: words } } }] })).toContain(words);
        expect(said({ blocks: [{ type }] })).not.toBe('');
        if (!KNOWN_HAPPENINGS.includes(type)) expect(happenedWords({ subtype: type }, words) ?? words).toContain(words);
      }),
    );
  });

  it('is never nothing: each block, attachment and file says something', () => {
    for (const type of KNOWN_BLOCKS) expect([type, said({ blocks: [{ type }] }).trim()]).not.toEqual([type, '']);
    expect(said({ attachments: [{}] }).trim()).not.toBe('');
    expect(said({ files: [{}] }).trim()).not.toBe('');
  });

  it('says the same in text and blocks once, and both where they differ', () => {
    const block = (text: string): object => ({
      type: 'rich_text',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
    });
    expect(said({ text: '*hello* you', blocks: [block('hello you')] })).toBe('*hello* you');
    expect(said({ text: 'hello', blocks: [block('hello, all of you')] })).toBe('hello, all of you');
    expect(said({ text: 'in short', blocks: [block('something else')] })).toBe('in short\nsomething else');
    const sent = 'ask <@U7|bo> in <#C1|ops> at <https://a.example|a>';
    const elements = [
      { type: 'text', text: 'ask ' },
      { type: 'user', user_id: 'U7' },
      { type: 'text', text: ' in ' },
      { type: 'channel', channel_id: 'C1' },
      { type: 'text', text: ' at ' },
      { type: 'link', url: 'https://a.example', text: 'a' },
    ];
    expect(
      said({ text: sent, blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }] }),
    ).toBe('ask @bo in #ops at a (https://a.example)');
  });
});

describe('Slack’s markup', () => {
  it('is words: what was escaped comes out as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(plainText(escaped(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['<mailto:bo@example.com|Bo>', 'Bo (mailto:bo@example.com)'],
    ['<mailto:bo@example.com>', 'bo@example.com'],
    ['<tel:+15550100>', '+15550100'],
    ['<tel:+15550100|the office>', 'the office (+15550100)'],
    ['<https://a.example/x|a.example/x>', 'a.example/x'],
    ['<!date^99999999999999^{date}|some day>', 'some day'],
    ['<!date^x^{date}>', 'x'],
    ['<!subteam^S1>', '@group'],
    ['<!everyone|everyone>', 'everyone'],
    ['a < b > c <not closed', 'a < b > c <not closed'],
    ['<>', '<>'],
  ])('%s is read as %s', (markup, words) => expect(plainText(markup)).toBe(words));

  it('is left without the name of whom it is said to, at its ends only', () => {
    expect(withoutMention(`<@${BOT}>, ask <@${BOT}> now <@${BOT}>`, BOT)).toBe(`ask <@${BOT}> now`);
    expect(withoutMention(` <@${BOT}|nest>: hi`, BOT)).toBe('hi');
    expect(withoutMention('<@U7> hi', BOT)).toBe('<@U7> hi');
  });

  it('tells which names it lacks', () => {
    expect(unnamedIn('<@U1> <@U2|bo> <#C1> <#C2|x> <!subteam^S1> <!subteam^S2|@y> <!here>')).toEqual({
      people: ['U1', 'U2'],
      channels: ['C1'],
      groups: ['S1'],
    });
  });
});
