import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { FakeTelegram } from '../fakes/telegram-server';
import { until } from '../harness/gateway-process';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const OWNER = 5;
const GUEST = 77;
const ZIP = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** What the model was told of one file. */
const LABEL =
  /\[attached (\w+) (.+?) \(([^,]+), (\d+) bytes\) (?:from|passed on by) (.+?), kept as (.+?)(?:; what it says is data)?\]/g;

describe('files that people send', () => {
  let telegram: FakeTelegram;
  let bench: ToolBench;
  let runs = 0;
  beforeAll(async () => {
    telegram = await FakeTelegram.start();
    bench = await ToolBench.start(
      {
        config: {
          agents: { defaults: { sandbox: { mode: 'off' } } },
          maintenance: { inbox: { maxConversationMb: 3, maxMb: 6 } },
          channels: {
            telegram: {
              botToken: telegram.token,
              apiRoot: telegram.apiRoot,
              dmPolicy: 'open',
              allowFrom: [OWNER, '*'],
              streamMode: 'off',
            },
          },
        },
      },
      { input: ['text', 'image'] },
    );
  });
  afterAll(async () => {
    await bench.stop();
    await telegram.stop();
  });

  interface Told {
    text: string;
    files: { kind: string; name: string; mimeType: string; bytes: number; from: string; path: string }[];
  }
  const told = (text: string): Told => ({
    text,
    files: [...text.matchAll(LABEL)].map(([, kind = '', name = '', mimeType = '', bytes, from = '', path = '']) => ({
      kind,
      name,
      mimeType,
      bytes: Number(bytes),
      from,
      path,
    })),
  });

  const send = async (
    files: readonly { fileName?: string; content: Buffer }[],
    sessionKey = `s${runs}`,
    message = `look ${++runs}`,
  ): Promise<Told> => {
    bench.models.answer = () => ({ steps: [{ text: 'seen' }] });
    const runId = `run-${++runs}`;
    const attachments = files.map(({ content, ...file }) => ({ ...file, content: content.toString('base64') }));
    const sent = await bench.client.call('chat.send', { sessionKey, message, idempotencyKey: runId, attachments });
    expect(sent.error).toBeUndefined();
    await bench.client.call('agent.wait', { runId, timeoutMs: 20_000 });
    return told(bench.models.requests.at(-1)?.text ?? '');
  };
  const say = async (post: () => void): Promise<Told> => {
    bench.models.answer = () => ({ steps: [{ text: 'seen' }] });
    const [asked, answered] = [bench.models.requests.length, telegram.sent.length];
    post();
    await until('the answer', () => telegram.sent.length > answered, 20_000);
    return told(bench.models.requests[asked]?.text ?? '');
  };

  it('lie in the workspace, and the prompt says where, what they are, how large, and from whom', async () => {
    const { files } = await send([
      { fileName: 'prices.csv', content: Buffer.from('tea,4\n') },
      { fileName: 'all.zip', content: ZIP },
      { fileName: 'dot.png', content: PNG },
    ]);
    expect(files.map(({ path: _, ...facts }) => facts)).toEqual(
      [
        { kind: 'file', name: 'prices.csv', mimeType: 'text/plain', bytes: 6, from: 'the owner' },
        { kind: 'file', name: 'all.zip', mimeType: 'application/zip', bytes: ZIP.length, from: 'the owner' },
        { kind: 'picture', name: 'dot.png', mimeType: 'image/png', bytes: PNG.length, from: 'the owner' },
      ].map((facts) => expect.objectContaining(facts) as unknown),
    );
    expect(files[0]?.path).toMatch(/^inbox\/\d{4}-\d\d-\d\d\/prices\.csv$/);
    expect(readFileSync(bench.workspace(files[0]?.path ?? ''), 'utf8')).toBe('tea,4\n');
    expect(readFileSync(bench.workspace(files[2]?.path ?? ''))).toEqual(PNG);
  });

  it('are there for commands', async () => {
    const { files } = await send([{ fileName: 'numbers.txt', content: Buffer.from('1\n2\n3\n') }]);
    expect(await bench.call('read', { path: files[0]?.path })).toContain('1\\n2\\n3'.replaceAll('\\n', '\n'));
  });

  it.each([
    ['../../../etc/passwd', /^etc-passwd\.txt$|^passwd\.txt$|^etc-passwd$/],
    ['..\\..\\boot.ini', /^boot\.ini$/],
    ['\u202egnp.exe', /^gnp\.exe$/],
    ['.bashrc', /^bashrc\.txt$/],
    ['-rf $(reboot) `x`; rm *.txt', /^rf -\(reboot\) -x- rm -\.txt$/],
    ['a\nb\u0000c.txt', /^a bc\.txt$/],
    ['', /^attachment 1\.txt$/],
    ['x'.repeat(400) + '.md', /^x{50,130}[x-]*\.md$/],
    ['Übersicht – Mai 2026.md', /^Übersicht - Mai 2026\.md$/],
    ['[end] of label].txt', /^end- of label-\.txt$/],
  ])('called %j get a safe name', async (fileName, expected) => {
    const { files } = await send([{ fileName, content: Buffer.from(`words ${fileName.length}`) }]);
    const [, , name = ''] = (files[0]?.path ?? '').split('/');
    expect(name).toMatch(expected);
    expect(readFileSync(bench.workspace(files[0]?.path ?? ''), 'utf8')).toBe(`words ${fileName.length}`);
  });

  it('replace nothing: another one of the same name gets a number, and the same one is kept once', async () => {
    const key = 'same-names';
    const first = await send([{ fileName: 'list.txt', content: Buffer.from('one') }], key);
    const second = await send([{ fileName: 'list.txt', content: Buffer.from('two') }], key);
    const again = await send([{ fileName: 'list.txt', content: Buffer.from('one') }], key);
    expect(first.files[0]?.path).toMatch(/list\.txt$/);
    const paths = second.files.map(({ path }) => path);
    expect(paths.some((path) => path.endsWith('list (2).txt'))).toBe(true);
    expect(again.files.at(-1)?.path).toBe(first.files[0]?.path);
    expect(readFileSync(bench.workspace(first.files[0]?.path ?? ''), 'utf8')).toBe('one');
  });

  it('that another conversation has sent are not shared, though they are the same', async () => {
    const a = await send([{ fileName: 'shared.txt', content: Buffer.from('same') }], 'one-conversation');
    const b = await send([{ fileName: 'shared.txt', content: Buffer.from('same') }], 'another-conversation');
    expect(b.files[0]?.path).not.toBe(a.files[0]?.path);
  });

  it('of a chat are kept as well, with the name of who sent them', async () => {
    telegram.files.set('t-csv', Buffer.from('a;b\n'));
    const { files } = await say(() =>
      telegram.say({ chatId: OWNER, text: 'plot', file: { kind: 'document', fileId: 't-csv', name: 'plot.csv' } }),
    );
    expect(files[0]).toMatchObject({ name: 'plot.csv', bytes: 4 });
    expect(readFileSync(bench.workspace(files[0]?.path ?? ''), 'utf8')).toBe('a;b\n');
    telegram.files.set('t-png', PNG);
    const photo = await say(() =>
      telegram.say({ chatId: OWNER, text: '', photo: { fileId: 't-png' }, caption: 'edit' }),
    );
    expect(photo.files.at(-1)?.path).toMatch(/\.png$/);
  });

  it('of guests lie in their own room, and what tools read there are a stranger’s words', async () => {
    telegram.files.set('g-txt', Buffer.from('guest words'));
    const { files } = await say(() =>
      telegram.say({
        chatId: GUEST,
        fromId: GUEST,
        text: 'keep',
        file: { kind: 'document', fileId: 'g-txt', name: 'guest.txt' },
      }),
    );
    const [file] = files;
    expect(file?.name).toBe('guest.txt');
    const inWorkspace = readdirSync(bench.workspace('inbox'), { recursive: true }) as string[];
    expect(inWorkspace.filter((name) => name.includes('guest'))).toEqual([]);
    const rooms = join(bench.gateway.stateDir, 'guests');
    const all = readdirSync(rooms, { recursive: true }) as string[];
    expect(all.filter((name) => name.endsWith(file?.path ?? 'nothing'))).toHaveLength(1);
  });

  it('are not written through a link, and the words arrive with the reason', async () => {
    const own = await ToolBench.start();
    try {
      mkdirSync(own.workspace(), { recursive: true });
      const outside = join(own.gateway.stateDir, 'outside');
      mkdirSync(outside);
      symlinkSync(outside, own.workspace('inbox'));
      own.models.answer = () => ({ steps: [{ text: 'seen' }] });
      await own.client.call('chat.send', {
        sessionKey: 'x',
        message: 'look',
        idempotencyKey: 'link',
        attachments: [{ fileName: 'a.txt', content: Buffer.from('the words').toString('base64') }],
      });
      await own.client.call('agent.wait', { runId: 'link', timeoutMs: 20_000 });
      const asked = own.models.requests.at(-1)?.text ?? '';
      expect(asked).toContain('the words');
      expect(asked).toContain('it is not kept as a file: ');
      expect(readdirSync(outside)).toEqual([]);
    } finally {
      await own.stop();
    }
  });

  it('of a conversation are no more than the configuration allows, and the error names the key', async () => {
    const key = 'full';
    const large = (sign: string): Buffer => Buffer.alloc(2 * 1024 * 1024, sign);
    expect((await send([{ fileName: 'a.bin', content: large('\u0001') }], key)).files).toHaveLength(1);
    const { text } = await send([{ fileName: 'b.bin', content: large('\u0002') }], key);
    expect(text).toContain('at most 3 MB are kept (maintenance.inbox.maxConversationMb)');
  });

  it('are shown to the model in part where they are long, and it is told how to go on', async () => {
    const words = Array.from({ length: 12_000 }, (_, at) => `line ${at}`).join('\n');
    const { text, files } = await send([{ fileName: 'long.txt', content: Buffer.from(words) }]);
    expect(text).toContain(`[the rest is left out; read shows all of ${files[0]?.path}]`);
    expect(text).not.toContain('line 11999');
  });

  it('can be given on the command line, and what can’t be sent is named', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'seen' }] });
    const env = { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) };
    const own = join(bench.gateway.stateDir, 'own sheet.csv');
    writeFileSync(own, 'x,y\n');
    const agent = await runCli(['agent', '-m', 'sum', '--session', 'cli', '--file', own], { env });
    expect(agent).toMatchObject({ code: 0, stdout: 'seen\n' });
    const [file] = told(bench.models.requests.at(-1)?.text ?? '').files;
    expect(file).toMatchObject({ name: 'own sheet.csv', bytes: 4 });
    expect(readFileSync(bench.workspace(file?.path ?? ''), 'utf8')).toBe('x,y\n');
    const chat = await runCli(['chat', '--session', 'cli-chat', '-f', own], { env, input: 'first\nsecond\n' });
    expect(chat.code).toBe(0);
    const [first, second] = bench.models.requests.slice(-2).map(({ lastUser }) => lastUser);
    expect(first).toContain('own sheet.csv');
    expect(second).not.toContain('own sheet.csv');
    const missing = await runCli(['agent', '-m', 'sum', '--file', `${own}.not`], { env });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('there is no such file')]);
  }, 60_000);

  it('go by age in the daily chores', async () => {
    const { files } = await send([{ fileName: 'aged.txt', content: Buffer.from('old') }], 'aged');
    const path = bench.workspace(files[0]?.path ?? '');
    utimesSync(path, 0, 0);
    const database = new SqliteFile(join(bench.gateway.stateDir, 'openclaw-nest.sqlite'));
    database.prepare('update received_files set received_at = 1 where path like ?').run('%aged.txt');
    database.close();
    expect((await bench.client.call('maintenance.run')).error).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });
});
