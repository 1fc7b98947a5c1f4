import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/gateway-process';
import { ROOT, type CommandBlock, commandBlocks, faultOfMarker, pagesWithCommands } from './command-blocks';
import { type Presses, Reader } from './reader';

/** What a page takes for granted. */
interface Given {
  /** On a state directory in which no gateway runs. */
  alone?: true;
  /** What the reader has made or seen before. */
  before?: (reader: Reader) => void | Promise<void>;
  /** Examples of this block alone, as in {@link FILLED}. */
  filled?: readonly (readonly [example: string, filled: string])[];
  /** Keys at the terminal, by the first words of a command; all others are run without one. */
  typed?: Readonly<Record<string, Presses>>;
}

/** Examples of the pages, and what a reader writes in their place; parts in $(…) are asked of the program. */
const FILLED: readonly (readonly [example: string, filled: (reader: Reader) => string])[] = [
  ['http://127.0.0.1:18789', (reader) => reader.gateway.http],
  ['123456:ABC…', (reader) => reader.telegram.token],
  ['<chat>', () => '12345 --channel telegram'],
  ['<message or run id>', () => '"$(openclaw runs list --field runs.0.id)"'],
  ['<code>', () => '"$(openclaw pairing list telegram --field requests.0.code)"'],
];

/** A stranger has written to the bot. */
const strangerWrote = async ({ telegram }: Reader): Promise<void> => {
  telegram.say({ chatId: 4711, text: 'hello' });
  await until('the code', () => telegram.sent.some(({ chatId }) => String(chatId) === '4711'));
};
/** Files of a page whose text stands in it. */
const page = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

/** By the page and the beginning of the first command. */
const GIVEN: Readonly<Record<string, Given>> = {
  'README.md bin/openclaw agent': {
    typed: {
      'bin/openclaw chat': [['/help lists', '/exit', 'Enter']],
      'bin/openclaw tui': [['main', 'C-d']],
      'bin/openclaw channels add telegram': [['token', '7000:TEST-telegram-token', 'Enter']],
      'bin/openclaw logs --follow': [[/\d\d:\d\d/, 'C-c']],
    },
  },
  'docs/how-to/connect-chat-platforms.md openclaw config': { before: strangerWrote },
  'docs/how-to/come-from-openclaw.md openclaw migrate': {
    before: (reader) => {
      reader.write('.openclaw-old/openclaw.json', '{ "messages": { "ackReaction": "x" } }');
      reader.write('.openclaw-old/workspace/SOUL.md', 'Be kind.\n');
    },
  },
  'docs/how-to/come-from-openclaw.md openclaw config': { alone: true },
  'docs/how-to/keep-it-running.md openclaw backup': { before: (reader) => reader.oldState(), alone: true },
  'docs/how-to/plan-jobs.md': { filled: [['<id>', '"$(openclaw cron list --field jobs.0.id)"']] },
  'docs/how-to/teach-it-skills.md openclaw skills list': { alone: true },
  'docs/how-to/teach-it-skills.md openclaw skills install --req': {
    alone: true,
    typed: { 'openclaw skills install --requirements': [[/\?/, 'n', 'Enter']] },
  },
  'docs/how-to/teach-it-skills.md openclaw skills new': { alone: true },
  'docs/how-to/teach-it-skills.md openclaw skills install ./': {
    alone: true,
    before: (reader) => reader.write('their-skill/SKILL.md', skill('their-skill')),
    typed: { 'openclaw skills install ./their-skill': [[/\?/, 'y', 'Enter']] },
  },
  'docs/how-to/teach-it-skills.md openclaw skills sign': {
    alone: true,
    before: async (reader) => {
      reader.write('my-skill/SKILL.md', skill('my-skill'));
      const { privateKey } = generateKeyPairSync('ed25519');
      reader.write('my-key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
      const published = [
        'openclaw skills sign ./my-skill --key my-key.pem --publisher "Ann"',
        'openclaw skills install ./my-skill --yes',
      ];
      expect((await reader.script(published, true)).code).toBe(0);
    },
    filled: [['<key or skill>', 'my-skill']],
  },
  'docs/how-to/teach-it-skills.md openclaw skills proposals': {
    before: async (reader) => {
      await reader.proposed('tea-time', skill('tea-time'));
      await reader.proposed('coffee-time', skill('coffee-time'));
    },
    filled: [['<id>', '"$(openclaw skills proposals --field proposals.0.id)"']],
    typed: { 'openclaw skills proposals apply': [[/\?/, 'y', 'Enter']] },
  },
  'docs/how-to/use-the-command-line.md openclaw cron show': {
    before: async (reader) => {
      const { code } = await reader.script(['openclaw cron add --name tea --at 20m --system-event tea'], false);
      expect(code).toBe(0);
    },
    filled: [
      ['3f2a', '"$(openclaw cron list --field jobs.0.id | cut -c1-4)"'],
      ['9c', '"$(openclaw devices list --field paired.0.deviceId | cut -c1-12)"'],
    ],
  },
  'docs/how-to/use-the-command-line.md openclaw channels add': {
    alone: true,
    before: (reader) => reader.oldState(),
    typed: {
      'openclaw channels add telegram': [['token', '7000:TEST-telegram-token', 'Enter']],
      'openclaw channels login telegram': [['token', '7000:TEST-telegram-token', 'Enter']],
    },
  },
  'docs/how-to/use-the-command-line.md openclaw tools': {
    before: ({ gateway }) => writeFileSync(join(gateway.stateDir, 'workspace/MEMORY.md'), 'Ann likes tea.\n'),
  },
  'docs/how-to/write-a-hook.md openclaw hooks': {
    alone: true,
    before: (reader) => {
      const [hook = '', handler = ''] = [
        ...page('docs/how-to/write-a-hook.md').matchAll(/```(?:markdown|js)\n([\s\S]*?)```/g),
      ].map(([, text = '']) => text);
      reader.write('door-log/HOOK.md', hook);
      reader.write('door-log/handler.js', handler);
    },
  },
  'docs/how-to/write-a-plugin.md openclaw': {
    alone: true,
    before: (reader) => {
      const files = page('docs/how-to/write-a-plugin.md').matchAll(
        /`([\w./-]+)`:\n\n```(?:json|js|markdown)\n([\s\S]*?)```/g,
      );
      for (const [, name = '', text = ''] of files) reader.write(join('counter', name), text);
    },
  },
};

function skill(name: string): string {
  return `---\nname: ${name}\ndescription: Something. Use when somebody asks for it.\n---\n\nDo it.\n`;
}

const blocks = pagesWithCommands().flatMap(commandBlocks);
const run = blocks.filter(({ marker }) => marker === undefined);
const named = ({ page, line, commands: [first = ''] }: CommandBlock): string => `${page}:${line} ${first}`;

describe('blocks of commands in the documentation', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.start();
  });
  afterAll(() => reader.stop());

  it.each(run.map((block) => [named(block), block] as const))('%s', async (name, block) => {
    const given = Object.entries(GIVEN).find(([start]) => `${block.page} ${block.commands[0]}`.startsWith(start))?.[1];
    await given?.before?.(reader);
    const script: string[] = [];
    const flush = async (): Promise<void> => {
      if (script.length === 0) return;
      const { code, output } = await reader.script(script.splice(0), given?.alone === true);
      if (code !== 0) throw new Error(`${name}: ended with ${code}\n${output}`);
    };
    for (const command of block.commands) {
      const general = FILLED.reduce((text, [example, value]) => text.replaceAll(example, value(reader)), command);
      const filled = (given?.filled ?? []).reduce((text, [example, value]) => text.replaceAll(example, value), general);
      const presses = Object.entries(given?.typed ?? {}).find(([start]) => command.startsWith(start))?.[1];
      if (!presses) {
        script.push(filled);
        continue;
      }
      await flush();
      await reader.atTerminal(filled, presses, given?.alone === true);
    }
    await flush();
    await reader.gateway.ready();
  });

  it('not run are only those that say why, and name the test that tries them', () => {
    const marked = blocks.filter(({ marker }) => marker !== undefined);
    expect(marked.map(({ marker = '' }) => faultOfMarker(marker)).filter(Boolean)).toEqual([]);
    expect(marked).toHaveLength(14);
  });
});
