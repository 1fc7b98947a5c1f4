import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteFile } from '../../src/storage/sqlite-file';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';
import { WireClient } from '../harness/wire-client';

interface Message {
  role: string;
  content: string | { type: string; text?: string; sha256?: string; attached?: unknown; data?: string }[];
  __openclaw: { id: string };
}

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('a conversation that goes on from an earlier message', () => {
  let bench: ToolBench;
  let asked: string[];
  beforeAll(async () => {
    bench = await ToolBench.start();
  });
  afterAll(() => bench.stop());
  beforeEach(() => {
    asked = [];
    bench.models.answer = (request) => {
      asked.push(JSON.stringify(request.body['messages']));
      return { steps: [{ text: `Answer to ${request.lastUser.replace(/\s.*/s, '')}` }] };
    };
  });

  const say = async (sessionKey: string, message: string, more: Record<string, unknown> = {}): Promise<string> => {
    const idempotencyKey = String(more['idempotencyKey'] ?? `${sessionKey} ${message} ${Math.random()}`);
    const { runId } = await bench.client.done<{ runId: string }>('chat.send', {
      sessionKey,
      message,
      idempotencyKey,
      ...more,
    });
    await bench.client.done('agent.wait', { runId, timeoutMs: 60_000 });
    return runId;
  };
  const history = async (sessionKey: string): Promise<Message[]> =>
    (await bench.client.done<{ messages: Message[] }>('chat.history', { sessionKey })).messages;
  const texts = async (sessionKey: string): Promise<string[]> =>
    (await history(sessionKey)).map(({ content }) =>
      typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''),
    );
  const idOf = async (sessionKey: string, index: number): Promise<string> =>
    (await history(sessionKey))[index]?.__openclaw.id ?? '';
  const branches = async (key: string): Promise<{ key: string }[]> =>
    (await bench.client.done<{ branches: { key: string }[] }>('sessions.branches.list', { key })).branches;

  it('says a message anew: the model knows nothing of what came after it, and the old version stays', async () => {
    const key = 'agent:main:edit';
    for (const message of ['one', 'two', 'three']) await say(key, message);
    const insteadOf = await idOf(key, 2);
    asked = [];
    await say(key, 'zwei', { insteadOf });
    expect(await texts(key)).toEqual(['one', 'Answer to one', 'zwei', 'Answer to zwei']);
    expect(asked.join()).not.toMatch(/two|three/);
    const [old] = await branches(key);
    expect(await texts(old?.key ?? '')).toEqual(
      ['one', 'two', 'three'].flatMap((message) => [message, `Answer to ${message}`]),
    );
    // It is a conversation as any other.
    await say(old?.key ?? '', 'four');
    expect((await texts(old?.key ?? '')).at(-1)).toBe('Answer to four');
    expect(await texts(key)).toHaveLength(4);
  });

  it('does so once, however often the request comes, also after a kill', async () => {
    const key = 'agent:main:once';
    await say(key, 'one');
    const insteadOf = await idOf(key, 0);
    const same = { insteadOf, idempotencyKey: 'edit-once' };
    await say(key, 'uno', same);
    await say(key, 'uno', same);
    await bench.gateway.signal('SIGKILL');
    await bench.restart();
    await say(key, 'uno', same);
    expect(await texts(key)).toEqual(['uno', 'Answer to uno']);
    expect(await branches(key)).toHaveLength(1);
  });

  it('keeps pictures and files of the message, and takes a picture without words', async () => {
    const key = 'agent:main:files';
    const attachments = [
      { fileName: 'dot.png', content: PIXEL },
      { fileName: 'note.txt', content: Buffer.from('the note says seven').toString('base64') },
    ];
    await say(key, 'look', { attachments });
    await say(key, 'look again', { insteadOf: await idOf(key, 0) });
    const [first] = await history(key);
    expect(first?.content).toMatchObject([
      { type: 'text', text: 'look again' },
      { type: 'image' },
      { type: 'text', attached: { name: 'dot.png', path: expect.stringMatching(/^inbox\//) as string } },
      { type: 'text', text: expect.stringContaining('the note says seven'), attached: { name: 'note.txt' } },
    ]);
    expect(JSON.stringify(first).match(/attached file note\.txt/g)).toHaveLength(1);
    await say(key, '', { insteadOf: first?.__openclaw.id });
    expect(await branches(key)).toHaveLength(2);
  });

  it('leaves files of what was taken back where they lie: an earlier version names them, the new one does not', async () => {
    const key = 'agent:main:left';
    const fileName = 'left.txt';
    const attachments = [{ fileName, content: Buffer.from('the note says eight').toString('base64') }];
    const kept = (): string[] =>
      readdirSync(bench.workspace('inbox'), { recursive: true, encoding: 'utf8' }).filter((file) =>
        /left[^/]*$/.test(file),
      );
    await say(key, 'hello');
    await say(key, 'look', { attachments });
    const [path = ''] = kept();
    await bench.client.done('sessions.rewind', { key, messageId: await idOf(key, 2) });
    asked = [];
    await say(key, 'something else');
    expect(asked.join()).not.toContain(fileName);
    expect(kept()).toEqual([path]);
    // Sent again it is the file that is there already.
    await say(key, 'look once more', { attachments });
    expect(kept()).toEqual([path]);
    const [old] = await branches(key);
    await bench.client.done('sessions.branches.switch', { key, branchKey: old?.key });
    expect(JSON.stringify((await history(key)).at(2))).toContain(`inbox/${path}`);
    expect(readFileSync(bench.workspace('inbox', path), 'utf8')).toBe('the note says eight');
  });

  it('goes back to an earlier version and forth again', async () => {
    const key = 'agent:main:switch';
    await say(key, 'one');
    await say(key, 'eins', { insteadOf: await idOf(key, 0) });
    const [old] = await branches(key);
    await bench.client.done('sessions.branches.switch', { key, branchKey: old?.key });
    expect(await texts(key)).toEqual(['one', 'Answer to one']);
    expect(await texts(old?.key ?? '')).toEqual(['eins', 'Answer to eins']);
    await bench.client.done('sessions.branches.switch', { key, branchKey: old?.key });
    expect(await texts(key)).toEqual(['eins', 'Answer to eins']);
    const { error } = await bench.client.call('sessions.branches.switch', { key, branchKey: 'agent:main:once' });
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining('no earlier version') });
  });

  describe('while something goes on', () => {
    /** The model is asked and says nothing. */
    const hang = async (sessionKey: string): Promise<string> => {
      const before = bench.models.requests.length;
      bench.models.answer = ({ lastUser }) => ({
        steps: lastUser.startsWith('long')
          ? [{ stall: true }]
          : [{ text: `Answer to ${lastUser.replace(/\s.*/s, '')}` }],
      });
      const sent = { sessionKey, message: 'long', idempotencyKey: `${sessionKey} long` };
      const { runId } = await bench.client.done<{ runId: string }>('chat.send', sent);
      await until('the model to be asked', () => bench.models.requests.length > before);
      return runId;
    };

    it('takes back what its caller wrote, and answers what came from elsewhere afterwards', async () => {
      const key = 'agent:main:shared';
      await say(key, 'one');
      const messageId = await idOf(key, 0);
      await hang(key);
      await bench.client.done('chat.send', { sessionKey: key, message: 'mine', idempotencyKey: 'mine' });
      bench.client.send({
        type: 'req',
        id: 'elsewhere',
        method: 'agent',
        params: { sessionKey: key, message: 'elsewhere', idempotencyKey: 'elsewhere' },
      });
      await bench.client.answerTo('elsewhere');
      await bench.client.done('sessions.rewind', { key, messageId });
      await bench.client.done('agent.wait', { runId: 'elsewhere', timeoutMs: 60_000 });
      expect(await texts(key)).toEqual(['elsewhere', 'Answer to elsewhere']);
    });

    it('ends a turn that was cut off, and goes on from the earlier message', async () => {
      const key = 'agent:main:elsewhere';
      await say(key, 'one');
      const messageId = await idOf(key, 0);
      const inFile = <T>(work: (file: SqliteFile) => T): T => {
        const file = new SqliteFile(join(bench.gateway.stateDir, 'openclaw-nest.sqlite'));
        try {
          return work(file);
        } finally {
          file.close();
        }
      };
      inFile((file) => file.exec(`update turns set state = 'running' where session_key = '${key}'`));
      await bench.client.done('sessions.rewind', { key, messageId });
      expect(await texts(key)).toEqual([]);
      expect(inFile((file) => file.prepare(`select state from turns where session_key = '${key}'`).all())).toEqual([
        { state: 'closed' },
      ]);
    });

    it('stops nothing for a version that there is not', async () => {
      const key = 'agent:main:going';
      const runId = await hang(key);
      const { error } = await bench.client.call('sessions.branches.switch', { key, branchKey: 'agent:main:nothing' });
      expect(error?.code).toBe('INVALID_REQUEST');
      expect(await bench.client.done('chat.abort', { sessionKey: key, runId })).toMatchObject({ runIds: [runId] });
    });
  });

  it('branches into a conversation of its own, with results of the calls in its last message', async () => {
    const key = 'agent:main:fork';
    await bench.turn([{ name: 'write', args: { path: 'a.txt', content: 'a' } }], { sessionKey: key, message: 'write' });
    const call = await idOf(key, 1);
    const { key: forked } = await bench.client.done<{ key: string }>('sessions.fork', { key, messageId: call });
    expect((await history(forked)).map(({ role }) => role)).toEqual(['user', 'assistant', 'toolResult']);
    bench.models.answer = () => ({ steps: [{ text: 'on' }] });
    await say(forked, 'go on');
    expect((await texts(forked)).at(-1)).toBe('on');
    expect(await history(key)).toHaveLength(4);
    expect(await branches(key)).toEqual([]);
  });

  it('refuses what is no message to the assistant, and changes nothing then', async () => {
    const key = 'agent:main:refuse';
    await say(key, 'one');
    for (const [insteadOf, message, why] of [
      [await idOf(key, 1), 'x', 'only a message to the assistant'],
      ['nobody', 'x', 'there is no message nobody'],
      [await idOf(key, 0), '/status', 'a command is not said'],
      [await idOf(key, 0), '', 'message or attachment required'],
    ] as const) {
      const { error } = await bench.client.call('chat.send', {
        sessionKey: key,
        message,
        insteadOf,
        idempotencyKey: `refused ${why}`,
      });
      expect(error).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining(why) });
    }
    expect(await texts(key)).toEqual(['one', 'Answer to one']);
    expect(await branches(key)).toEqual([]);
  });

  it('hands out files of the folder that it works in, and nothing beside it', async () => {
    const key = 'agent:main:shelf';
    mkdirSync(bench.workspace('reports'), { recursive: true });
    writeFileSync(bench.workspace('reports', 'May.md'), 'sunny');
    symlinkSync('/etc/hostname', bench.workspace('reports', 'out.md'));
    const { files } = await bench.client.done<{ files: { path: string }[] }>('sessions.files.list', {
      key,
      search: 'MAY',
    });
    expect(files).toEqual([{ path: 'reports/May.md', name: 'May.md' }]);
    expect(await bench.client.done('sessions.files.get', { key, path: 'reports/May.md' })).toMatchObject({
      file: { name: 'May.md', size: 5, mimeType: 'text/plain', content: Buffer.from('sunny').toString('base64') },
    });
    for (const path of ['/etc/hostname', '../openclaw.json', 'reports/out.md', 'reports', 'nothing.md']) {
      const { error } = await bench.client.call('sessions.files.get', { key, path });
      expect([path, error?.code]).toEqual([path, 'INVALID_REQUEST']);
    }
  });

  it('shows who may only read no settings and secrets, whatever they are called by', async () => {
    const key = 'agent:main:shelf';
    mkdirSync(bench.workspace('.git'), { recursive: true });
    mkdirSync(bench.workspace('out'), { recursive: true });
    for (const [path, text] of [
      ['.git/config', 'token'],
      ['.env', 'secret'],
      ['.gitignore', 'out/\n*.key'],
      ['out/built.md', 'built'],
      ['a.key', 'secret'],
      ['plain.md', 'plain'],
    ] as const)
      writeFileSync(bench.workspace(path), text);
    symlinkSync('.env', bench.workspace('harmless.md'));
    const reader = await WireClient.connected(bench.gateway.url, { scopes: ['operator.read'] });
    try {
      const { files } = await reader.done<{ files: { path: string }[] }>('sessions.files.list', { key });
      expect(files.filter(({ path }) => path.startsWith('.'))).toEqual([]);
      for (const path of ['.git/config', '.env', '.gitignore', 'out/built.md', 'a.key', 'harmless.md']) {
        const { error } = await reader.call('sessions.files.get', { key, path });
        expect([path, error?.message]).toEqual([path, 'missing scope: operator.write']);
        expect(await bench.client.done('sessions.files.get', { key, path })).toHaveProperty('file.content');
      }
      expect(await reader.done('sessions.files.get', { key, path: 'plain.md' })).toHaveProperty('file.size', 5);
    } finally {
      reader.close();
    }
  });

  it('leaves out of a history what its reader has already', async () => {
    const key = 'agent:main:known';
    await say(key, 'one');
    const known = [createHash('sha256').update('Answer to one').digest('hex')];
    const { messages } = await bench.client.done<{ messages: Message[] }>('chat.history', { sessionKey: key, known });
    expect(messages[1]?.content).toEqual([{ type: 'text', sha256: known[0], origin: 'assistant' }]);
    expect(messages[0]?.content).toBe('one');
  });
});
