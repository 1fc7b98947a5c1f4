import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import fc from 'fast-check';
import type { ContentOrigin } from '../../src/common/content-parts';
import { type TrustLevel, trustOf } from '../../src/tools/provenance/taint';
import { FakeImages } from '../fakes/image-server';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { FakeSite } from '../fakes/web-site';
import { Answering } from '../harness/answering';
import { BROWSER } from '../harness/browser';
import { FakeNode } from '../harness/fake-node';
import { until } from '../harness/gateway-process';
import { ToolBench, type ToolCall } from '../harness/tool-bench';
import { type Step, WORDS, type Ways, exec, idIn, read, write } from './chains/calls';
import { STEPS } from './chains/steps';
import { BROWSING, LEAVERS, NOT_IN_CHAINS, TAKERS, inOneConversation } from './chains/tools';
import { WAYS } from './chains/ways';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;
/** Every two tools instead of some drawn by chance, and more of the ten thousand pairs of ways. */
const isLong = process.env['TEST_ALL_CHAINS'] !== undefined;

const RANK: Readonly<Record<TrustLevel, number>> = { trusted: 0, suspect: 1, untrusted: 2 };
/** Of what every chain takes one after the other. */
const LIMIT_MS = isLong ? 3 * 3_600_000 : 300_000;
/** A window that a few long messages fill. */
const WINDOW = 24_000;

const takers = BROWSER ? [...TAKERS, BROWSING] : TAKERS;
const [reading, writing] = [TAKERS[0], LEAVERS[0]] as const;
const PAIRS = takers.flatMap((taker) => LEAVERS.map((leaver) => inOneConversation(taker, leaver)));
/** Each tool with the plainest there is at its other end, and the other ways that a text can go. */
const ALL: readonly Step[] = [
  ...STEPS,
  ...WAYS,
  ...(reading && writing
    ? [
        ...takers.map((taker) => inOneConversation(taker, writing)),
        ...LEAVERS.filter((leaver) => leaver !== writing).map((leaver) => inOneConversation(reading, leaver)),
      ]
    : []),
];

/** Of the commands a few stand for all: what they can read and write is the same. */
const OWN = ALL.filter(
  ({ name, isForeign, isShared }) => !isForeign && !isShared && !/^(cp|cat|tee|base64|an old|over|sed)/.test(name),
);

describeWithSandbox('whose text it is, through every chain of two tools', () => {
  let bench: ToolBench;
  let site: FakeSite;
  let images: FakeImages;
  let answering: Answering;
  let node: FakeNode;
  let phone: FakeNode;
  let chains = 0;

  beforeAll(async () => {
    [site, images] = await Promise.all([FakeSite.start(), FakeImages.start()]);
    site.json('/brave', { web: { results: [{ title: WORDS, url: 'https://tea.example/', description: 'tea' }] } });
    site.json('/2010-04-01/Accounts/AC123/Calls/CA12345678.json', { sid: 'CA12345678', status: WORDS });
    site.pages.set('/openai/audio/speech', { type: 'audio/mpeg', body: Buffer.from('ID3-sound') });
    site.html('/page', `<title>Page</title><p>${WORDS}, and there is a lot to be said about it in general.</p>`);
    bench = await ToolBench.start(
      {
        config: {
          hooks: { internal: { enabled: true, entries: { 'session-memory': { enabled: true } } } },
          mcp: {
            servers: { notes: { command: process.execPath, args: [resolve(__dirname, '../fakes/mcp-server.cjs')] } },
          },
          tools: {
            exec: { applyPatch: { enabled: true } },
            web: { search: { provider: 'brave', apiKey: 'brave-key', brave: { baseUrl: `${site.url}/brave` } } },
          },
          models: {
            providers: {
              draw: { api: 'openai-responses', baseUrl: images.url, apiKey: images.key, models: [] },
            },
          },
          agents: { defaults: { imageGenerationModel: 'draw/gpt-image-1' } },
          messages: { tts: { provider: 'openai', openai: { apiKey: 'speech-key', baseUrl: `${site.url}/openai` } } },
          plugins: {
            entries: {
              'voice-call': {
                enabled: true,
                config: {
                  provider: 'twilio',
                  fromNumber: '+15550001111',
                  twilio: { accountSid: 'AC123', authToken: 'twilio-token', baseUrl: site.url },
                },
              },
            },
          },
        },
        env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
      },
      { contextWindow: WINDOW, maxTokens: 1000, input: ['text', 'image'] },
    );
    node = await FakeNode.connect(
      bench.gateway.url,
      bench.client,
      { platform: 'linux', displayName: 'shed', commands: ['system.run'] },
      () => ({ stdout: WORDS, stderr: '', exitCode: 0 }),
    );
    phone = await FakeNode.connect(
      bench.gateway.url,
      bench.client,
      {
        platform: 'ios',
        displayName: 'phone',
        caps: ['canvas', 'location'],
        commands: ['location.get', 'canvas.eval'],
      },
      () => ({ says: WORDS }),
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
    phone.close();
    await bench.stop();
    await Promise.all([site.stop(), images.stop()]);
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
    get site() {
      return site;
    },
    fresh: () => `way-${++chains}-${Math.random().toString(36).slice(2)}`,
    turn: (calls, sessionKey, said) =>
      bench.turn(calls, { sessionKey: sessionKey ?? ways.fresh(), ...(said === undefined ? {} : { says: said }) }),
  };

  /** Origins of each result of a turn of a conversation that has seen nothing else. */
  const turn = async (calls: readonly ToolCall[]): Promise<ContentOrigin[][]> => {
    const sessionKey = ways.fresh();
    await bench.turn(calls, { sessionKey });
    const { payload } = await bench.client.call('chat.history', { sessionKey, limit: 50 });
    const messages = payload?.['messages'] as { role: string; content: { origin: ContentOrigin }[] }[];
    const results = messages.filter(({ role }) => role === 'toolResult');
    return results.map(({ content }) => [...new Set(content.map(({ origin }) => origin))]);
  };
  const trustIn = async (call: ToolCall): Promise<TrustLevel> => trustOf((await turn([call])).flat());

  const says = (path: string): boolean =>
    existsSync(bench.workspace(path)) && readFileSync(bench.workspace(path), 'utf8').includes(WORDS);
  /** Brings into a conversation what a file says or, where that is no text, what it is called. */
  const look = (path: string, [last]: readonly Step[]): ToolCall =>
    last?.isBinary ? { name: 'find', args: { path: dirname(path), pattern: basename(path) } } : read(path);

  /** Carries a file through steps, each in a conversation of its own; returns its last path. */
  const carry = async (from: string, steps: readonly Step[]): Promise<string> => {
    let path = from;
    for (const [index, { name, bring, to, isBinary }] of steps.entries()) {
      const next = to(`${dirname(from)}/${index}.txt`);
      await bring(ways, path, next);
      await until(`${name} to ${next}`, () => (isBinary ? existsSync(bench.workspace(next)) : says(next)));
      path = next;
    }
    return path;
  };

  const SOURCES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
    web: (path) => turn([{ name: 'web_fetch', args: { url: `${site.url}/page` } }, write(path)]),
    file: (path) => Promise.resolve(writeFileSync(bench.workspace(path), WORDS)),
    workspace: (path) => turn([write(path)]),
  };

  /** The file at the end of a chain that starts with a text of a source. */
  const through = async (source: string, steps: readonly Step[]): Promise<string> => {
    const folder = `chain${++chains}`;
    mkdirSync(bench.workspace(folder));
    await SOURCES[source]?.(`${folder}/in.txt`);
    return carry(`${folder}/in.txt`, steps);
  };
  /** Nothing of a chain is left for the next: what a command can reach makes what it writes no better. */
  const CLEAR = exec('rm -rf chain* memory output');

  it.each(OWN.map((each) => [each.name, each] as const))('one’s own text stays one’s own: %s', async (_, each) => {
    const path = await through('workspace', [each]);
    // While a command runs, nobody knows what it will have written.
    await until('the label', async () => (await trustIn(look(path, [each]))) === 'trusted');
  });

  /** What is wrong with the end of a chain; undefined: nothing. */
  const fault = async (source: string, steps: readonly Step[]): Promise<string | undefined> => {
    const path = await through(source, steps);
    const isForeign = source === 'web' || steps.some((each) => each.isForeign);
    const least = RANK[isForeign ? 'untrusted' : 'suspect'];
    const search = { name: 'memory_search', args: { query: WORDS } };
    const found = await turn([look(path, steps.slice(-1)), ...(path.startsWith('memory/') ? [search] : []), CLEAR]);
    const chain = [source, ...steps.map(({ name }) => name)].join(' → ');
    const wrong = found.slice(0, -1).find((label) => RANK[trustOf(label)] < least);
    return wrong && `${chain}: ${wrong.join()}`;
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
      rmSync(bench.workspace('room'), { recursive: true, force: true });
      mkdirSync(bench.workspace('room'));
      const sessionKey = ways.fresh();
      const [told] = await bench.turn([exec(line, { background: true })], { sessionKey });
      const sessionId = idIn(told);
      await bench.turn([{ name: 'web_fetch', args: { url: `${site.url}/page` } }, bring(sessionId)], { sessionKey });
      await until('the note', () => says('room/note.txt'));
      expect(await trustIn(read('room/note.txt'))).toBe('untrusted');
      // Also once it has ended and its files are noted.
      await until('its end', async () =>
        /exit code/.test((await ways.turn([{ name: 'process', args: { action: 'poll', sessionId } }])).join()),
      );
      expect(await trustIn(read('room/note.txt'))).toBe('untrusted');
      await turn([exec('rm -rf room')]);
    },
  );

  it('each tool stands at one end of a chain, or says why it carries nothing', async () => {
    const { payload } = await bench.client.call('tools.explain', {});
    const names = (payload?.['tools'] as { name: string }[]).map(({ name }) => name.replace(/^mcp__.*/, 'mcp'));
    const inChains = [...TAKERS, BROWSING, ...LEAVERS].map(({ tool }) => tool);
    expect([...new Set([...inChains, ...Object.keys(NOT_IN_CHAINS)])].sort()).toEqual([...new Set(names)].sort());
    expect(inChains.filter((tool) => tool in NOT_IN_CHAINS)).toEqual([]);
  });

  const check = async ([source, ...steps]: readonly [string, ...Step[]]): Promise<void> => {
    const wrong = await fault(source, steps);
    if (wrong !== undefined) throw new Error(wrong);
  };
  const holdSome = (chains: readonly (readonly [string, ...Step[]])[], numRuns: number): Promise<void> =>
    fc.assert(fc.asyncProperty(fc.constantFrom(...chains), check), { numRuns, endOnFailure: true });

  it(
    'what one tool takes and another leaves is never better than it was',
    async () => {
      const pairs = PAIRS.map((pair) => ['web', pair] as const);
      if (isLong) for (const pair of pairs) await check(pair);
      else await holdSome(pairs, 8);
    },
    LIMIT_MS,
  );

  it(
    'nor is what one way carries on and another takes up',
    async () => {
      const texts = ALL.filter(({ isBinary }) => !isBinary);
      const chains = ['web', 'file'].flatMap((source) =>
        texts.flatMap((first) => ALL.map((second) => [source, first, second] as const)),
      );
      await holdSome(chains, isLong ? 400 : 8);
    },
    LIMIT_MS,
  );
});
