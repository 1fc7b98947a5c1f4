import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { seededRandom } from '../fakes/fault-plan';
import { FakeModels } from '../fakes/model-server';
import { FakeTelegram } from '../fakes/telegram-server';
import { GatewayProcess, freePort, until, writeConfig } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

const OWNER = 5;
const CHATS = 4;

interface Bench {
  stateDir: string;
  port: number;
  telegram: FakeTelegram;
  start(crashAt?: number): Promise<GatewayProcess>;
  /** Lines that commands have left. */
  ledger(): string[];
  /** Rows, runs and deliveries without an end. */
  open(): number;
}

/** A gateway in which everybody is an owner and `/bash` asks nobody. */
async function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'openclaw-command-kills-'));
  const telegram = await FakeTelegram.start();
  const models = await FakeModels.start();
  const port = await freePort();
  const gateways: GatewayProcess[] = [];
  const people = Array.from({ length: CHATS }, (_, index) => OWNER + index);
  writeConfig(stateDir, {
    models: { providers: { fake: models.provider('openai-completions') } },
    agents: { defaults: { model: { primary: 'fake/fake-1' } } },
    session: { dmScope: 'per-channel-peer' },
    commands: { bash: true, bashForegroundMs: 10_000, ownerAllowFrom: people.map((id) => `telegram:${id}`) },
    tools: { exec: { security: 'full', ask: 'off' }, elevated: { allowFrom: { telegram: people } } },
    channels: {
      telegram: {
        botToken: telegram.token,
        apiRoot: telegram.apiRoot,
        dmPolicy: 'allowlist',
        allowFrom: people,
        streamMode: 'off',
      },
    },
    logging: { level: 'error' },
  });
  try {
    await work({
      stateDir,
      port,
      telegram,
      async start(crashAt) {
        const env = crashAt === undefined ? {} : crashEnv(crashAt);
        const dontWait = crashAt !== undefined;
        const gateway = await GatewayProcess.start({ stateDir, port, env, dontWait, ownProcess: false });
        gateways.push(gateway);
        return gateway;
      },
      ledger: () => linesOf(join(stateDir, 'ledger.txt')),
      open: () => openIn(stateDir),
    });
  } finally {
    for (const gateway of gateways) await gateway.signal('SIGKILL');
    await telegram.stop();
    await models.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

const crashEnv = (n: number): Record<string, string> => ({
  OPENCLAW_TEST_MODE: '1',
  OPENCLAW_TEST_CRASH_AT: String(n),
});

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

function openIn(stateDir: string): number {
  const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
  const count = (query: string): number => (database.prepare(query).get() as { n: number }).n;
  const open =
    count("select count(*) as n from inbox where state in ('pending', 'command', 'running')") +
    count("select count(*) as n from turns where state <> 'closed'") +
    count("select count(*) as n from outbox where state <> 'sent'");
  database.close();
  return open;
}

const bash = (stateDir: string, word: string): string =>
  `/bash echo ${word} >> ${join(stateDir, 'ledger.txt')}; echo ran`;

describe('commands, killed', () => {
  it(
    'after each durable write: they run once at most, and are answered once, with what came of it',
    async () => {
      let died = 0;
      for (let n = 1; ; n++) {
        let isOver = false;
        await withBench(async ({ stateDir, telegram, start, ledger, open }) => {
          telegram.say({ chatId: OWNER, text: bash(stateDir, 'once') });
          const first = await start(n);
          const answered = (): boolean => telegram.textsIn(OWNER).length > 0;
          await until('death or answer', () => first.exited || answered());
          if (!first.exited) await until('death after the answer', () => first.exited, 400).catch(() => undefined);
          isOver = !first.exited;
          await first.signal('SIGKILL');
          const second = await start();
          await until('the answer', answered);
          await until('every end to be on disk', () => open() === 0);
          await second.close();
          const [text = '', ...more] = telegram.textsIn(OWNER);
          const label = `after write ${n}: ${text}`;
          expect([label, more]).toEqual([label, []]);
          expect([label, ledger().length <= 1]).toEqual([label, true]);
          if (text.includes('ran')) expect([label, ledger()]).toEqual([label, ['once']]);
          else expect(text).toContain('What it came to is unknown');
        });
        if (isOver) break;
        died++;
      }
      // Intake, begun, closed, sending, sent.
      expect(died).toBeGreaterThanOrEqual(4);
    },
    5 * 60_000,
  );

  it('in the middle, given by a client: not a second time, and whoever asks again hears the end', async () => {
    await withBench(async ({ stateDir, start, ledger }) => {
      const first = await start();
      const client = await WireClient.connected(first.url);
      const params = {
        sessionKey: 'main',
        message: `${bash(stateDir, 'once')}; sleep 20`,
        idempotencyKey: 'kept',
      };
      expect((await client.call('chat.send', params)).payload).toEqual({ runId: 'kept', status: 'started' });
      await until('the command to run', () => ledger().length === 1);
      await first.signal('SIGKILL');
      client.close();
      const second = await start();
      const again = await WireClient.connected(second.url);
      expect((await again.call('agent.wait', { runId: 'kept' })).payload).toMatchObject({ status: 'ok' });
      expect((await again.call('chat.send', params)).payload).toEqual({ runId: 'kept', status: 'ok' });
      expect(JSON.stringify(await again.call('chat.history', { sessionKey: 'main' }))).toContain('unknown');
      expect(ledger()).toEqual(['once']);
      again.close();
    });
  });

  it(
    'at random moments of a storm of commands and messages: each has an end, none runs twice',
    async () => {
      await withBench(async ({ stateDir, telegram, start, ledger, open }) => {
        const random = seededRandom(20_261_128);
        let said = 0;
        const commands: string[] = [];
        const perChat = new Map<number, number>();
        const say = (): void => {
          const chatId = OWNER + Math.floor(random() * CHATS);
          const kind = random();
          const word = `w${said++}`;
          perChat.set(chatId, (perChat.get(chatId) ?? 0) + 1);
          if (kind < 0.4) {
            commands.push(word);
            telegram.say({ chatId, text: bash(stateDir, word) });
          } else telegram.say({ chatId, text: kind < 0.6 ? '/status' : kind < 0.75 ? '/new' : `hello ${word}` });
        };
        let gateway = await start();
        for (let kill = 0; kill < 10; kill++) {
          for (let count = 0; count < 8; count++) say();
          await new Promise((resolve) => setTimeout(resolve, random() * 400));
          await gateway.signal('SIGKILL');
          gateway = await start();
        }
        await until('every end', () => said > 0 && open() === 0 && taken(stateDir) === said, 90_000);
        await gateway.signal('SIGTERM');
        const lines = ledger();
        expect(new Set(lines).size).toBe(lines.length);
        expect(lines.every((line) => commands.includes(line))).toBe(true);
        const doubtful = [...perChat.keys()]
          .flatMap((chatId) => telegram.textsIn(chatId))
          .filter((text) => text.includes('What it came to is unknown')).length;
        expect(commands.length - lines.length).toBeLessThanOrEqual(doubtful);
      });
    },
    5 * 60_000,
  );
});

function taken(stateDir: string): number {
  const database = new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
  const { n } = database.prepare("select count(*) as n from inbox where channel = 'telegram'").get() as { n: number };
  database.close();
  return n;
}
