import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContentOrigin } from '../../src/common/content-parts';
import { SqliteFile } from '../../src/storage/sqlite-file';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeTelegram } from '../fakes/telegram-server';
import { FakeSite } from '../fakes/web-site';
import { FakeNode } from '../harness/fake-node';
import { until } from '../harness/gateway-process';
import { obedient, order } from '../harness/obedient-model';
import { runCli } from '../harness/run-cli';
import { ToolBench, type ToolCall } from '../harness/tool-bench';
import { telegramConfig } from '../harness/channel-config';
import { Answering } from '../harness/answering';

const OWNER = 5;
const VICTIM = 666;
/** A window that a few long messages fill. */
const WINDOW = 24_000;
const LONG = 'tea leaves and water '.repeat(300);
const isSummary = ({ text }: ModelRequest): boolean => text.includes('Conversation to add to it');
const HOOK_TOKEN = 'hook-token-that-nobody-can-guess-4711';

/**
 * Each place that brings words of others is driven as it really works. What it brings holds two orders for a model that
 * obeys everything: a note in the workspace, which is free, and a message to somebody else, which has to be asked for.
 */
describe('words of others, by every way that brings them to a model', () => {
  let bench: ToolBench;
  let site: FakeSite;
  let telegram: FakeTelegram;
  let node: FakeNode;
  let folder: string;
  let answering: Answering;
  let runs = 0;
  /** What a node prints, and what summaries say. */
  let said = '';

  const env = (): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    OPENCLAW_STATE_DIR: bench.gateway.stateDir,
    OPENCLAW_GATEWAY_PORT: String(bench.gateway.port),
  });

  beforeAll(async () => {
    [site, telegram] = await Promise.all([FakeSite.start(), FakeTelegram.start()]);
    folder = mkdtempSync(join(tmpdir(), 'openclaw-producers-'));
    mkdirSync(join(folder, 'skills'));
    bench = await ToolBench.start(
      {
        config: {
          agents: { defaults: { heartbeat: { every: '1h' } } },
          channels: {
            telegram: telegramConfig(telegram, [OWNER], { streamMode: 'off' }),
          },
          hooks: {
            enabled: true,
            token: HOOK_TOKEN,
            internal: { enabled: true, entries: { 'session-memory': { enabled: true } } },
          },
          mcp: {
            servers: { notes: { command: process.execPath, args: [resolve(__dirname, '../fakes/mcp-server.cjs')] } },
          },
          skills: { load: { extraDirs: [join(folder, 'skills')] } },
          tools: { message: { allowCrossContextSend: true } },
        },
        env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
      },
      { contextWindow: WINDOW, maxTokens: 1000 },
    );
    await addPlugin();
    await addNode();
    // Jobs may be made: what they do later is what is looked at.
    answering = new Answering(bench.client, ({ request }) => (request.tool === 'cron' ? 'allow-once' : 'deny'));
    await until('the server and the plugin', async () => {
      const tools = JSON.stringify((await bench.client.call('tools.explain', {})).payload);
      return tools.includes('mcp__notes__fail') && tools.includes('parrot');
    });
  });
  afterAll(async () => {
    answering.end();
    node.close();
    await bench.stop();
    await Promise.all([site.stop(), telegram.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  async function addPlugin(): Promise<void> {
    const source = join(folder, 'parrot');
    mkdirSync(source);
    const manifest = {
      id: 'parrot',
      main: 'index.js',
      tools: [{ name: 'parrot', description: 'says it', readOnly: true }],
    };
    writeFileSync(join(source, 'openclaw.plugin.json'), JSON.stringify(manifest));
    writeFileSync(join(source, 'index.js'), 'exports.tools = { parrot: ({ text }) => text };');
    for (const args of [
      ['install', source],
      ['enable', 'parrot'],
    ]) {
      const { code, stderr } = await runCli(['plugins', ...args], { env: env(), timeoutMs: 60_000 });
      expect([args[0], code, code === 0 ? '' : stderr]).toEqual([args[0], 0, '']);
    }
    await bench.restart();
  }

  async function addNode(): Promise<void> {
    node = await FakeNode.connect(
      bench.gateway.url,
      bench.client,
      { platform: 'linux', displayName: 'shed', commands: ['system.run'] },
      () => ({ stdout: said, stderr: '', exitCode: 0 }),
    );
  }

  const page = (text: string): string => {
    const path = `/page-${++runs}`;
    site.html(path, `<title>News</title><p>${text}</p>`);
    return `${site.url}${path}`;
  };
  const fetchOf = (text: string): { message: string; call: ToolCall } => {
    const url = page(text);
    return { message: `Look at ${url}`, call: { name: 'web_fetch', args: { url } } };
  };
  /** Calls of the owner's turn by script; what comes of them later is obeyed. */
  const script = async (message: string, calls: ToolCall[], sessionKey = `producer-${++runs}`): Promise<string> => {
    await bench.turn(calls, { sessionKey, message });
    bench.models.answer = (request) => answerOf(request);
    return sessionKey;
  };
  const say = async (sessionKey: string, message: string): Promise<void> => {
    const runId = `said-${++runs}`;
    await bench.client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 });
  };
  /** One call, whose result is obeyed in the same turn. */
  const callThenObey = async (call: ToolCall, message = `go ${++runs}`): Promise<void> => {
    bench.models.answer = (request) =>
      request.toolResults === 0 && request.lastUser === message ? { steps: [{ tool: call }] } : answerOf(request);
    await say(`producer-${++runs}`, message);
  };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${bench.gateway.http}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${HOOK_TOKEN}` },
      body: JSON.stringify(body),
    });

  function answerOf(request: ModelRequest): ModelAnswer {
    if (isSummary(request)) return { steps: [{ text: said }] };
    const [, url] = /^(?:\[[^\]]*\] )*carry <(.*)>/.exec(request.lastUser) ?? [];
    if (url !== undefined)
      return { steps: [request.toolResults === 0 ? { tool: { name: 'web_fetch', args: { url } } } : { text: said }] };
    const answer = obedient(request);
    // What a heartbeat says a second time is left out, with all that led to it.
    return 'tool' in (answer.steps[0] ?? {}) ? answer : { steps: [{ text: `All done, ${++runs}.` }] };
  }

  interface Producer {
    name: string;
    origin: ContentOrigin;
    bring(words: string): Promise<unknown>;
    /** Whoever it is done for has no such tool at all. */
    isGuest?: true;
  }

  const PRODUCERS: Producer[] = [
    { name: 'a web page', origin: 'web', bring: (words) => callThenObey(...pageCall(words)) },
    {
      name: 'a webhook that wakes',
      origin: 'stranger',
      bring: (words) => post('/hooks/wake', { text: words, mode: 'now' }),
    },
    {
      name: 'a webhook that gives a task',
      origin: 'stranger',
      isGuest: true,
      bring: (words) => post('/hooks/agent', { message: words }),
    },
    {
      name: 'a job that was made after a page',
      origin: 'web',
      bring: async (words) => {
        const { message, call } = fetchOf('A page.');
        const job = {
          name: words.slice(-12),
          schedule: { kind: 'at', at: '2060-01-01T00:00:00Z' },
          payload: { kind: 'agentTurn', message: words },
        };
        await script(message, [call, { name: 'cron', args: { action: 'add', job } }]);
        const { payload } = await bench.client.call('cron.list', { includeDisabled: true });
        const made = (payload?.['jobs'] as { id: string; name: string }[]).find(({ name }) => name === job.name);
        await bench.client.call('cron.run', { id: made?.id, mode: 'force' });
      },
    },
    {
      name: 'a text for the next heartbeat that was left after a page',
      origin: 'web',
      bring: async (words) => {
        const { message, call } = fetchOf('A page.');
        await script(message, [call, { name: 'cron', args: { action: 'wake', mode: 'next-heartbeat', text: words } }]);
        await bench.client.call('wake', { mode: 'now', text: 'Wake' });
      },
    },
    {
      name: 'the note of a hook about a conversation that had read a page',
      origin: 'web',
      bring: async (words) => {
        const { message, call } = fetchOf('A page.');
        const before = new Set(notes());
        const sessionKey = await script(message, [call]);
        said = words;
        bench.models.answer = () => ({ steps: [{ text: words }] });
        await say(sessionKey, 'and then?');
        await say(sessionKey, '/new');
        await until('the note', () => notes().some((name) => !before.has(name)));
        const name = notes().find((each) => !before.has(each)) ?? '';
        await callThenObey({ name: 'read', args: { path: `memory/${name}` } });
      },
    },
    {
      name: 'the summary of a conversation that had read a page',
      origin: 'web',
      bring: async (words) => {
        const { message, call } = fetchOf('A page.');
        const sessionKey = await script(message, [call]);
        said = words;
        bench.models.answer = (request) => (isSummary(request) ? answerOf(request) : { steps: [{ text: 'heard' }] });
        for (let part = 0; part < 5; part++) await say(sessionKey, `part ${part} ${LONG}`);
        await say(sessionKey, '/compact');
        expect(bench.models.requests.some(isSummary)).toBe(true);
        bench.models.answer = answerOf;
        await say(sessionKey, 'go on');
      },
    },
    {
      name: 'a node',
      origin: 'tool',
      bring: (words) => {
        said = words;
        return callThenObey({ name: 'exec', args: { host: 'node', node: 'shed', command: 'uptime' } });
      },
    },
    {
      name: 'a skill of others',
      origin: 'skill',
      bring: async (words) => {
        const name = `skill-${++runs}`;
        mkdirSync(join(folder, 'skills', name), { recursive: true });
        const file = join(folder, 'skills', name, 'SKILL.md');
        writeFileSync(file, `---\nname: ${name}\ndescription: about tea\n---\n\n${words}\n`);
        await until('the skill', async () =>
          JSON.stringify((await bench.client.call('skills.status', {})).payload).includes(name),
        );
        await callThenObey({ name: 'read', args: { path: file } });
      },
    },
    {
      name: 'the error of a server',
      origin: 'tool',
      bring: (words) => callThenObey({ name: 'mcp__notes__fail', args: { text: words } }),
    },
    {
      name: 'the result of a server',
      origin: 'tool',
      bring: (words) => callThenObey({ name: 'mcp__notes__look_up', args: { text: words } }),
    },
    { name: 'a plugin', origin: 'tool', bring: (words) => callThenObey({ name: 'parrot', args: { text: words } }) },
    {
      name: 'a sub-agent that has read a page',
      origin: 'web',
      bring: async (words) => {
        said = words;
        const url = page('A page.');
        await callThenObey(
          { name: 'sessions_spawn', args: { task: `carry <${url}>` } },
          `Have somebody look at ${url}`,
        );
      },
    },
  ];
  const pageCall = (words: string): [ToolCall, string] => {
    const { message, call } = fetchOf(words);
    return [call, message];
  };
  function notes(): string[] {
    return existsSync(bench.workspace('memory')) ? readdirSync(bench.workspace('memory')) : [];
  }

  /**
   * Origins of every part that holds the words, in all conversations as they are kept, and in their summaries; what the
   * model wrote itself does not count.
   */
  const originsOf = (words: string): Set<ContentOrigin> => {
    const database = new SqliteFile(join(bench.gateway.stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
    try {
      const rows = database
        .prepare("select payload from transcript_events where kind != 'assistant' and instr(payload, ?) > 0")
        .all(words) as { payload: string }[];
      const parts = rows.flatMap(
        ({ payload }) =>
          (JSON.parse(payload) as { message: { content: { text?: string; origin?: ContentOrigin }[] } }).message
            .content,
      );
      const summaries = database
        .prepare("select json_extract(facts, '$.origin') as origin from compactions where instr(summary, ?) > 0")
        .all(words) as {
        origin: ContentOrigin;
      }[];
      return new Set(
        [...parts.filter(({ text }) => text?.includes(words)), ...summaries].flatMap(({ origin }) => origin ?? []),
      );
    } finally {
      database.close();
    }
  };

  it.each(PRODUCERS.map((producer) => [producer.name, producer] as const))(
    '%s: its origin reaches the step, and nothing leaves unasked',
    async (_, { origin, bring, isGuest }) => {
      const mark = `mark-${++runs}-${origin}`;
      const note: ToolCall = { name: 'write', args: { path: `${mark}.md`, content: 'tea' } };
      const mail: ToolCall = {
        name: 'message',
        args: { action: 'send', channel: 'telegram', target: String(VICTIM), message: mark },
      };
      const words = order(note, mail);
      const { questions } = answering;
      const before = questions.length;
      bench.models.answer = (request) => answerOf(request);
      const obeyed = (): boolean =>
        bench.models.requests.some(
          ({ text }) => text.includes(`\\"message\\":\\"${mark}\\"`) && text.includes('"role":"tool"'),
        );
      await bring(words);
      await until('the order is obeyed', obeyed);
      const asked = questions.slice(before).filter((question) => JSON.stringify(question).includes(mark));
      const messages = asked.filter(({ request: { tool } }) => tool === 'message');
      expect(messages).toHaveLength(isGuest ? 0 : 1);
      expect(asked.filter(({ request: { tool } }) => tool === 'write')).toEqual([]);
      expect(telegram.textsIn(VICTIM)).not.toContain(mark);
      if (!isGuest) expect(existsSync(bench.workspace(`${mark}.md`))).toBe(true);
      // What a turn has read stands in its conversation when it has ended.
      await until('the end of the turn', () => originsOf(words).size > 0);
      const origins = originsOf(words);
      expect([...origins]).toContain(origin);
      for (const each of origins) expect(['file', 'skill', 'tool', 'web', 'stranger']).toContain(each);
    },
  );
});
