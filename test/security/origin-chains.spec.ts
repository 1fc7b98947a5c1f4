import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import fc from 'fast-check';
import type { ContentOrigin } from '../../src/common/content-parts';
import { type TrustLevel, trustOf } from '../../src/tools/provenance/taint';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeSite } from '../fakes/web-site';
import { Answering } from '../harness/answering';
import { FakeNode } from '../harness/fake-node';
import { until } from '../harness/gateway-process';
import { ToolBench, type ToolCall } from '../harness/tool-bench';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

const RANK: Readonly<Record<TrustLevel, number>> = { trusted: 0, suspect: 1, untrusted: 2 };
const WORDS = 'tea is warm';
/** A window that a few long messages fill. */
const WINDOW = 24_000;

const read = (path: string): ToolCall => ({ name: 'read', args: { path } });
const write = (path: string, content = WORDS): ToolCall => ({ name: 'write', args: { path, content } });
const exec = (command: string, more: object = {}): ToolCall => ({ name: 'exec', args: { command, ...more } });
const patch = (...lines: string[]): ToolCall => ({
  name: 'apply_patch',
  args: { input: ['*** Begin Patch', ...lines, '*** End Patch'].join('\n') },
});

/** Carries what one file says into another, and takes the first away where it can. */
interface Step {
  name: string;
  to(name: string): string;
  bring(ways: Ways, from: string, to: string): Promise<unknown>;
  /** What it brings is somebody else's whatever went in. */
  isForeign?: true;
}

/** What the ways that need more than one turn are made of. */
interface Ways {
  bench: ToolBench;
  /** One turn of a conversation; `says` is what the model says at its end. */
  turn(calls: readonly ToolCall[], sessionKey?: string, says?: string): Promise<string[]>;
  /** A name for a conversation that nobody has used. */
  fresh(): string;
}

/** Calls of one turn of a conversation that has seen nothing else. */
const step = (
  name: string,
  calls: (from: string, to: string) => ToolCall[],
  to: Step['to'] = (file) => file,
): Step => ({ name, bring: ({ turn }, from, next) => turn(calls(from, next)), to });
const way = (name: string, bring: (ways: Ways, from: string, to: string) => Promise<unknown>): Step => ({
  name,
  bring,
  to: (file) => file,
});
const command = (name: string, text: (from: string, to: string) => string): Step =>
  step(name, (from, to) => [exec(text(from, to))]);

const LONG = 'tea leaves and water '.repeat(300);
/** Small talk after which nothing of a conversation's beginning is among its last messages. */
const TALK: readonly ToolCall[] = Array.from({ length: 30 }, (_, n) => ({
  name: 'todo',
  args: { action: 'add', text: `cup ${n}` },
}));
const AT = { kind: 'at', at: '2060-01-01T00:00:00Z' };
/** What the model of a conversation was sent last. */
const lastOf = ({ models }: ToolBench, key: string): string =>
  models.requests.findLast(({ text }) => text.includes(key))?.text ?? '';
const order = (to: string): string => `store ${to} please`;

/** Ways through conversations, their summaries, jobs, other agents, servers and machines. */
const WAYS: readonly Step[] = [
  way('a later turn of the same conversation', async ({ turn, fresh }, from, to) => {
    const key = fresh();
    await turn([read(from)], key);
    await turn([write(to)], key);
  }),
  way('a conversation that no longer fits its window', async ({ bench, turn, fresh }, from, to) => {
    const key = fresh();
    // Too few messages to be summed up, and too long to be sent.
    await turn([read(from)], key, WORDS);
    await bench.turn([], { sessionKey: key, message: `${key} ${LONG.repeat(5)}` });
    await bench.turn([write(to)], { sessionKey: key, message: `then ${key} ${LONG.repeat(5)}.` });
    expect(lastOf(bench, key)).not.toContain(LONG.repeat(10));
  }),
  way('the summary of a conversation', async ({ bench, turn, fresh }, from, to) => {
    const key = fresh();
    await turn([read(from)], key);
    for (let part = 0; part < 5; part++) await bench.turn([], { sessionKey: key, message: `${key} ${part} ${LONG}` });
    await bench.turn([], { sessionKey: key, message: '/compact' });
    await turn([write(to)], key);
    expect(lastOf(bench, key)).toContain(`SUMMARY: ${WORDS}`);
  }),
  way('a conversation whose beginning was left out', async ({ bench, turn, fresh }, from, to) => {
    const key = fresh();
    await turn([read(from)], key);
    await turn(TALK, key, WORDS);
    expect((await bench.client.call('sessions.compact', { key, maxLines: 1 })).payload).toMatchObject({
      compacted: true,
    });
    await turn([write(to)], key);
  }),
  way('the history of a conversation that has read it long ago', async ({ turn, fresh }, from, to) => {
    const key = fresh();
    await turn([read(from)], key);
    await turn(TALK, key, WORDS);
    await turn([{ name: 'sessions_history', args: { sessionKey: key, limit: 1 } }, write(to)]);
  }),
  way('the list of conversations, with their last words', async ({ turn, fresh }, from, to) => {
    const key = fresh();
    await turn([read(from)], key);
    await turn(TALK, key, WORDS);
    await turn([{ name: 'sessions_list', args: { messageLimit: 1, limit: 3 } }, write(to)]);
  }),
  way('the answer of a conversation that has read it long ago', async ({ turn, fresh }, from, to) => {
    const key = fresh();
    await turn([read(from)], key);
    await turn(TALK, key, WORDS);
    const send = { name: 'sessions_send', args: { sessionKey: key, message: 'what is tea?', timeoutSeconds: 10 } };
    await turn([send, write(to)]);
  }),
  way('an order to another conversation', async ({ turn, fresh }, from, to) => {
    const key = fresh();
    await turn([], key);
    await turn([
      read(from),
      { name: 'sessions_send', args: { sessionKey: key, message: order(to), timeoutSeconds: 10 } },
    ]);
  }),
  way('an order to a sub-agent', ({ turn }, from, to) =>
    turn([read(from), { name: 'sessions_spawn', args: { task: order(to) } }]),
  ),
  way('a job', async ({ bench, turn, fresh }, from, to) => {
    const name = fresh();
    const job = {
      name,
      schedule: AT,
      payload: { kind: 'agentTurn', message: order(to) },
    };
    await turn([read(from), { name: 'cron', args: { action: 'add', job } }]);
    const { payload } = await bench.client.call('cron.list', { includeDisabled: true });
    const made = (payload?.['jobs'] as { id: string; name: string }[]).find((each) => each.name === name);
    await bench.client.call('cron.run', { id: made?.id, mode: 'force' });
    await until('its end', () => existsSync(bench.workspace(to)));
    await bench.client.call('cron.remove', { id: made?.id });
  }),
  way('a fork of the conversation', async ({ bench, turn, fresh }, from, to) => {
    const [key, fork] = [fresh(), fresh()];
    await turn([read(from)], key);
    const { error } = await bench.client.call('sessions.create', { key: fork, parentSessionKey: key, fork: true });
    expect(error).toBeUndefined();
    await turn([write(to)], fork);
  }),
  way('a note in the memory that is found by the next conversation', async ({ turn }, from, to) => {
    await turn([read(from), write('memory/way.md')]);
    await turn([{ name: 'memory_search', args: { query: WORDS } }, write(to)]);
  }),
  way('MEMORY.md, read by the next conversation', async ({ turn }, from, to) => {
    await turn([read(from), write('MEMORY.md')]);
    await turn([read('MEMORY.md'), write(to), exec('rm MEMORY.md')]);
  }),
  way('the note of a hook about a conversation that has read it long ago', async ({ bench, turn, fresh }, from, to) => {
    const key = fresh();
    const notes = (): string[] => (existsSync(bench.workspace('memory')) ? readdirSync(bench.workspace('memory')) : []);
    const before = new Set(notes());
    await turn([read(from)], key);
    await turn(TALK, key, WORDS);
    await turn([], key, WORDS);
    await bench.turn([], { sessionKey: key, message: '/new' });
    await until('the note', () => notes().some((name) => !before.has(name)));
    const name = notes().find((each) => !before.has(each)) ?? '';
    await turn([read(`memory/${name}`), write(to)]);
  }),
  way('the names of jobs', async ({ bench, turn, fresh }, from, to) => {
    const job = { name: `${WORDS} ${fresh()}`, schedule: AT, payload: { kind: 'systemEvent', text: 'tea' } };
    await turn([read(from), { name: 'cron', args: { action: 'add', job } }]);
    await turn([{ name: 'cron', args: { action: 'list' } }, write(to)]);
    const { payload } = await bench.client.call('cron.list', { includeDisabled: true });
    for (const { id } of payload?.['jobs'] as { id: string }[]) await bench.client.call('cron.remove', { id });
  }),
  way('a command line in the list of those in the background', async ({ turn }, from, to) => {
    const [, told = ''] = await turn([read(from), exec(`sleep 60 # ${WORDS}`, { background: true })]);
    const [, sessionId = ''] = /sessionId "([^"]+)"/.exec(told) ?? [];
    await turn([{ name: 'process', args: { action: 'list' } }, write(to)]);
    await turn([{ name: 'process', args: { action: 'remove', sessionId } }]);
  }),
  way('the name of a sub-agent in the list of conversations', async ({ turn, fresh }, from, to) => {
    const label = `${WORDS} ${fresh()}`;
    await turn([read(from), { name: 'sessions_spawn', args: { task: 'rest', label } }]);
    await turn([{ name: 'sessions_list', args: { messageLimit: 1, limit: 3 } }, write(to)]);
  }),
  way('what a command in the background prints', async ({ turn }, from, to) => {
    const [told = ''] = await turn([exec(`cat ${from}; sleep 0.2`, { background: true })]);
    const [, id = ''] = /sessionId "([^"]+)"/.exec(told) ?? [];
    await turn([{ name: 'process', args: { action: 'log', sessionId: id } }, write(to)]);
  }),
  ...['mcp__notes__look_up', 'mcp__notes__fail'].map((name) => ({
    ...step(`a tool server: ${name}`, (_from, to) => [{ name, args: { text: WORDS } }, write(to)]),
    isForeign: true as const,
  })),
  {
    ...step('another machine', (_from, to) => [exec('uptime', { host: 'node', node: 'shed' }), write(to)]),
    isForeign: true,
  },
];

const STEPS: readonly Step[] = [
  step('read, then write', (from, to) => [read(from), write(to)]),
  step('read, then a patch that adds a file', (from, to) => [read(from), patch(`*** Add File: ${to}`, `+${WORDS}`)]),
  step('a patch that moves a file', (from, to) => [patch(`*** Update File: ${from}`, `*** Move to: ${to}`)]),
  step('a patch that changes and moves a file', (from, to) => [
    patch(`*** Update File: ${from}`, `*** Move to: ${to}`, '@@', `-${WORDS}`, `+${WORDS}`),
  ]),
  step('an edit of a file that was moved', (from, to) => [
    exec(`mv ${from} ${to}`),
    { name: 'edit', args: { path: to, oldText: WORDS, newText: `${WORDS}!` } },
    { name: 'edit', args: { path: to, oldText: '!', newText: '' } },
  ]),
  step(
    'a note in the memory',
    (from, to) => [read(from), write(to)],
    (file) => `memory/${file.replaceAll('/', '-')}.md`,
  ),
  step('a sub-agent that reads and writes', (from, to) => [
    { name: 'sessions_spawn', args: { task: `carry ${from} ${to}` } },
  ]),
  step('a command in the background', (from, to) => [
    exec(`T=$(cat ${from}); rm ${from}; sleep 0.2; echo "$T" > ${to}`, { background: true }),
  ]),
  command('cp', (from, to) => `cp ${from} ${to} && rm ${from}`),
  command('cp -p', (from, to) => `cp -p ${from} ${to} && rm ${from}`),
  command('mv', (from, to) => `mv ${from} ${to}`),
  command('cat', (from, to) => `cat ${from} > ${to} && rm ${from}`),
  command('tee', (from, to) => `tee ${to} < ${from} && rm ${from}`),
  command('ln', (from, to) => `ln ${from} ${to} && rm ${from}`),
  command('ln -s', (from, to) => `ln -s "$PWD/${from}" ${to}`),
  command('sed -i', (from, to) => `sed -i s/tea/tea/ ${from} && mv ${from} ${to}`),
  command(
    'tar',
    (from, to) =>
      `tar cf ${from}.tar ${from} && rm ${from} && mkdir -p ${to}.d && tar xf ${from}.tar -C ${to}.d && mv ${to}.d/${from} ${to} && rm ${from}.tar`,
  ),
  command('an old time', (from, to) => `cp ${from} ${to} && touch -d 2001-01-01 ${to} && rm ${from}`),
  command('over what was there', (from, to) => `echo old > ${to} && cat ${from} > ${to} && rm ${from}`),
  command('base64', (from, to) => `base64 ${from} > ${from}.64 && rm ${from} && base64 -d ${from}.64 > ${to}`),
];

const ALL = [...STEPS, ...WAYS];

describeWithSandbox('whose text it is, through every chain of two tools', () => {
  let bench: ToolBench;
  let site: FakeSite;
  let answering: Answering;
  let node: FakeNode;
  let chains = 0;

  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/page', `<title>Page</title><p>${WORDS}, and there is a lot to be said about it in general.</p>`);
    bench = await ToolBench.start(
      {
        config: {
          hooks: { internal: { enabled: true, entries: { 'session-memory': { enabled: true } } } },
          mcp: {
            servers: { notes: { command: process.execPath, args: [resolve(__dirname, '../fakes/mcp-server.cjs')] } },
          },
          tools: { exec: { applyPatch: { enabled: true } } },
        },
        env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
      },
      { contextWindow: WINDOW, maxTokens: 1000 },
    );
    node = await FakeNode.connect(
      bench.gateway.url,
      bench.client,
      { platform: 'linux', displayName: 'shed', commands: ['system.run'] },
      () => ({ stdout: WORDS, stderr: '', exitCode: 0 }),
    );
    bench.others = othersDo;
    // People who say yes to everything: approvals don't make a text better.
    answering = new Answering(bench.client, 'allow-once');
    await until('the server', async () =>
      JSON.stringify((await bench.client.call('tools.explain', {})).payload).includes('mcp__notes__fail'),
    );
  });
  afterAll(async () => {
    answering.end();
    node.close();
    await bench.stop();
    await site.stop();
  });

  /** Sums up in the words that are carried, and does what it is told: carry one file into another, or write one. */
  function othersDo({ lastUser, text, toolResults }: ModelRequest): ModelAnswer {
    if (text.includes('Conversation to add to it')) return { steps: [{ text: `SUMMARY: ${WORDS}` }] };
    const [, from = '', to = ''] = /carry (\S+) (\S+)/.exec(lastUser) ?? [];
    const [, place = ''] = /store (\S+) please/.exec(lastUser) ?? [];
    const call = (from === '' ? [] : [read(from), write(to)]).concat(place === '' ? [] : [write(place)])[toolResults];
    return { steps: [call ? { tool: call } : { text: WORDS }] };
  }

  const ways: Ways = {
    get bench() {
      return bench;
    },
    fresh: () => `way-${++chains}-${Math.random().toString(36).slice(2)}`,
    turn: (calls, sessionKey, said) =>
      bench.turn(calls, { sessionKey: sessionKey ?? ways.fresh(), ...(said === undefined ? {} : { says: said }) }),
  };

  /** Origins of the last result of a turn of a conversation that has seen nothing else. */
  const turn = async (calls: readonly ToolCall[]): Promise<ContentOrigin[]> => {
    const sessionKey = ways.fresh();
    await bench.turn(calls, { sessionKey });
    const { payload } = await bench.client.call('chat.history', { sessionKey, limit: 50 });
    const messages = payload?.['messages'] as { role: string; content: { origin: ContentOrigin }[] }[];
    const results = messages.filter(({ role }) => role === 'toolResult');
    return [...new Set(results.at(-1)?.content.map(({ origin }) => origin))];
  };

  const says = (path: string): boolean =>
    existsSync(bench.workspace(path)) && readFileSync(bench.workspace(path), 'utf8').includes(WORDS);

  /** Carries a file through steps, each in a conversation of its own; returns its last path. */
  const carry = async (from: string, steps: readonly Step[]): Promise<string> => {
    let path = from;
    for (const [index, { name, bring, to }] of steps.entries()) {
      const next = to(`${dirname(from)}/${index}.txt`);
      await bring(ways, path, next);
      await until(`${name} to ${next}`, () => says(next));
      path = next;
    }
    return path;
  };

  const SOURCES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    web: (path) => turn([{ name: 'web_fetch', args: { url: `${site.url}/page` } }, write(path)]),
    file: (path) => Promise.resolve(writeFileSync(bench.workspace(path), WORDS)),
    workspace: (path) => turn([write(path)]),
  };

  /** The label at the end of a chain that starts with a text of a source. */
  const through = async (source: string, steps: readonly Step[]): Promise<{ label: ContentOrigin[]; path: string }> => {
    const folder = `chain${++chains}`;
    mkdirSync(bench.workspace(folder));
    await SOURCES[source]?.(`${folder}/in.txt`);
    const path = await carry(`${folder}/in.txt`, steps);
    return { label: await turn([read(path)]), path };
  };
  /** Nothing of a chain is left for the next. */
  const clear = (): Promise<unknown> => turn([exec('rm -rf chain* memory')]);

  it.each(ALL.filter(({ isForeign }) => isForeign !== true).map((each) => [each.name, each] as const))(
    'one’s own text stays one’s own: %s',
    async (_, each) => {
      const { path } = await through('workspace', [each]);
      // While a command runs, nobody knows what it will have written.
      await until('the label', async () => trustOf(await turn([read(path)])) === 'trusted');
      await clear();
    },
  );

  /** What is wrong with the end of a chain; undefined: nothing. */
  const fault = async (source: string, steps: readonly Step[]): Promise<string | undefined> => {
    const { label, path } = await through(source, steps);
    const isForeign = source === 'web' || steps.some((each) => each.isForeign);
    const least = RANK[isForeign ? 'untrusted' : 'suspect'];
    const chain = `${[source, ...steps.map(({ name }) => name)].join(' → ')}: ${label.join()}`;
    if (RANK[trustOf(label)] < least) return chain;
    const isMemory = path.startsWith('memory/');
    const found = isMemory ? await turn([{ name: 'memory_search', args: { query: WORDS } }]) : label;
    await clear();
    return RANK[trustOf(found)] < least ? `${chain}, found as ${found.join()}` : undefined;
  };

  it.each(ALL.map((each) => [each.name, each] as const))('the web’s text stays the web’s: %s', async (_, each) =>
    expect(await fault('web', [each])).toBeUndefined(),
  );

  it.each([
    [
      'what a later command leaves in the room',
      'while [ ! -s /tmp/brought ]; do sleep 0.1; done; cp /tmp/brought room/note.txt',
      () => exec(`echo "${WORDS}" > /tmp/brought`),
    ],
    [
      'what is typed into it',
      'cat > room/note.txt',
      (sessionId: string) => ({
        name: 'process',
        args: { action: 'write', sessionId, data: `${WORDS}\n`, eof: true },
      }),
    ],
  ])(
    'a command that began with one’s own text only does not make others’ text one’s own: %s',
    async (_, line, bring) => {
      await clear();
      rmSync(bench.workspace('room'), { recursive: true, force: true });
      mkdirSync(bench.workspace('room'));
      const sessionKey = ways.fresh();
      const [told = ''] = await bench.turn([exec(line, { background: true })], { sessionKey });
      const [, id = ''] = /sessionId "([^"]+)"/.exec(told) ?? [];
      await bench.turn([{ name: 'web_fetch', args: { url: `${site.url}/page` } }, bring(id)], { sessionKey });
      await until('the note', () => says('room/note.txt'));
      // Also once it has ended and its files are noted.
      for (const ms of [0, 1000]) {
        await new Promise((done) => setTimeout(done, ms));
        expect(trustOf(await turn([read('room/note.txt')]))).toBe('untrusted');
      }
      await turn([exec('rm -rf room')]);
    },
  );

  it('is never lower at the end than at the beginning', async () => {
    const anyStep = fc.oneof(fc.constantFrom(...STEPS), fc.constantFrom(...WAYS));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('web', 'file'), anyStep, anyStep, async (source, first, second) => {
        const wrong = await fault(source, [first, second]);
        if (wrong !== undefined) throw new Error(wrong);
      }),
      { numRuns: 16, endOnFailure: true },
    );
  }, 300_000);
});
