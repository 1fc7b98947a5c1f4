import { STORE_KINDS, createPostgresDatabase } from '../harness/stores';
import { ToolBench } from '../harness/tool-bench';

interface Message {
  role: string;
  content: string | { text?: string }[];
  __openclaw: { id: string };
}

/** What a request holds word by word: a summary lists what was said before in lines of their own. */
const wordsIn = ({ messages }: Record<string, unknown>): string[] =>
  (messages as { role: string; content: unknown }[])
    .filter(({ role }) => role !== 'system')
    .map(({ content }) => String(content).replace(/^- .*$/gm, ''))
    .join('\n')
    .match(/\bm\d+\b/g) ?? [];

describe.each(STORE_KINDS)('forks of forks on %s', (kind) => {
  let bench: ToolBench;
  let drop: () => Promise<void>;
  /** What the model was told last, in order: each message by its first word. */
  let told: string[];
  beforeAll(async () => {
    const database = kind === 'postgres' ? await createPostgresDatabase() : undefined;
    drop = async () => database?.drop();
    bench = await ToolBench.start(database ? { env: { OPENCLAW_DATABASE_URL: database.url } } : {});
    bench.models.answer = ({ body, lastUser }) => {
      told = wordsIn(body);
      return { steps: [{ text: `Answer to ${/m\d+/.exec(lastUser)?.[0]?.toUpperCase() ?? ''}` }] };
    };
  });
  afterAll(async () => {
    await bench.stop();
    await drop();
  });

  let number = 0;
  const say = async (sessionKey: string, message: string): Promise<string[]> => {
    const runId = `forks-${++number}`;
    await bench.client.done('chat.send', { sessionKey, message, idempotencyKey: runId });
    await bench.client.done('agent.wait', { runId, timeoutMs: 60_000 });
    return told;
  };
  const history = async (sessionKey: string): Promise<Message[]> =>
    (await bench.client.done<{ messages: Message[] }>('chat.history', { sessionKey })).messages;
  const saidIn = async (sessionKey: string): Promise<string[]> =>
    (await history(sessionKey)).flatMap(({ role, content }) =>
      role === 'user' ? [typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('')] : [],
    );
  const idOf = async (sessionKey: string, message: string): Promise<string> =>
    (await history(sessionKey)).find(
      ({ role, content }) => role === 'user' && JSON.stringify(content).includes(message),
    )?.__openclaw.id ?? '';
  const fork = async (key: string, messageId?: string): Promise<string> =>
    (await bench.client.done<{ key: string }>('sessions.fork', { key, ...(messageId ? { messageId } : {}) })).key;
  const compact = (key: string, maxLines: number): Promise<unknown> =>
    bench.client.done('sessions.compact', { key, maxLines });
  const branches = async (key: string): Promise<string[]> =>
    (await bench.client.done<{ branches: { key: string }[] }>('sessions.branches.list', { key })).branches.map(
      (branch) => branch.key,
    );

  it('have each its own conversation, whatever was summed up, taken back and changed over in between', async () => {
    const root = `agent:main:root-${kind}`;
    for (const message of ['m1', 'm2', 'm3', 'm4']) await say(root, message);
    await compact(root, 4);
    expect(await say(root, 'm5')).toEqual(['m3', 'm4', 'm5']);

    // Of a conversation that was summed up, to a message behind the summary; then summed up once more.
    const first = await fork(root, await idOf(root, 'm4'));
    expect(await saidIn(first)).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(await say(first, 'm6')).toEqual(['m3', 'm4', 'm6']);
    await compact(first, 2);

    const second = await fork(first);
    expect(await say(second, 'm7')).toEqual(['m6', 'm7']);
    // Back to before both summaries: neither holds there.
    await bench.client.done('sessions.rewind', { key: second, messageId: await idOf(second, 'm2') });
    expect(await say(second, 'm8')).toEqual(['m1', 'm8']);
    const [earlier = ''] = await branches(second);
    expect(await saidIn(earlier)).toEqual(['m1', 'm2', 'm3', 'm4', 'm6', 'm7']);

    // Of an earlier version of a fork of a fork, and of what goes on beside it.
    const third = await fork(earlier);
    const other = await fork(second, await idOf(second, 'm8'));
    await bench.client.done('sessions.branches.switch', { key: second, branchKey: earlier });
    expect(await say(second, 'm9')).toEqual(['m6', 'm7', 'm9']);
    expect(await say(third, 'm10')).toEqual(['m6', 'm7', 'm10']);
    expect(await say(other, 'm11')).toEqual(['m1', 'm8', 'm11']);
    await compact(third, 2);
    expect(await say(await fork(third), 'm12')).toEqual(['m10', 'm12']);

    expect(await saidIn(root)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(await saidIn(first)).toEqual(['m1', 'm2', 'm3', 'm4', 'm6']);
    expect(await saidIn(second)).toEqual(['m1', 'm2', 'm3', 'm4', 'm6', 'm7', 'm9']);
    expect(await saidIn(earlier)).toEqual(['m1', 'm8']);
    expect(await saidIn(third)).toEqual(['m1', 'm2', 'm3', 'm4', 'm6', 'm7', 'm10']);
    expect(await branches(third)).toEqual([]);
  });
});
