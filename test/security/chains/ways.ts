import { existsSync, readdirSync } from 'node:fs';
import { until } from '../../harness/gateway-process';
import type { ToolBench, ToolCall } from '../../harness/tool-bench';
import { type Step, WORDS, exec, idIn, messageOf, read, step, way, write } from './calls';

const LONG = 'tea leaves and water '.repeat(300);
/** Small talk after which nothing of a conversation's beginning is among its last messages. */
const TALK: readonly ToolCall[] = Array.from({ length: 30 }, (_, n) => ({
  name: 'todo',
  args: { action: 'add', text: `cup ${n}` },
}));
/** What the model of a conversation was sent last. */
const lastOf = ({ models }: ToolBench, key: string): string =>
  models.requests.findLast(({ text }) => text.includes(key))?.text ?? '';

/** Ways through conversations, their summaries, jobs, other agents, servers and machines. */
export const WAYS: readonly Step[] = [
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
  way('a fork of the conversation', async ({ bench, turn, fresh }, from, to) => {
    const [key, fork] = [fresh(), fresh()];
    await turn([read(from)], key);
    const { error } = await bench.client.call('sessions.create', { key: fork, parentSessionKey: key, fork: true });
    expect(error).toBeUndefined();
    await turn([write(to)], fork);
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
  way('the tasks of a conversation that was forked from before it was read', async (ways, from, to) => {
    const { bench, turn } = ways;
    const [key, newKey] = [ways.fresh(), ways.fresh()];
    await turn([], key);
    await turn([read(from), { name: 'todo', args: { action: 'add', text: WORDS } }], key);
    await bench.client.done('sessions.fork', { key, newKey, messageId: await messageOf(bench, key, 0, 'assistant') });
    const [told] = await turn([{ name: 'todo', args: { action: 'list' } }, write(to)], newKey);
    expect(told).toContain(WORDS);
  }),
  way('a command line in the list of those in the background', async ({ turn }, from, to) => {
    const [, told] = await turn([read(from), exec(`sleep 60 # ${WORDS}`, { background: true })]);
    const sessionId = idIn(told);
    await turn([{ name: 'process', args: { action: 'list' } }, write(to)]);
    await turn([{ name: 'process', args: { action: 'remove', sessionId } }]);
  }),
  way('the name of a sub-agent in the list of conversations', async ({ turn, fresh }, from, to) => {
    const label = `${WORDS} ${fresh()}`;
    await turn([read(from), { name: 'sessions_spawn', args: { task: 'rest', label } }]);
    await turn([{ name: 'sessions_list', args: { messageLimit: 1, limit: 3 } }, write(to)]);
  }),
  {
    ...step('an error of a tool server', (_from, to) => [
      { name: 'mcp__notes__fail', args: { text: WORDS } },
      write(to),
    ]),
    isForeign: true,
  },
  {
    ...step('another machine', (_from, to) => [exec('uptime', { host: 'node', node: 'shed' }), write(to)]),
    isForeign: true,
  },
];
