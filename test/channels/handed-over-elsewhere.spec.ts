import { mkdirSync, writeFileSync } from 'node:fs';
import { FakeDiscord } from '../fakes/discord-server';
import { FakeSlack } from '../fakes/slack-server';
import { FakeSite } from '../fakes/web-site';
import { discordConfig, slackConfig } from '../harness/channel-config';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const PERSON = '500000000000000005';
const MEMBER = 'U5';
const MIB = 1024 * 1024;
const OGG = Buffer.from('OggS\0\x02 some speech');

/** A message with its files, however a platform writes them. */
interface Came {
  text: string;
  versions: string[];
  files: [name: string, content: string][];
}

interface Chat {
  say(text: string): void;
  came(): Came[];
}

/** The same answers on Discord and Slack, as Telegram, the page and the command line are tried elsewhere. */
describe('files that an answer hands over, on Discord and Slack', () => {
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let site: FakeSite;
  let bench: ToolBench;
  const chats: Record<string, Chat> = {
    discord: {
      say: (text) => void discord.say({ channelId: discord.directWith(PERSON), userId: PERSON, text }),
      came: () =>
        discord.sent.map(({ text, versions, files = [] }) => ({
          text,
          versions,
          files: files.map(({ name, content }) => [name ?? '', content.toString()]),
        })),
    },
    slack: {
      say: (text) => void slack.say({ channel: slack.directWith(MEMBER), user: MEMBER, text }),
      came: () =>
        slack.sent.map(({ text, versions, file }) => ({
          text,
          versions,
          files: file ? [[file.name, file.content.toString()]] : [],
        })),
    },
  };
  const chatOf = (channel: string): Chat => chats[channel] as Chat;
  const ways = Object.keys(chats);

  beforeAll(async () => {
    discord = await FakeDiscord.start();
    slack = await FakeSlack.start();
    site = await FakeSite.start();
    site.pages.set('/cat.txt', { type: 'text/plain', body: Buffer.from('a cat') });
    bench = await ToolBench.start({
      config: {
        channels: {
          discord: discordConfig(discord, [PERSON], { mediaMaxMb: 1 }),
          slack: slackConfig(slack, [MEMBER], { mediaMaxMb: 1 }),
        },
      },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    mkdirSync(bench.workspace('out'), { recursive: true });
    writeFileSync(bench.workspace('out', 'report.txt'), 'all is well');
    writeFileSync(bench.workspace('out', 'b.bin'), 'second');
    writeFileSync(bench.workspace('note.ogg'), OGG);
    writeFileSync(bench.workspace('large.bin'), Buffer.alloc(5 * MIB, 7));
  });
  afterAll(async () => {
    await bench.stop();
    await discord.stop();
    await slack.stop();
    await site.stop();
  });

  /** What a chat gets for an answer; so many files are waited for, and the words. */
  const told = async (channel: string, answer: string, files: number, words = ''): Promise<Came[]> => {
    bench.models.answer = () => ({ steps: [{ text: answer }] });
    return cameAfter(channel, 'please', files, words);
  };
  const cameAfter = async (channel: string, said: string, files: number, words: string): Promise<Came[]> => {
    const chat = chatOf(channel);
    const before = chat.came().length;
    const since = (): Came[] => chat.came().slice(before);
    chat.say(said);
    await until(
      `${files} files and "${words}" in ${channel}`,
      () => filesOf(since()).length >= files && textOf(since()).includes(words),
    );
    return since();
  };
  const filesOf = (all: readonly Came[]): Came['files'] => all.flatMap(({ files }) => files);
  const textOf = (all: readonly Came[]): string => all.map(({ text }) => text).join('\n');

  it.each(ways)('%s: come in their order with the words, and nobody sees the lines', async (channel) => {
    const all = await told(channel, 'Here it is.\nMEDIA:out/report.txt\nMEDIA:./out/b.bin', 2, 'Here it is.');
    expect(filesOf(all)).toEqual([
      ['report.txt', 'all is well'],
      ['b.bin', 'second'],
    ]);
    expect(textOf(all).trim()).toBe('Here it is.');
    expect(all.flatMap(({ versions }) => versions).join()).not.toContain('MEDIA');
  });

  it.each(ways)('%s: a recording comes, as a voice note or not', async (channel) => {
    const all = await told(channel, '[[audio_as_voice]]\nMEDIA:note.ogg', 1);
    expect(filesOf(all)).toEqual([[expect.stringMatching(/\.ogg$/), OGG.toString()]]);
    expect(textOf(all)).not.toContain('audio_as_voice');
  });

  it.each(ways)('%s: what lies in the room of commands, and what an address names', async (channel) => {
    bench.models.answer = ({ toolResults }) =>
      toolResults === 0
        ? { steps: [{ tool: { name: 'exec', args: { command: 'printf made > /tmp/made.txt' } } }] }
        : { steps: [{ text: `MEDIA:/tmp/made.txt\nMEDIA:${site.url}/cat.txt` }] };
    const all = await cameAfter(channel, `make it, and bring ${site.url}/cat.txt`, 2, '');
    expect(filesOf(all)).toEqual([
      [expect.stringMatching(/^made.*\.txt$/), 'made'],
      ['cat.txt', 'a cat'],
    ]);
  });

  it.each(ways)('%s: what can not be handed over is said with the reason, and the rest comes', async (channel) => {
    const answer = 'See:\nMEDIA:none.pdf\nMEDIA:out/report.txt\nMEDIA:../openclaw.json\nMEDIA:large.bin';
    const all = await told(channel, answer, 1, 'Not handed over');
    expect(filesOf(all)).toEqual([['report.txt', 'all is well']]);
    // Slack gets names as code: it would make links of them.
    const text = textOf(all).replaceAll('`', '');
    expect(text).toContain('none.pdf does not exist');
    expect(text).toContain('openclaw.json is outside the workspace');
    expect(text).toContain(`large.bin has ${5 * MIB} bytes; at most ${MIB} are taken there`);
  });

  it.each(ways)('%s: the tool sends any file as well, with words of its own', async (channel) => {
    const args = { action: 'send', path: 'out/report.txt', message: 'The report.' };
    bench.models.answer = ({ toolResults }) =>
      toolResults === 0 ? { steps: [{ tool: { name: 'message', args } }] } : { steps: [{ text: 'Sent.' }] };
    const all = await cameAfter(channel, 'send me the report', 1, 'Sent.');
    expect(filesOf(all)).toEqual([['report.txt', 'all is well']]);
    expect(textOf(all)).toContain('The report.');
  });

  it.each(ways)('%s: a fault in the middle of them doubles none and loses none', async (channel) => {
    const method = channel === 'slack' ? 'files.completeUploadExternal' : 'send';
    (channel === 'slack' ? slack : discord).faults.add(method, { kind: 'rate-limit', retryAfter: 0.2 }, 1);
    const all = await told(channel, 'Twice.\nMEDIA:out/report.txt\nMEDIA:out/b.bin', 2, 'Twice.');
    expect(filesOf(all)).toEqual([
      ['report.txt', 'all is well'],
      ['b.bin', 'second'],
    ]);
  });
});
