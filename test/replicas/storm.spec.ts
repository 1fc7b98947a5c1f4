import { join } from 'node:path';
import { seededRandom } from '../fakes/fault-plan';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { CuttingProxy } from '../harness/cutting-proxy';
import { RedisProcess } from '../harness/redis-process';
import { telegramConfig } from '../harness/channel-config';
import { type GatewayProcess, until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';
import { Pair, onPostgres } from './pair';

/** `npm run storm -- replicas` runs it at any size. */
const setting = (name: string, usual: number): number => Number(process.env[`STORM_${name}`] ?? usual);
const SEEDS = setting('SEEDS', 1);
const GATEWAYS = setting('GATEWAYS', 2);
const CHATS = setting('CHATS', 6);
const MESSAGES = setting('MESSAGES', 60);
const ROUNDS = setting('ROUNDS', 1);
const FIRST_SEED = setting('FIRST_SEED', 1);

const FIRST_CHAT = 830_000;
/** By how much the clock of each gateway is wrong, in turn. */
const SKEWS_MS = [0, 5000, -5000];
/** For longer than the leases of a gateway last. */
const PAUSE_MS = 9000;

interface Found {
  lost: string[];
  twice: string[];
  /** Chats whose answers, or conversations whose messages, stand in another order than people wrote. */
  disordered: string[];
  /** What was said in a chat and answers nothing. */
  strange: string[];
  /** What stands in the conversations more or less often than once: the message, or its answer. */
  misnoted: string[];
  jobs: { ran: number; twice: number };
}

/**
 * People write in many chats while gateways that share a database, whose clocks differ, are killed, stopped, paused for longer
 * than their leases last, and cut off from each other, from Redis and from the database. Afterwards every message is answered once, in each chat in order, and each time of a job was kept once.
 */
async function storm(seed: number, broken?: string): Promise<Found> {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const chats = Array.from({ length: CHATS }, (_, index) => FIRST_CHAT + index);
  const models = await FakeModels.start();
  const telegram = await FakeTelegram.start();
  const redis = await RedisProcess.start();
  const server = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  const database = await CuttingProxy.before(server.hostname, Number(server.port || 5432));
  models.answer = ({ lastUser }) => {
    const words = marksIn(lastUser);
    return {
      steps: [{ waitMs: 20 + Math.floor(random() * 150) }, { text: words.length > 0 ? words.join(' ') : 'done' }],
    };
  };
  const pair = await Pair.start({
    count: GATEWAYS,
    models,
    telegram,
    nodeArgs: ['skewed-clock', ...(broken === undefined ? [] : [broken])].flatMap((name) => [
      '--require',
      join(__dirname, `${name}.cjs`),
    ]),
    // What is replaced in it can't be reached in the bundle.
    ...(broken === undefined ? {} : { entry: join(__dirname, '../../dist/main.js') }),
    env: (index, databaseUrl) => {
      const url = new URL(databaseUrl);
      url.hostname = '127.0.0.1';
      url.port = String(database.port);
      return {
        OPENCLAW_DATABASE_URL: url.href,
        ...(redis ? { OPENCLAW_REDIS_URL: redis.url } : {}),
        STORM_SKEW_MS: String(SKEWS_MS[index % SKEWS_MS.length]),
      };
    },
    config: {
      channels: { telegram: telegramConfig(telegram, chats) },
      session: { dmScope: 'per-channel-peer' },
    },
  });
  try {
    const client = await WireClient.connected(pair.gateways[0]?.url ?? '');
    const job = await client.done<{ id: string }>('cron.add', {
      name: 'each second',
      schedule: { everyMs: 1000, anchorMs: 0 },
      payload: { message: 'look' },
    });
    client.close();
    const said = new Map<number, string[]>(chats.map((chat) => [chat, []]));
    let count = 0;
    let isStuck = false;
    const say = (): void => {
      const chat = pick(chats);
      const text = `m${chat}-${said.get(chat)?.length ?? 0};`;
      said.get(chat)?.push(text);
      telegram.say({ chatId: chat, text });
      count++;
    };
    const answered = (): number => telegram.sent.reduce((sum, { text }) => sum + marksIn(text).length, 0);
    const talk = async (to: number): Promise<void> => {
      while (count < to) {
        say();
        // Whoever waits in vain goes on: what is lost shows in the end.
        await until('some of the answers', () => answered() >= count - 8 || isStuck, 45_000).catch(
          () => (isStuck = true),
        );
      }
    };
    const there = (): GatewayProcess[] => pair.gateways.filter(({ exited }) => !exited);
    for (let round = 0; round < ROUNDS; round++) {
      const part = (share: number): number => Math.round((MESSAGES * (round + share)) / ROUNDS);
      await talk(part(0.15));
      await pair.cutLines();
      await talk(part(0.25));
      await redis?.flush();
      await redis?.kill();
      await talk(part(0.35));
      await redis?.begin();
      say();
      // Every connection to the database breaks, with what goes over it.
      database.outage();
      database.resume();
      await talk(part(0.45));
      const stopped = pick(there());
      say();
      await stopped.signal('SIGTERM');
      await pair.add();
      await talk(part(0.55));
      const killed = pick(there());
      say();
      await killed.signal('SIGKILL');
      await pair.add();
      await talk(part(0.7));
      const paused = pick(there());
      const pausedAt = Date.now();
      say();
      paused.child.kill('SIGSTOP');
      // The others go on with all that it held.
      await talk(part(0.9));
      await until('the end of its leases', () => Date.now() - pausedAt > PAUSE_MS);
      paused.child.kill('SIGCONT');
      await talk(part(1));
    }
    await until('all answers', () => answered() >= count, 60_000).catch(() => undefined);
    const last = await WireClient.connected(there()[0]?.url ?? '');
    await last.done('cron.update', { id: job.id, patch: { enabled: false } });
    const { entries } = await last.done<{ entries: { runAtMs: number; status?: string }[] }>('cron.runs', {
      id: job.id,
    });
    // What somebody had in hand when it was paused may come late.
    for (let look = 0; look < 3; look++) {
      const stamp = Date.now();
      await until('a quiet second', () => Date.now() - stamp > 1000);
    }
    const texts = await conversations(last);
    last.close();
    return judge(telegram, said, entries, texts);
  } finally {
    await pair.stop();
    await redis?.kill();
    await database.stop();
  }
}

/** Texts of all conversations with people, by who said them. */
async function conversations(client: WireClient): Promise<Record<'user' | 'assistant', string[]>> {
  const texts = { user: [] as string[], assistant: [] as string[] };
  const { sessions } = await client.done<{ sessions: { key: string }[] }>('sessions.list', { limit: 1000 });
  for (const { key } of sessions.filter((session) => session.key.includes(':telegram:'))) {
    const { messages } = await client.done<{
      messages: { role: string; content: string | { text?: string }[] }[];
    }>('chat.history', { sessionKey: key, limit: 1000 });
    for (const { role, content } of messages)
      if (role === 'user' || role === 'assistant')
        texts[role].push(typeof content === 'string' ? content : content.map(({ text = '' }) => text).join(' '));
  }
  return texts;
}

const MARK = /m\d+-\d+;/g;
const marksIn = (text: string): readonly string[] => text.match(MARK) ?? [];

/** What stands in another order than it was written, each with what stands before it. */
function disordered(where: string, marks: readonly string[]): string[] {
  const once = [...new Set(marks)];
  const numbers = once.map((mark) => Number(/-(\d+);/.exec(mark)?.[1]));
  return once.flatMap((mark, at) =>
    at > 0 && (numbers[at] ?? 0) < (numbers[at - 1] ?? 0) ? [`${where}: ${once[at - 1]} before ${mark}`] : [],
  );
}

function judge(
  telegram: FakeTelegram,
  said: ReadonlyMap<number, string[]>,
  entries: readonly { runAtMs: number }[],
  noted: Record<'user' | 'assistant', readonly string[]>,
): Found {
  const found: Found = {
    lost: [],
    twice: [],
    disordered: [],
    strange: [],
    misnoted: [],
    jobs: { ran: entries.length, twice: entries.length - new Set(entries.map(({ runAtMs }) => runAtMs)).size },
  };
  for (const [chat, marks] of said) {
    const texts = telegram.textsIn(chat);
    const got = texts.flatMap(marksIn);
    found.strange.push(...texts.filter((text) => marksIn(text).length === 0));
    found.lost.push(...marks.filter((mark) => !got.includes(mark)));
    found.twice.push(...got.filter((mark, index) => got.indexOf(mark) !== index));
    found.disordered.push(...disordered('chat', got));
    for (const role of ['user', 'assistant'] as const) {
      const there = noted[role].flatMap(marksIn).filter((mark) => mark.startsWith(`m${chat}-`));
      found.disordered.push(...disordered(role, there));
      for (const mark of marks) {
        const times = there.filter((each) => each === mark).length;
        if (times !== 1) found.misnoted.push(`${role} ${mark} ${times} times`);
      }
    }
  }
  return found;
}

onPostgres('a storm over gateways on one database', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index))(
    'loses nothing, does nothing twice and keeps the order (seed %d)',
    async (seed) => {
      const { jobs, ...found } = await storm(seed);
      expect(found).toEqual({ lost: [], twice: [], disordered: [], strange: [], misnoted: [] });
      expect(jobs.twice).toBe(0);
      expect(jobs.ran).toBeGreaterThan(0);
    },
    600_000,
  );

  // What the storm would tell where something is missing; only at full size, for it takes as long.
  (process.env['STORM_CONTROL'] ? it.each : it.skip.each)(['without-fencing', 'without-uniqueness'])(
    'is no storm in a glass: %s it finds something',
    async (name) => {
      let faults = 0;
      for (let seed = FIRST_SEED; faults === 0 && seed < FIRST_SEED + 5; seed++) {
        const found = await storm(seed, name);
        const { jobs, ...lists } = found;
        faults = jobs.twice + Object.values(lists).reduce((sum, list: readonly unknown[]) => sum + list.length, 0);
      }
      expect(faults).toBeGreaterThan(0);
    },
    1_800_000,
  );
});
