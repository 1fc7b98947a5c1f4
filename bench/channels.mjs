// Three platforms at once: what they cost, and how long a message takes from the platform to its turn.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadFakes, pause, until } from './fakes.mjs';
import { BenchGateway } from './processes.mjs';
import { median, round } from './statistics.mjs';
import { openDatabase } from './storage.mjs';

const MESSAGES = 60;
const IDLE_MS = 15_000;

/** @param services port of the model */
export async function measureChannels(services, add) {
  const { FakeTelegram, FakeDiscord, FakeSlack } = await loadFakes();
  const [telegram, discord, slack] = [await FakeTelegram.start(), await FakeDiscord.start(), await FakeSlack.start()];
  const [user, slackUser] = ['500000000000000005', 'U5'];
  const stateDir = BenchGateway.prepare(services);
  const file = join(stateDir, 'openclaw.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  config.channels = {
    telegram: { botToken: telegram.token, apiRoot: telegram.apiRoot, dmPolicy: 'allowlist', allowFrom: [5] },
    discord: { token: discord.token, apiRoot: discord.apiRoot, dm: { policy: 'allowlist', allowFrom: [user] } },
    slack: {
      botToken: slack.botToken,
      appToken: slack.appToken,
      apiRoot: slack.apiRoot,
      dm: { policy: 'allowlist', allowFrom: [slackUser] },
    },
  };
  config.session = { dmScope: 'per-channel-peer' };
  writeFileSync(file, JSON.stringify(config));
  const gateway = await BenchGateway.start(stateDir);
  try {
    await until(() => discord.isConnected && slack.isConnected);
    await pause(IDLE_MS);
    const resident = gateway.residentMiB;
    const platforms = [
      ['telegram', (text) => telegram.say({ chatId: 5, text }), telegram],
      ['discord', (text) => discord.say({ channelId: discord.directWith(user), userId: user, text }), discord],
      ['slack', (text) => slack.say({ channel: slack.directWith(slackUser), user: slackUser, text }), slack],
    ];
    for (const [, say, fake] of platforms)
      for (let count = 0; count < MESSAGES; count++) {
        const before = fake.sent.length;
        say(`message ${count}`);
        await until(() => fake.sent.length > before);
      }
    // The database is the gateway's alone while it runs.
    await gateway.stop();
    const overhead = intakeMs(stateDir);
    for (const [channel] of platforms) {
      const p50 = median(overhead.get(channel) ?? [Infinity]);
      add(`message stored to turn started, ${channel}, p50`, `${round(p50, 1)} ms`, '10 ms', p50 <= 10);
    }
    add(
      'resident memory, idle, with Telegram, Discord and Slack',
      `${round(resident)} MiB`,
      '170 MB',
      resident * 1.048_576 <= 170,
    );
  } finally {
    await gateway.stop();
    gateway.remove();
    await Promise.all([telegram.stop(), discord.stop(), slack.stop()]);
  }
}

/** Milliseconds from the commit of a message to that of its turn, by channel. */
function intakeMs(stateDir) {
  const database = openDatabase(stateDir);
  try {
    const rows = database
      .prepare(
        'select inbox.channel, turns.started_at - inbox.received_at as ms from inbox join turns on turns.run_id = inbox.turn_id',
      )
      .all();
    const times = new Map();
    for (const { channel, ms } of rows) times.set(channel, [...(times.get(channel) ?? []), ms]);
    return times;
  } finally {
    database.close();
  }
}
