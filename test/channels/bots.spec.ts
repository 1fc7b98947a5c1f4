import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeDiscord, GENERAL_ID, GUILD_ID } from '../fakes/discord-server';
import { FakeModels } from '../fakes/model-server';
import { CHANNEL, FakeSlack } from '../fakes/slack-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { discordConfig, slackConfig, telegramConfig } from '../harness/channel-config';
import { GatewayProcess, until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { WireClient } from '../harness/wire-client';

const OWNER = '500000000000000005';
const LIMIT = 4;
const GROUP = -1_002_000_000_007;

/** A place where other bots answer whatever the assistant says there. */
interface Place {
  name: string;
  /** How often the assistant has answered. */
  answers(): number;
  bot(number: number, text: string): void;
  person(text: string): void;
}

describe('bots that answer each other', () => {
  let discord: FakeDiscord;
  let slack: FakeSlack;
  let telegram: FakeTelegram;
  let models: FakeModels;
  let gateway: GatewayProcess;

  let stateDir: string;

  const start = async (): Promise<void> => {
    const heard = { allowBots: true };
    gateway = await GatewayProcess.start({
      stateDir,
      config: {
        models: { providers: { fake: models.provider('openai-completions') } },
        agents: { defaults: { model: { primary: 'fake/fake-1' } } },
        channels: {
          defaults: { botLoopProtection: { maxEventsPerWindow: LIMIT, windowSeconds: 3600 } },
          discord: discordConfig(discord, [OWNER], { ...heard, guilds: { [GUILD_ID]: { requireMention: false } } }),
          slack: slackConfig(slack, ['U5'], { channels: { general: { ...heard, requireMention: false } } }),
          telegram: telegramConfig(telegram, [5], {
            ...heard,
            groupPolicy: 'open',
            groups: { '*': { requireMention: false } },
          }),
        },
      },
    });
    await until('the platforms', () => discord.isConnected && slack.isConnected);
    await until('the channels', async () => {
      const client = await WireClient.connected(gateway.url);
      const { payload } = await client.call('channels.status', {});
      client.close();
      return (JSON.stringify(payload?.['channelAccounts']).match(/"connected":true/g) ?? []).length === 3;
    });
  };
  beforeEach(async () => {
    [discord, slack, telegram, models] = await Promise.all([
      FakeDiscord.start(),
      FakeSlack.start(),
      FakeTelegram.start(),
      FakeModels.start(),
    ]);
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-bots-'));
    models.answer = ({ lastUser }) => ({ steps: [{ text: `Answer to: ${lastUser.split('\n')[0] ?? ''}` }] });
    await start();
  });
  afterEach(async () => {
    await gateway.stop();
    await Promise.all([discord.stop(), slack.stop(), telegram.stop(), models.stop()]);
    rmSync(stateDir, { recursive: true, force: true });
  });

  const places = (): Place[] => [
    {
      name: 'discord',
      answers: () => discord.textsIn(GENERAL_ID).length,
      bot: (number, text) =>
        void discord.say({
          channelId: GENERAL_ID,
          userId: String(888_000 + number),
          name: `Bot ${number}`,
          text,
          // One of them is a webhook.
          ...(number === 1 ? { more: { webhook_id: String(888_000 + number) } } : { bot: true }),
        }),
      person: (text) => void discord.say({ channelId: GENERAL_ID, userId: OWNER, text }),
    },
    {
      name: 'slack',
      answers: () => slack.textsIn(CHANNEL).length,
      bot: (number, text) =>
        void slack.say({
          channel: CHANNEL,
          text,
          subtype: 'bot_message',
          more: { user: undefined, bot_id: `B${number}`, username: `Bot ${number}` },
        }),
      person: (text) => void slack.say({ channel: CHANNEL, user: 'U5', text }),
    },
    {
      name: 'telegram',
      answers: () => telegram.textsIn(GROUP).length,
      bot: (number, text) =>
        void telegram.say({ chatId: GROUP, chatType: 'supergroup', fromId: 888_000 + number, bot: true, text }),
      person: (text) => void telegram.say({ chatId: GROUP, chatType: 'supergroup', fromId: 5, text }),
    },
  ];

  /** Bots answer in turns until nothing comes for a while; how many answers that were. */
  const exchange = async ({ answers, bot }: Place, bots: number): Promise<number> => {
    const before = answers();
    let silent = 0;
    for (let turn = 0; silent < bots; turn++) {
      if (turn > LIMIT * bots * 4) return Infinity;
      const said = answers();
      bot(turn % bots, `pong ${turn}`);
      const isAnswered = await until('an answer', () => answers() > said, 3000).then(
        () => true,
        () => false,
      );
      silent = isAnswered ? 0 : silent + 1;
    }
    return answers() - before;
  };

  it('come to an end on each platform, and a person is answered, and they again after it', async () => {
    for (const place of places()) {
      expect([place.name, await exchange(place, 1)]).toEqual([place.name, LIMIT]);
      const said = place.answers();
      place.person('and me?');
      await until(`${place.name}: the person's answer`, () => place.answers() === said + 1);
      expect(models.requests.at(-1)?.text).toContain('pong');
      place.bot(0, 'once more');
      await until(`${place.name}: the bot's answer`, () => place.answers() === said + 2);
    }
    const warned = gateway.output
      .join('')
      .split('\n')
      .filter((line) => line.includes('bots are paused'));
    expect(warned).toHaveLength(3);
  });

  it('come to an end in turns, stay paused over a restart, and doctor and status say so', async () => {
    const [place] = places();
    if (!place) throw new Error('no place');
    expect(await exchange(place, 3)).toBe(LIMIT * 3);
    await gateway.stop();
    await start();
    const said = place.answers();
    place.bot(0, 'still there?');
    place.bot(1, 'still there?');
    const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(gateway.port) };
    const doctor = await runCli(['doctor'], { env });
    expect(doctor.stdout).toMatch(/channel: the bot "Bot 0" is not answered in general \(discord\/default\)/);
    expect((await runCli(['channels', 'status'], { env })).stdout).toContain('the bot "Bot 1" is paused in general');
    expect((await runCli(['status'], { env })).stdout).toContain('(bots are paused in general');
    expect(place.answers()).toBe(said);
    place.person('go on');
    await until('the answer', () => place.answers() === said + 1);
    expect((await runCli(['doctor'], { env })).stdout).not.toContain('is not answered');
  });
});
