import { createInterface } from 'node:readline';
import { FakeDiscord } from './discord-server';
import { FakeSlack } from './slack-server';
import { FakeTelegram } from './telegram-server';

/** A platform to chat with by hand: what is typed is said by a person, what the bot sends is printed. */
interface Platform {
  /** Block under `channels`. */
  config: Record<string, unknown>;
  say(text: string): void;
  shown(): readonly { versions: readonly string[]; text: string }[];
  stop(): Promise<void>;
}

const ME = { telegram: 5, discord: '500000000000000005', slack: 'U5' } as const;
const LOOK_MS = 100;

const PLATFORMS: Readonly<Record<string, () => Promise<Platform>>> = {
  telegram: async () => {
    const fake = await FakeTelegram.start();
    return {
      config: {
        telegram: { botToken: fake.token, apiRoot: fake.apiRoot, dmPolicy: 'allowlist', allowFrom: [ME.telegram] },
      },
      say: (text) => void fake.say({ chatId: ME.telegram, text }),
      shown: () => fake.sent,
      stop: () => fake.stop(),
    };
  },
  discord: async () => {
    const fake = await FakeDiscord.start();
    return {
      config: {
        discord: { token: fake.token, apiRoot: fake.apiRoot, dm: { policy: 'allowlist', allowFrom: [ME.discord] } },
      },
      say: (text) => void fake.say({ channelId: fake.directWith(ME.discord), userId: ME.discord, text }),
      shown: () => fake.sent,
      stop: () => fake.stop(),
    };
  },
  slack: async () => {
    const fake = await FakeSlack.start();
    return {
      config: {
        slack: {
          botToken: fake.botToken,
          appToken: fake.appToken,
          apiRoot: fake.apiRoot,
          dm: { policy: 'allowlist', allowFrom: [ME.slack] },
        },
      },
      say: (text) => void fake.say({ channel: fake.directWith(ME.slack), user: ME.slack, text }),
      shown: () => fake.sent,
      stop: () => fake.stop(),
    };
  },
};

async function main(): Promise<void> {
  const [name = ''] = process.argv.slice(2);
  const start = PLATFORMS[name];
  if (!start) throw new Error(`which platform? ${Object.keys(PLATFORMS).join(', ')}`);
  const platform = await start();
  process.stdout.write(
    `Put this into the configuration, start the gateway, and write here:\n\n${JSON.stringify({ channels: platform.config }, null, 2)}\n\n`,
  );
  const told = new Map<object, number>();
  const timer = setInterval(() => {
    for (const message of platform.shown()) {
      const before = told.get(message) ?? 0;
      for (const text of message.versions.slice(before))
        process.stdout.write(`bot${before > 0 ? ' (changed)' : ''}: ${text}\n`);
      told.set(message, message.versions.length);
    }
  }, LOOK_MS);
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== '') platform.say(line);
  clearInterval(timer);
  await platform.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
