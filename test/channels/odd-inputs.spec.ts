import type { MessageEntity } from 'telegraf/types';
import { discordChunks, discordMarkdown } from '../../src/channels/discord/discord-format';
import { mrkdwn, slackChunks } from '../../src/channels/slack/slack-format';
import { addressedText } from '../../src/channels/telegram/telegram-commands';
import { markdownOf } from '../../src/channels/telegram/telegram-entities';
import { telegramChunks, telegramHtml } from '../../src/channels/telegram/telegram-format';
import { foldText } from '../../src/common/fold-text';
import { plainName } from '../../src/common/plain-name';
import { nextSlot } from '../../src/automation/cron/cron-schedule';

const entity = (type: string, offset: number, length: number, more: object = {}): MessageEntity =>
  ({ type, offset, length, ...more }) as MessageEntity;

/** What nobody would write down as an example, and people, apps and platforms send all the same. */
describe('odd inputs', () => {
  it.each<[string, string, MessageEntity[], string]>([
    ['beyond the end', 'abc', [entity('bold', 1, 99)], 'a**bc**'],
    ['before the beginning', 'abc', [entity('bold', -1, 2)], 'abc'],
    ['inside of an emoji', 'a😀b', [entity('bold', 2, 2)], '**a😀b**'],
    ['of no letters', 'abc', [entity('bold', 1, 0)], 'abc'],
    ['that cross each other', 'abcdef', [entity('bold', 0, 4), entity('italic', 2, 4)], 'abcdef'],
    ['with blanks at their ends', 'a b c', [entity('bold', 1, 3)], 'a **b** c'],
    [
      'within each other',
      'abc',
      ['bold', 'italic', 'strikethrough'].map((type) => entity(type, 0, 3)),
      '**_~~abc~~_**',
    ],
    ['of a new kind', 'abc', [entity('sparkle', 0, 3)], 'abc'],
    ['around marks of code', '`x` ``y', [entity('code', 0, 7)], '``` `x` ``y ```'],
    ['around a fence', 'a ``` b', [entity('pre', 0, 7, { language: 'js\nrm' })], '````jsrm\na ``` b\n````'],
    ['that quote a part', 'one\ntwo\nthree', [entity('expandable_blockquote', 0, 7)], '> one\n> two\n\nthree'],
    ['in Hebrew', 'שלום עולם', [entity('text_link', 5, 4, { url: 'https://a.b' })], 'שלום [עולם](https://a.b)'],
    [
      'with brackets in words and address',
      'see [x] now',
      [entity('text_link', 4, 3, { url: 'https://a.b/(c)' })],
      'see [[x]](<https://a.b/(c)>) now',
    ],
    [
      'with blanks in the address',
      'see x',
      [entity('text_link', 4, 1, { url: 'https://a.b/c d>e' })],
      'see [x](<https://a.b/c d\\>e>)',
    ],
  ])('marked parts %s', (_, text, entities, markdown) => {
    expect(markdownOf(text, entities)).toBe(markdown);
  });

  it.each([
    ['/new@other_bot', '/new@other_bot', true],
    ['/new@nest_bot2', '/new@nest_bot2', true],
    ['/new@', '/new@', true],
    ['/new@nest_bot@other', '/new@nest_bot@other', true],
    ['/new@Nest_Bot', '/new', undefined],
    ['/NEW@NEST_BOT now', '/NEW now', undefined],
    ['/new@nest_bot\nmore', '/new\nmore', undefined],
    ['x /new@other_bot', 'x /new@other_bot', undefined],
    ['//new', '//new', undefined],
    ['/new＠other_bot', '/new＠other_bot', undefined],
  ])('the command %j', (said, text, isForAnother) => {
    const word = /\/\S*/.exec(said)?.[0] ?? '';
    const found = addressedText(said, [entity('bot_command', said.indexOf('/'), word.length)], 'nest_bot');
    expect([found.text, found.isForAnother]).toEqual([text, isForAnother]);
  });

  it.each([
    ['a\u202eb', 'ab'],
    ['\u2066x\u2069', 'x'],
    ['a\u200fb', 'ab'],
    ['\u061cx', 'x'],
    ['a\u0000b', 'ab'],
    ['a\u{e0041}b', 'ab'],
    ['\ufeffx', 'x'],
    ['\u180ex', 'x'],
    ['\u3164', ''],
    ['a\u2028b', 'a b'],
    ['a\u0085b', 'a b'],
    ['a]\n[b', 'a] [b'],
    ['👩\u200d👩\u200d👧', '👩\u200d👩\u200d👧'],
    ['ن\u200cم', 'ن\u200cم'],
  ])('the name %j', (name, shown) => {
    expect(plainName(name)).toBe(shown);
  });

  it.each([
    ['Αθήνας', 'ΑΘΉΝΑΣ'],
    ['STRASSE', 'straße'],
    ['İstanbul', 'istanbul'],
    ['ﬁn', 'fin'],
    ['Å', 'A\u030a'],
    ['ｶﾞ', 'ガ'],
    ['µ', 'μ'],
    ['Ǆ', 'ǆ'],
    ['ſ', 's'],
    ['\u212a', 'k'],
    ['ı', 'I'],
    ['١٢', '12'],
    ['Ⅷ', 'viii'],
    ['𝐁𝐨𝐥𝐝', 'bold'],
    ['ﷺ', 'صلى الله عليه وسلم'],
  ])('%s and %s are found by each other', (one, other) => {
    expect(foldText(one)).toBe(foldText(other));
  });

  it.each([
    ['an hour that is left out', '30 2 * * *', 'Europe/Berlin', '2027-03-28T00:00Z', '2027-03-28T01:30Z'],
    ['an hour that comes twice', '30 2 * * *', 'Europe/Berlin', '2027-10-30T23:00Z', '2027-10-31T00:30Z'],
    ['not a second time', '30 2 * * *', 'Europe/Berlin', '2027-10-31T00:31Z', '2027-11-01T01:30Z'],
    ['a midnight that there is not', '0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00Z', '2018-11-04T03:00Z'],
    ['half an hour of summer time', '*/20 * * * *', 'Australia/Lord_Howe', '2027-04-03T14:45Z', '2027-04-03T15:10Z'],
    ['a day that was left out', '0 9 * * 1-5', 'Pacific/Apia', '2011-12-29T00:00Z', '2011-12-29T19:00Z'],
    ['a leap day', '0 0 29 2 *', 'UTC', '2027-03-01T00:00Z', '2028-02-29T00:00Z'],
    ['a zone of half hours', '15 2 31 3 *', 'Asia/Kolkata', '2027-01-01T00:00Z', '2027-03-30T20:45Z'],
    ['the first zone of a day', '59 23 31 12 *', 'Pacific/Kiritimati', '2027-06-01T00:00Z', '2027-12-31T09:59Z'],
    ['the last day of a month', '0 3 L * *', 'UTC', '2027-02-01T00:00Z', '2027-02-28T03:00Z'],
  ])('a job at %s', (_, expr, tz, after, at) => {
    expect(nextSlot({ kind: 'cron', expr, tz }, Date.parse(after), 0, 'UTC')).toBe(Date.parse(at));
  });

  describe.each<[string, number, (text: string) => string[], (text: string) => string]>([
    // Marks of Telegram's HTML do not count.
    ['Telegram', 4000, (text) => telegramChunks(text, 4000), (piece) => telegramHtml(piece).replace(/<[^>]*>/g, '')],
    ['Slack', 4000, (text) => slackChunks(text), mrkdwn],
    ['Discord', 2000, (text) => discordChunks(text, { lines: Infinity }), discordMarkdown],
  ])('long texts on %s', (_, limit, chunks, form) => {
    it.each([
      ['families of emoji', '👩‍👩‍👧‍👦'.repeat(800)],
      ['flags', '🇩🇪'.repeat(1500)],
      ['letters with accents of their own', 'e\u0301'.repeat(3000)],
      ['Hebrew with marks', 'שלום **עולם** '.repeat(500)],
      ['one address', `https://e.com/${'a'.repeat(5000)} end`],
      ['one link', `[${'long '.repeat(900)}](https://a.b/c)`],
      ['a table', `| a | b |\n|---|---|\n${`| ${'x'.repeat(200)} | y |\n`.repeat(40)}`],
      ['code in a list', `- a\n  - b\n\n    \`\`\`sh\n    ${'echo hello\n    '.repeat(300)}\`\`\`\n- c`],
      ['brackets that nobody closes', '['.repeat(5000)],
      ['stars', '**'.repeat(3000)],
    ])('%s fit, and no letter is cut', (__, text) => {
      const pieces = chunks(text);
      for (const piece of pieces) {
        expect(form(piece).replace(/&[a-z]+;/g, '_').length).toBeLessThanOrEqual(limit);
        expect(piece).not.toMatch(/\p{Cs}|^[\u0301\u200d]/u);
      }
      expect(pieces.join('').match(/[\p{L}\u{1f1e6}-\u{1f1ff}\u{1f468}]/gu)?.length ?? 0).toBeGreaterThanOrEqual(
        text.match(/[\p{L}\u{1f1e6}-\u{1f1ff}\u{1f468}]/gu)?.length ?? 0,
      );
    });
  });
});
