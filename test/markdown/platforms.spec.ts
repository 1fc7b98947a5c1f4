import fc from 'fast-check';
import { Marked, type Tokens } from 'marked';
import { escapeHtml, telegramChunks, telegramHtml } from '../../src/channels/telegram/telegram-format';
import { discordChunks, discordMarkdown } from '../../src/channels/discord/discord-format';
import { plainText } from '../../src/channels/slack/content/slack-markup';
import { mrkdwn, slackChunks } from '../../src/channels/slack/slack-format';
import { withoutBlanks, wordsOfHtml } from '../harness/visible-words';
import { anyMarkdown as withDefinition } from './markdown-arbitrary';

/** What a reader of the source sees, by the HTML of another renderer: pictures by their words, markup of HTML as it is. */
const reader = new Marked({
  renderer: {
    image: ({ text, href }) => escapeHtml(text || href),
    html: ({ raw }) => escapeHtml(raw),
    hr: () => '———',
    checkbox: () => '',
    list({ items, ordered, start }: Tokens.List) {
      return items
        .map((item, index) => {
          const task = item.task ? (item.checked ? '☑' : '☐') : '';
          return `${ordered ? `${Number(start) + index}.` : '•'}${task}${this.parser.parse(item.tokens)}`;
        })
        .join('');
    },
  },
});
const seen = (markdown: string): string => wordsOfHtml(reader.parse(markdown, { async: false })).replace(/•/g, '');

/** A definition that nothing refers to is shown, which the reader above does not do. */
const anyMarkdown = withDefinition.filter((markdown) => !telegramHtml(markdown).includes('[ref]:'));

/** What Slack shows of its markup. */
const slackWords = (text: string): string =>
  withoutBlanks(
    plainText(text.replace(/<(https?:[^|>]+)\|([^>]*)>/g, '$2'))
      .replace(/^> /gm, '')
      .replace(/^```$/gm, ''),
  ).replace(/•/g, '');

/** Marks that Slack may take away, or show: neither loses a word. */
const bare = (text: string): string => text.replace(/[*_~`>]/g, '');

describe('Markdown on each platform', () => {
  it('Telegram shows what the source shows', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.integer({ min: 200, max: 600 }), (markdown, limit) => {
        const ofHtml = (html: string): string => wordsOfHtml(html).replace(/•/g, '');
        expect(ofHtml(telegramHtml(markdown)).replace(/[>*]/g, '')).toBe(seen(markdown).replace(/[>*]/g, ''));
        const pieces = telegramChunks(markdown, limit).map(telegramHtml);
        expect(pieces.map(ofHtml).join('').replace(/[>*]/g, '')).toBe(seen(markdown).replace(/[>*]/g, ''));
        for (const html of pieces) expect(html.replace(/<[^>]*>|&\w+(?=;)/g, '').length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 500 },
    );
  });

  it('Slack shows what the source shows', () => {
    fc.assert(
      fc.property(anyMarkdown, fc.integer({ min: 300, max: 600 }), (markdown, limit) => {
        expect(bare(slackWords(mrkdwn(markdown)))).toBe(bare(seen(markdown)));
        const pieces = slackChunks(markdown, limit).map(mrkdwn);
        expect(pieces.map((piece) => bare(slackWords(piece))).join('')).toBe(bare(seen(markdown)));
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 500 },
    );
  });

  it('Discord shows what the source shows: its own flavour, read back, says the same', () => {
    // Items that hold nothing but the sign of another item read as other lists, or a rule.
    const readable = anyMarkdown.filter((markdown) => !/^[\s>]*[-*]\s+(?:[-*]|\d+\.)(?:\s|$)/m.test(markdown));
    fc.assert(
      fc.property(readable, fc.integer({ min: 300, max: 600 }), (markdown, limit) => {
        const words = (text: string): string => bare(seen(text)).replace(/[☑☐]/g, '');
        expect(words(discordMarkdown(markdown))).toBe(words(markdown));
        const pieces = discordChunks(markdown, { chars: limit, lines: 1000 }).map(discordMarkdown);
        expect(pieces.map(words).join('')).toBe(words(markdown));
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 500, examples: [['## # #\n\nword', 300]] },
    );
  });
});
