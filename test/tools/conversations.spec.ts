import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

describe('conversations looked back at', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start();
  });
  afterAll(() => bench.stop());

  let runs = 0;
  const say = async (sessionKey: string, message: string, answer = 'Fine.'): Promise<string> => {
    const id = `said-${++runs}`;
    bench.models.answer = () => ({ steps: [{ text: answer }] });
    await bench.client.call('chat.send', { sessionKey, message, idempotencyKey: id });
    await bench.client.call('agent.wait', { runId: id, timeoutMs: 20_000 });
    const { payload } = await bench.client.call('chat.history', { sessionKey });
    const last = (payload?.['messages'] as { content: { text?: string }[] }[]).at(-1);
    return last?.content.map(({ text = '' }) => text).join('') ?? '';
  };

  it('are searched as a whole, with every word, and only where they may be seen', async () => {
    await say('bikes', 'I bought a blue gravel bike in Leipzig', 'Enjoy the ride.');
    await say('trips', 'The train to Leipzig leaves at nine', 'Noted.');
    const both = await bench.call('sessions_search', { query: 'leipzig' }, 'asking');
    expect(both).toMatch(/bikes[\s\S]*gravel bike in Leipzig/);
    expect(both).toMatch(/trips[\s\S]*train to Leipzig/);
    const one = await bench.call('sessions_search', { query: 'Leipzig gravel' }, 'asking');
    expect(one).toContain('gravel bike');
    expect(one).not.toContain('train');
    expect(await bench.call('sessions_search', { query: 'zebra crossing' }, 'asking')).toContain('Nothing was said');
    const { payload } = await bench.client.call('sessions.search', { query: 'to leipzig' });
    expect(payload?.['results']).toHaveLength(1);
  }, 60_000);

  it('are found by words after they have ended, too, as long as their session is there', async () => {
    await say('diary', 'My passport number ends in Zwetschge');
    await say('diary', '/new');
    await say('diary', 'Something else');
    const found = await bench.call('sessions_search', { query: 'zwetschge' }, 'asking');
    expect(found).toContain('diary (an earlier conversation, which has ended):');
    expect(found.match(/passport number/g)).toHaveLength(1);
    // A page can't open it.
    expect((await bench.client.call('sessions.search', { query: 'zwetschge' })).payload?.['results']).toEqual([]);
    await bench.client.done('sessions.delete', { key: 'diary', deleteTranscript: false });
    expect(await bench.call('sessions_search', { query: 'zwetschge' }, 'asking')).toContain('Nothing was said');
  }, 60_000);

  it('go on from before a message by a command, and back again', async () => {
    for (const text of ['First thing', 'Second thing', 'Third thing']) await say('back', text);
    const listed = await say('back', '/rewind');
    expect(listed).toMatch(/1\. Third thing\n2\. Second thing\n3\. First thing/);
    expect(await say('back', '/rewind 7')).toContain('"7" is none of 1 to 3');
    expect(await say('back', '/rewind 2')).toContain('from before “Second thing”');
    const seen = async (): Promise<string> => {
      await say('back', 'And now?');
      return JSON.stringify(bench.models.requests.at(-1)?.body['messages']);
    };
    expect(await seen()).toContain('First thing');
    expect(await seen()).not.toContain('Second thing');
    expect(await say('back', '/rewind undo')).toContain('as it was before');
    expect(await seen()).toContain('Third thing');
  }, 60_000);

  it('show the list of tasks to whoever asks in them', async () => {
    expect(await say('chores', '/todo')).toContain('There are no tasks in this conversation.');
    await bench.turn(
      [
        { name: 'todo', args: { action: 'add', text: 'Buy tea\nWater plants' } },
        { name: 'todo', args: { action: 'update', id: 1, status: 'done' } },
      ],
      { sessionKey: 'chores' },
    );
    expect(await say('chores', '/todo')).toContain('Tasks, 1 of 2 done:\n1. [x] Buy tea\n2. [ ] Water plants');
    expect(await say('elsewhere', '/todo')).toContain('There are no tasks');
  });

  it('say so when there is nothing to stop', async () => {
    await say('idle', 'Hello');
    await bench.client.call('chat.send', { sessionKey: 'idle', message: '/stop', idempotencyKey: 'idle-stop' });
    await until('the word', async () => {
      const { payload } = await bench.client.call('chat.history', { sessionKey: 'idle' });
      return JSON.stringify(payload).includes('Nothing is running.');
    });
  }, 30_000);
});
