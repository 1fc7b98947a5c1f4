import { isStopRequest } from '../../src/agent/commands/chat-command';
import { parseOfflineRequest } from '../../src/agent/providers/offline/offline-request';
import { StreamFilter, readReply } from '../../src/agent/runtime/reply-outcome';
import { callsInText } from '../../src/agent/runtime/text-calls';
import { lengthOf } from '../../src/automation/cron/cron-time';
import { scheduleInWords } from '../../src/automation/cron/schedule-words';
import { trimmed } from '../../src/automation/webhooks/hook-inbound.service';
import { discordChunks } from '../../src/channels/discord/discord-format';
import { slackChunks, withoutLinks } from '../../src/channels/slack/slack-format';
import { telegramChunks } from '../../src/channels/telegram/telegram-format';
import { durationMs } from '../../src/common/duration';
import { takeHandover } from '../../src/common/markdown/handed-files';
import { AddressSet } from '../../src/common/net/address';
import { forwardedClient } from '../../src/common/net/forwarding';
import { safeFileName } from '../../src/common/safe-file-name';
import { rtfText } from '../../src/tools/documents/read/rtf-text';
import { identityIn } from '../../src/workspace/identity-file';

/** What takes the square of a run takes hours for one of these, and then the test's limit is what ends it. */
const LONG = 300_000;
/** Formats for chats split what is long, which takes more than reading it. */
const CHAT = 5000;
const SIGNS = [
  ' ',
  '\n',
  '\t',
  '_',
  '*',
  '`',
  '!',
  '.',
  '<',
  '>',
  '~',
  '/',
  '[',
  '|',
  '1',
  'a',
  'あ',
  '> ',
  '- ',
  '1. ',
];

describe('a long run of one sign in a text of somebody', () => {
  const run = (sign: string, length: number): string => `x ${sign.repeat(length / sign.length)} x`;

  it.each<[string, (text: string) => unknown]>([
    ['a stop request', isStopRequest],
    ['a request to the offline assistant', parseOfflineRequest],
    ['an answer', readReply],
    ['a streamed answer', (text) => new StreamFilter().add(text)],
    ['a length of time', lengthOf],
    ['a duration', (text) => durationMs(text, 's')],
    ['a schedule', (text) => scheduleInWords(text, 0, 'UTC')],
    ['a path', trimmed],
    ['calls of tools in a text', (text) => callsInText(`<function=a><parameter=${text.trim()}`, () => true)],
    ['links', withoutLinks],
    ['the name of a file', safeFileName],
    ['a header of a proxy', (text) => forwardedClient({ forwarded: `for=1.2.3.4;${text.slice(1)}` }, AddressSet.none)],
    ['a document', (text) => rtfText(`{\\rtf1 ${text.replaceAll('\\', '')}}`)],
    ['who somebody is', (text) => identityIn(`- Name: ${text}`)],
  ])('is read in the time that it takes to read it: %s', (_, read) => {
    for (const sign of SIGNS) expect(() => read(run(sign, LONG))).not.toThrow();
  });

  it.each([
    ['nobody, for its files are taken', (text: string) => [takeHandover(`MEDIA:\n${text}`).text]],
    ['Telegram', (text: string) => telegramChunks(text, 4096)],
    ['Discord', (text: string) => discordChunks(text, {})],
    ['Slack', (text: string) => slackChunks(text)],
  ])('arrives with %s, however deep it is nested', (_, chunks) => {
    for (const sign of SIGNS.filter((each) => each.trim() !== '')) {
      const pieces = chunks(run(sign, CHAT));
      expect(pieces.length).toBeGreaterThan(0);
      expect(pieces.at(-1)).toContain('x');
    }
    expect(chunks('> '.repeat(8000) + 'deep').join('')).toContain('deep');
  });
});
