import { createHmac, randomUUID } from 'node:crypto';
import { FakeDiscord } from '../fakes/discord-server';
import { type Fault, type FaultPlan } from '../fakes/fault-plan';
import { FakeSlack } from '../fakes/slack-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { FakeSite } from '../fakes/web-site';

/** A message of the assistant, as a chat shows it. */
export interface Shown {
  chat: number;
  text: string;
  /** Every text that it has had, oldest first. */
  versions: readonly string[];
  /** When it came, in milliseconds since 1970. */
  at: number;
  /** Name of the file that the text is the caption of. */
  file?: string;
  /** How many buttons are under it. */
  buttons?: number;
}

/** A platform with people who write to the assistant in direct chats, numbered from 0. */
export interface ChannelDriver {
  id: string;
  /** The block under `channels`, in which all these people own the gateway. */
  config(people: number, gatewayUrl: string): Record<string, unknown>;
  say(chat: number, text: string): void;
  /** Where a client sends to so that it comes to a chat: each spelling that there is. */
  targets(chat: number): { to: string; threadId?: string }[];
  /** What the `message` tool can send to a chat beside texts. */
  extras: readonly Record<string, unknown>[];
  shown(): Shown[];
  /** Most characters of one message. */
  limit: number;
  /** From now on calls fail at random. @param cut called for each call whose outcome the gateway can't know */
  misbehave(random: () => number, cut: () => void): void;
  /** The next send fails in this way; false where the platform can't do that. */
  failNext(fault: Fault): boolean;
  stop(): Promise<void>;
}

const FAULTS: readonly Fault[] = [
  { kind: 'rate-limit', retryAfter: 0.05 },
  { kind: 'status', status: 502, description: 'Bad Gateway' },
  { kind: 'status', status: 500 },
  { kind: 'status-after', status: 502, description: 'Bad Gateway' },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'garbage' },
];

function sprinkle(plan: FaultPlan, random: () => number, cut: () => void): void {
  const next = plan.next.bind(plan);
  plan.sprinkle(0.03, FAULTS, random);
  plan.next = (method) => {
    const fault = next(method);
    if (fault && fault.kind !== 'rate-limit') cut();
    return fault;
  };
}

/** A small picture; each has a name of its own. */
const PICTURE = {
  action: 'send',
  buffer: `data:image/png;base64,${Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64')}`,
  filename: 'picture.png',
};

const FORUM = -1_002_000_000_000;
const FIRST_TOPIC = 10;
/** Every how-manyth conversation is a topic of one group. */
const TOPIC_EVERY = 4;
/** Telegram takes about one change a second for each chat. */
const EDIT_PACE_MS = 900;

async function telegram(): Promise<ChannelDriver> {
  const fake = await FakeTelegram.start();
  const isTopic = (chat: number): boolean => chat % TOPIC_EVERY === TOPIC_EVERY - 1;
  return {
    id: 'telegram',
    limit: 4096,
    config: (people) => ({
      botToken: fake.token,
      apiRoot: fake.apiRoot,
      dmPolicy: 'allowlist',
      allowFrom: Array.from({ length: people }, (_, chat) => 1000 + chat),
      groupPolicy: 'open',
      groups: { '*': { requireMention: false } },
      actions: { sticker: true },
    }),
    say: (chat, text) =>
      void fake.say(
        isTopic(chat)
          ? { chatId: FORUM, fromId: 1000 + chat, chatType: 'supergroup', threadId: FIRST_TOPIC + chat, text }
          : { chatId: 1000 + chat, text },
      ),
    targets: (chat) =>
      isTopic(chat)
        ? [String(FORUM), `telegram:group:${FORUM}`].map((to) => ({ to, threadId: String(FIRST_TOPIC + chat) }))
        : [String(1000 + chat), `tg:${1000 + chat}`, `user:${1000 + chat}`].map((to) => ({ to })),
    extras: [PICTURE, { action: 'sticker', name: 'a-file-id' }],
    shown: () =>
      fake.sent.map(({ chatId, threadId, text, versions, at, file, buttons }) => ({
        chat: chatId === String(FORUM) ? (threadId ?? 0) - FIRST_TOPIC : Number(chatId) - 1000,
        text,
        versions,
        at,
        ...(file ? { file: file.name } : {}),
        ...(buttons ? { buttons: buttons.flat().length } : {}),
      })),
    misbehave: (random, cut) => {
      fake.editPaceMs = EDIT_PACE_MS;
      sprinkle(fake.faults, random, cut);
      fake.repeatChance = 0.05;
      fake.random = random;
    },
    failNext: (fault) => {
      fake.faults.add('sendMessage', fault);
      return true;
    },
    stop: () => fake.stop(),
  };
}

async function discord(): Promise<ChannelDriver> {
  const fake = await FakeDiscord.start();
  const user = (chat: number): string => String(500_000_000_000_001_000n + BigInt(chat));
  const chats = new Map<string, number>();
  const direct = (chat: number): string => {
    const id = fake.directWith(user(chat));
    chats.set(id, chat);
    return id;
  };
  return {
    id: 'discord',
    limit: 2000,
    config: (people) => ({
      token: fake.token,
      apiRoot: fake.apiRoot,
      dm: { policy: 'allowlist', allowFrom: Array.from({ length: people }, (_, chat) => user(chat)) },
    }),
    say: (chat, text) => void fake.say({ channelId: direct(chat), userId: user(chat), text }),
    targets: (chat) => [direct(chat), `channel:${direct(chat)}`, `user:${user(chat)}`].map((to) => ({ to })),
    extras: [PICTURE],
    shown: () =>
      fake.sent.map(({ channelId, text, versions, at, files, buttons }) => ({
        chat: chats.get(channelId) ?? -1,
        text,
        versions,
        at,
        ...(files?.[0] ? { file: files[0].name } : {}),
        ...(buttons ? { buttons: buttons.length } : {}),
      })),
    misbehave: (random, cut) => {
      sprinkle(fake.faults, random, cut);
      fake.repeatChance = 0.05;
      fake.random = random;
    },
    failNext: (fault) => {
      fake.faults.add('send', fault);
      return true;
    },
    stop: () => fake.stop(),
  };
}

async function slack(): Promise<ChannelDriver> {
  const fake = await FakeSlack.start();
  const user = (chat: number): string => `U${1000 + chat}`;
  return {
    id: 'slack',
    limit: 4000,
    config: (people) => ({
      botToken: fake.botToken,
      appToken: fake.appToken,
      apiRoot: fake.apiRoot,
      dm: { policy: 'allowlist', allowFrom: Array.from({ length: people }, (_, chat) => user(chat)) },
    }),
    say: (chat, text) => void fake.say({ channel: fake.directWith(user(chat)), user: user(chat), text }),
    targets: (chat) => [fake.directWith(user(chat)), `user:${user(chat)}`, user(chat)].map((to) => ({ to })),
    extras: [PICTURE],
    shown: () =>
      fake.sent.map(({ channel, text, versions, at, file, buttons }) => ({
        chat: Number(channel.slice(1)) - 1000,
        text,
        versions,
        at,
        ...(file ? { file: file.name } : {}),
        ...(buttons ? { buttons: buttons.length } : {}),
      })),
    misbehave: (random, cut) => {
      sprinkle(fake.faults, random, cut);
      fake.repeatChance = 0.05;
      fake.random = random;
    },
    failNext: (fault) => {
      fake.faults.add('chat.postMessage', fault);
      return true;
    },
    stop: () => fake.stop(),
  };
}

const SECRET = 'a shared secret of both sides';

/** The other side posts a message until it is confirmed, and tells copies of answers apart by their id. */
async function webhook(): Promise<ChannelDriver> {
  const site = await FakeSite.start();
  site.json('/answers', {});
  let base = '';
  let isOver = false;
  const post = async (chat: number, text: string): Promise<void> => {
    const body = JSON.stringify({
      id: randomUUID(),
      chat: { id: `chat-${chat}` },
      sender: { id: `person-${chat}` },
      text,
    });
    while (!isOver) {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = `v1=${createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex')}`;
      const answer = await fetch(`${base}/channels/webhook/default`, {
        method: 'POST',
        headers: { 'x-openclaw-timestamp': timestamp, 'x-openclaw-signature': signature },
        body,
      }).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((next) => setTimeout(next, 50));
    }
  };
  /** Each chat's messages one after the other, as its people write them. */
  const queues = new Map<number, Promise<void>>();
  return {
    id: 'webhook',
    limit: 16_000,
    config: (people, gatewayUrl) => {
      base = gatewayUrl;
      return {
        secret: SECRET,
        url: `${site.url}/answers`,
        dmPolicy: 'allowlist',
        allowFrom: Array.from({ length: people }, (_, chat) => `person-${chat}`),
      };
    },
    say: (chat, text) =>
      void queues.set(
        chat,
        (queues.get(chat) ?? Promise.resolve()).then(() => post(chat, text)),
      ),
    targets: (chat) => [{ to: `chat-${chat}` }],
    extras: [],
    shown: () => {
      const byId = new Map<string, Shown & { versions: string[] }>();
      for (const { body, at } of site.asked('/answers')) {
        const { type, id, chat, text } = JSON.parse(body) as {
          type: string;
          id: string;
          chat?: { id: string };
          text: string;
        };
        if (type === 'ping') continue;
        const known = byId.get(id);
        if (known) known.versions.push(text);
        byId.set(id, {
          chat: Number(chat?.id.slice(5)),
          text,
          versions: known?.versions ?? [text],
          at: known?.at ?? at,
        });
      }
      return [...byId.values()];
    },
    misbehave: () => undefined,
    failNext: () => false,
    stop: async () => {
      isOver = true;
      await site.stop();
    },
  };
}

export const DRIVERS: Readonly<Record<string, () => Promise<ChannelDriver>>> = { telegram, discord, slack, webhook };
