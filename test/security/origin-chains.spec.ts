import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import type { ContentOrigin } from '../../src/common/content-parts';
import { type TrustLevel, trustOf } from '../../src/tools/provenance/taint';
import { FakeSite } from '../fakes/web-site';
import { until } from '../harness/gateway-process';
import { ToolBench, type ToolCall } from '../harness/tool-bench';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

const RANK: Readonly<Record<TrustLevel, number>> = { trusted: 0, suspect: 1, untrusted: 2 };
const WORDS = 'tea is warm';

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
  /** Calls of one turn of a conversation that has seen nothing else. */
  calls(from: string, to: string): ToolCall[];
}

const step = (name: string, calls: Step['calls'], to: Step['to'] = (file): string => file): Step => ({
  name,
  calls,
  to,
});
const command = (name: string, text: (from: string, to: string) => string): Step =>
  step(name, (from, to) => [exec(text(from, to))]);

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

describeWithSandbox('whose text it is, through every chain of two tools', () => {
  let bench: ToolBench;
  let site: FakeSite;
  let watcher: NodeJS.Timeout;
  let chains = 0;

  beforeAll(async () => {
    site = await FakeSite.start();
    site.html('/page', `<title>Page</title><p>${WORDS}, and there is a lot to be said about it in general.</p>`);
    bench = await ToolBench.start({
      config: { tools: { exec: { applyPatch: { enabled: true } } } },
      env: { OPENCLAW_ALLOW_PRIVATE_ORIGINS: site.url },
    });
    // A sub-agent does what its task says: it reads one file and writes what it says into another.
    bench.others = (request) => {
      const [, from = '', to = ''] = /carry (\S+) (\S+)/.exec(request.lastUser) ?? [];
      const call = from === '' ? undefined : [read(from), write(to)][request.toolResults];
      return { steps: [call ? { tool: call } : { text: 'done' }] };
    };
    // People who say yes to everything: approvals don't make a text better.
    let seen = 0;
    watcher = setInterval(() => {
      for (; seen < bench.client.frames.length; seen++) {
        const { event, payload } = bench.client.frames[seen] ?? {};
        if (event === 'exec.approval.requested')
          void bench.client.call('exec.approval.resolve', { id: payload?.['id'], decision: 'allow-once' });
      }
    }, 10);
  }, 60_000);
  afterAll(async () => {
    clearInterval(watcher);
    await bench.stop();
    await site.stop();
  });

  /** Origins of the last result of a turn of a conversation that has seen nothing else. */
  const turn = async (calls: readonly ToolCall[]): Promise<ContentOrigin[]> => {
    const sessionKey = `chain-${Math.random()}`;
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
    for (const [index, { name, calls, to }] of steps.entries()) {
      const next = to(`${dirname(from)}/${index}.txt`);
      await turn(calls(path, next));
      await until(`${name} to ${next}`, () => says(next), 10_000);
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

  it.each(STEPS.map((each) => [each.name, each] as const))(
    'one’s own text stays one’s own: %s',
    async (_, each) => {
      const { path } = await through('workspace', [each]);
      // While a command runs, nobody knows what it will have written.
      await until('the label', async () => trustOf(await turn([read(path)])) === 'trusted', 5000);
      await clear();
    },
    30_000,
  );

  it('is never lower at the end than at the beginning', async () => {
    const anyStep = fc.constantFrom(...STEPS);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('web', 'file'), anyStep, anyStep, async (source, first, second) => {
        const { label, path } = await through(source, [first, second]);
        const least = RANK[source === 'web' ? 'untrusted' : 'suspect'];
        const chain = `${source} → ${first.name} → ${second.name}: ${label.join()}`;
        if (RANK[trustOf(label)] < least) throw new Error(chain);
        if (path.startsWith('memory/')) {
          const found = await turn([{ name: 'memory_search', args: { query: WORDS } }]);
          if (RANK[trustOf(found)] < least) throw new Error(`${chain}, found as ${found.join()}`);
        }
        await clear();
      }),
      { numRuns: 40, endOnFailure: true },
    );
  }, 240_000);
});
