import { existsSync, readFileSync } from 'node:fs';
import { arch, type } from 'node:os';
import { dirname, join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import type { ModelRequest } from '../fakes/model-formats/model-format';
import { FakeTelegram } from '../fakes/telegram-server';
import { telegramConfig } from '../harness/channel-config';
import { ToolBench } from '../harness/tool-bench';
import { until } from '../harness/gateway-process';

interface Body {
  messages: { role: string; content: string }[];
  tools?: { function: { name: string; parameters: unknown } }[];
}
const bodyOf = (request: ModelRequest | undefined): Body => request?.body as unknown as Body;
const systemOf = (request: ModelRequest | undefined): string => bodyOf(request).messages[0]?.content ?? '';

describe('what a request says besides the conversation', () => {
  let bench: ToolBench;
  let telegram: FakeTelegram;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start({
      config: {
        agents: { defaults: { userTimezone: 'Pacific/Honolulu' } },
        channels: {
          telegram: telegramConfig(telegram, [42], { groupPolicy: 'open', groups: { '*': {} } }),
        },
        commands: { ownerAllowFrom: ['telegram:42'] },
      },
    });
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
  });

  const asked = async (message: string): Promise<ModelRequest | undefined> => {
    const before = bench.models.requests.length;
    await bench.turn([], { message });
    return bench.models.requests[before];
  };

  it('has at most 3,500 tokens for a greeting', async () => {
    const request = await asked('Hello there');
    // Four characters to a token, as providers say of English; the whole of what is sent counts, tools included.
    expect(JSON.stringify(bodyOf(request)).length / 4).toBeLessThanOrEqual(3500);
  });

  it('lists the same skills in the same words each time, and keeps none of that in the row of the session', async () => {
    const [first, second] = [systemOf(await asked('Hello')), systemOf(await asked('Hello again'))];
    const listed = /<available_skills[^]*<\/available_skills>/;
    expect(listed.exec(first)?.[0]).toContain('weather: ');
    expect(listed.exec(second)?.[0]).toBe(listed.exec(first)?.[0]);
    const database = new SqliteFile(join(bench.gateway.stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
    const rows = database.prepare('select entry from sessions').all() as { entry: string }[];
    database.close();
    expect(rows.length).toBeGreaterThan(0);
    for (const { entry } of rows) {
      expect(entry).not.toContain('weather');
      expect(entry.length).toBeLessThan(1000);
    }
  });

  it('tells date, time, zone, system and shell, where files are and how they are handed over', async () => {
    const before = Date.now();
    const system = systemOf(await asked('Where are you?'));
    const now = system.slice(system.indexOf('## Now'));
    const told = /Date: (\w{3} \d{4}-\d\d-\d\d \d\d:\d\d) \(Pacific\/Honolulu\), UTC-10/.exec(now)?.[1] ?? '';
    expect(Math.abs(Date.parse(`${told.slice(4).replace(' ', 'T')}:00-10:00`) - before)).toBeLessThan(10 * 60_000);
    expect(now).toContain(`${type()} ${arch()}, shell sh`);
    expect(system).toContain(`Your files are in ${bench.workspace()}`);
    expect(system).toContain('A line MEDIA:<path or address> in your answer hands that file over');
    expect(system).toContain('before you call it done');
    expect(JSON.stringify(bodyOf(bench.models.requests.at(-1)).tools)).toContain('in a sandbox');
  });

  it('leaves out of a schema what says nothing to a model, and keeps the rest', async () => {
    const tools = bodyOf(await asked('Tools?')).tools ?? [];
    const text = JSON.stringify(tools);
    expect(text).not.toMatch(/"(minLength|maxItems|additionalProperties)":(\d|false)/);
    const exec = tools.find(({ function: { name } }) => name === 'exec')?.function.parameters;
    expect(exec).toMatchObject({
      required: ['command'],
      properties: { host: { enum: ['sandbox', 'gateway', 'node'] } },
    });
    // The call is checked all the same.
    expect(await bench.call('exec', { command: '' })).toContain('command');
    expect(await bench.call('exec', { command: 'true', more: 1 })).toContain('more');
  });

  it('offers silence in groups, and not where one person waits for an answer', async () => {
    expect(systemOf(await asked('Anybody?'))).not.toContain('NO_REPLY');
    const before = bench.models.requests.length;
    telegram.say({
      chatId: -100,
      fromId: 42,
      chatType: 'supergroup',
      chatTitle: 'House',
      text: '@nest_test_bot hello all',
    });
    await until('the turn of the group', () => bench.models.requests.length > before);
    expect(systemOf(bench.models.requests[before])).toContain('NO_REPLY');
  });

  it('names to a sub-agent only tools that it has', async () => {
    const before = bench.models.requests.length;
    await bench.call('sessions_spawn', { task: 'Count the spoons' });
    const mine = (): ModelRequest | undefined =>
      bench.models.requests.slice(before).find(({ lastUser }) => lastUser.includes('Count the spoons'));
    await until('the sub-agent', () => mine() !== undefined);
    const reference = readFileSync(join(__dirname, '../../docs/reference/tools.md'), 'utf8');
    // Names of one word are words of the language, too.
    const names = [...reference.matchAll(/^## ([a-z]+_[a-z_]+)$/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    const offered = new Set(bodyOf(mine()).tools?.map(({ function: { name } }) => name));
    const system = systemOf(mine());
    const rare = /## Further tools\n(.*)/.exec(system)?.[1] ?? '';
    for (const name of names)
      if (!offered.has(name) && !rare.includes(`${name} (`)) expect(system).not.toMatch(new RegExp(`\\b${name}\\b`));
  });

  describe('asked how to connect Telegram', () => {
    it('reads the documentation by the path that it is told, and the page that the index names', async () => {
      const system = systemOf(await asked('How do I connect Telegram?'));
      const index = /read (\/\S+\/README\.md)/.exec(system)?.[1] ?? '';
      const read = await bench.call('read', { path: index });
      const page = /connect Telegram[^|]*\| \[[^\]]*\]\(([^)]*)\)/.exec(read)?.[1] ?? '';
      expect(await bench.call('read', { path: join(dirname(index), page) })).toContain('@BotFather');
      // It is the gateway's own text: nothing that follows is asked for because of it.
      const told = await bench.turn([
        { name: 'read', args: { path: join(dirname(index), page) } },
        { name: 'exec', args: { command: 'echo free' } },
      ]);
      expect(told[1]).toContain('free');
      // Nothing else of the installation, and nothing of it may be changed.
      expect(await bench.call('read', { path: join(dirname(index), '../package.json') })).toContain('outside');
      expect(await bench.call('write', { path: join(dirname(index), 'x.md'), content: 'x' })).toContain('outside');
      expect(existsSync(join(dirname(index), 'x.md'))).toBe(false);
    });

    it('every page is in the index, and what the index names is there', () => {
      const docs = join(__dirname, '../../docs');
      const index = readFileSync(join(docs, 'README.md'), 'utf8');
      const links = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
      for (const link of links)
        expect({ link, isThere: existsSync(join(docs, link)) }).toEqual({ link, isThere: true });
    });
  });
});

describe('in a sandboxed session and for guests', () => {
  it('documentation is read in the first, and not by the second', async () => {
    const telegram = await FakeTelegram.start();
    const bench = await ToolBench.start({
      config: {
        agents: { defaults: { sandbox: { mode: 'all', workspaceAccess: 'none' } } },
        channels: { telegram: telegramConfig(telegram, [42, 7]) },
        commands: { ownerAllowFrom: ['telegram:42'] },
      },
    });
    try {
      await bench.turn([], { message: 'Hello' });
      const index = /read (\/\S+\/README\.md)/.exec(systemOf(bench.models.requests[0]))?.[1] ?? '';
      expect(await bench.call('read', { path: index })).toContain('How do I connect Telegram');
      const before = bench.models.requests.length;
      bench.others = (request) =>
        request.toolResults > 0
          ? { steps: [{ text: 'told' }] }
          : { steps: [{ tool: { name: 'read', args: { path: index } } }] };
      bench.models.answer = bench.others;
      telegram.say({ chatId: 7, text: 'How are you set up?' });
      await until('the answer to the guest', () => bench.models.requests.length >= before + 2);
      expect(systemOf(bench.models.requests[before])).not.toContain('## This gateway');
      expect(JSON.stringify(bodyOf(bench.models.requests[before + 1]).messages.at(-1))).not.toContain(
        'How do I connect',
      );
    } finally {
      await bench.stop();
      await telegram.stop();
    }
  });
});
