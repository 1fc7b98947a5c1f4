import { Gate } from '../fakes/model-formats/model-format';
import { ToolBench } from '../harness/tool-bench';
import { longTranscript } from '../harness/long-session';
import { until } from '../harness/gateway-process';
import { WireClient } from '../harness/wire-client';

interface Message {
  role: string;
  content: string | { type: string; text: string; attached?: unknown }[];
  __openclaw: { id: string; seq?: number; origin?: string; waiting?: boolean; runId?: string };
}
interface Page {
  messages: Message[];
  hasMore: boolean;
  hasNewer: boolean;
  nextOffset?: number;
  inFlightRun?: { runId: string; text: string; thinking: string };
}

const PAIRS = 60;

describe('a conversation in pages', () => {
  let bench: ToolBench;
  const key = 'agent:main:long';
  beforeAll(async () => {
    bench = await ToolBench.start({}, { reasoning: true });
    const imported = await bench.client.call('sessions.import', { key, text: longTranscript(PAIRS) });
    expect(imported.payload).toMatchObject({ added: 2 * PAIRS });
  });
  afterAll(() => bench.stop());

  const page = async (params: Record<string, unknown>): Promise<Page> => {
    const answer = await bench.client.call('chat.history', { sessionKey: key, ...params });
    if (!answer.ok) throw new Error(answer.error?.message);
    return answer.payload as unknown as Page;
  };
  const seqs = ({ messages }: Page): (number | undefined)[] => messages.map(({ __openclaw }) => __openclaw.seq);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it('goes back to the first message, without a gap and without one twice', async () => {
    const seen: (number | undefined)[] = [];
    let last = await page({ limit: 25 });
    expect([last.hasMore, last.hasNewer]).toEqual([true, false]);
    seen.unshift(...seqs(last));
    while (last.hasMore) {
      last = await page({ limit: 25, before: seen[0] });
      expect(last.hasNewer).toBe(true);
      seen.unshift(...seqs(last));
    }
    expect(seen).toEqual(range(1, 2 * PAIRS));
  });

  it('goes forward to the last one, and shows both sides of a place', async () => {
    expect(seqs(await page({ limit: 10, after: 0 }))).toEqual(range(1, 10));
    const end = await page({ limit: 50, after: 2 * PAIRS - 5 });
    expect([seqs(end), end.hasMore, end.hasNewer]).toEqual([range(2 * PAIRS - 4, 2 * PAIRS), true, false]);
    const around = await page({ limit: 10, around: 50 });
    expect([seqs(around), around.hasMore, around.hasNewer]).toEqual([range(45, 54), true, true]);
    const { messages } = await page({ limit: 1, around: 50 });
    const id = messages.find(({ __openclaw }) => __openclaw.seq === 50)?.__openclaw.id;
    expect(seqs(await page({ limit: 10, messageId: id }))).toEqual(range(45, 54));
    const skipped = await page({ limit: 10, offset: 20 });
    expect([seqs(skipped), skipped.nextOffset]).toEqual([range(2 * PAIRS - 29, 2 * PAIRS - 20), 30]);
  });

  it('keeps the side that was asked for where not all of it fits', async () => {
    const newest = await page({ limit: 50, maxBytes: 2000 });
    expect([seqs(newest).at(-1), newest.hasMore]).toEqual([2 * PAIRS, true]);
    const next = await page({ limit: 50, after: 10, maxBytes: 2000 });
    expect([seqs(next)[0], next.hasNewer]).toEqual([11, true]);
  });

  it('says what is wrong with a place', async () => {
    await expect(page({ before: 5, after: 3 })).rejects.toThrow("before and after can't be combined");
    await expect(page({ messageId: 'nobody' })).rejects.toThrow('there is no message nobody');
    await expect(page({ before: 0 })).rejects.toThrow('before');
  });

  it('finds words in what was said, and a conversation by what it began with', async () => {
    const found = await bench.client.call('sessions.search', { query: 'qUESTION 42?' });
    expect(found.payload?.['results']).toEqual([
      {
        sessionKey: key,
        sessionId: expect.any(String),
        messageId: expect.any(String),
        hasEnded: false,
        seq: 85,
        at: expect.any(Number),
        timestamp: expect.any(Number),
        role: 'user',
        snippet: 'Question 42?',
      },
    ]);
    for (const [query, count] of [
      ['100 %', 0],
      ['"role"', 0],
      ['Answer **7**', 1],
    ] as const) {
      const { payload } = await bench.client.call('sessions.search', { query });
      expect([query, (payload?.['results'] as unknown[]).length]).toEqual([query, count]);
    }
    for (const [search, total] of [
      ['question 0', 1],
      ['question 1', 0],
    ] as const) {
      const { payload } = await bench.client.call('sessions.list', { search, includeDerivedTitles: true });
      expect([search, payload?.['totalCount']]).toEqual([search, total]);
    }
  });

  it('streams pieces to those who want them, of the conversation that they have open, and thoughts as well', async () => {
    const text = 'word '.repeat(300);
    bench.models.answer = (request) =>
      request.lastUser.startsWith('stream')
        ? {
            steps: [
              { reasoning: 'first I think about it' },
              ...Array.from({ length: 10 }, () => [{ text: text.slice(0, 150) }, { waitMs: 80 }]).flat(),
            ],
          }
        : { steps: [{ text: 'done' }] };
    const caps = ['tool-events', 'delta-only'];
    const reader = await WireClient.connected(bench.gateway.url, { caps });
    const other = await WireClient.connected(bench.gateway.url, { caps });
    await reader.call('sessions.messages.subscribe', { key: 'streamed' });
    const first = reader.frames.length;
    await bench.client.call('chat.send', { sessionKey: 'streamed', message: 'stream', idempotencyKey: 'stream-1' });
    await until('half of it', () =>
      reader.frames.some(({ event, payload }) => event === 'piece' && payload?.['text'] !== undefined),
    );
    const { inFlightRun } = (await bench.client.call('chat.history', { sessionKey: 'streamed' }))
      .payload as unknown as Page;
    expect(inFlightRun?.thinking).toBe('first I think about it');
    expect(text.repeat(10)).toContain((inFlightRun?.text ?? 'nothing').slice(0, 100));
    await reader.event('chat', ({ state }) => state === 'final');
    await other.event('chat', ({ state }) => state === 'final');

    const streamed = (client: WireClient, stream: string): Record<string, unknown>[] =>
      client.frames.flatMap(({ event, payload }) =>
        event === 'agent' && payload?.['stream'] === stream ? [payload['data'] as Record<string, unknown>] : [],
      );
    const pieces = (client: WireClient, field: 'text' | 'thought'): Record<string, unknown>[] =>
      client.frames.flatMap(({ event, payload }) =>
        event === 'piece' && payload?.[field] !== undefined ? [payload] : [],
      );
    let whole = '';
    for (const { at, text: piece } of pieces(reader, 'text')) {
      expect(at).toBeLessThanOrEqual(whole.length);
      whole = whole.slice(0, Number(at)) + String(piece);
    }
    expect(whole).toBe(text.slice(0, 150).repeat(10).trimEnd());
    expect(
      pieces(reader, 'thought')
        .map(({ thought }) => thought)
        .join(''),
    ).toBe('first I think about it');
    expect(reader.frames.filter(({ event, payload }) => event === 'chat' && payload?.['state'] === 'delta')).toEqual(
      [],
    );
    // Whoever looks at another conversation hears of the beginning and the end alone.
    expect([...pieces(other, 'text'), ...pieces(other, 'thought'), ...streamed(other, 'assistant')]).toEqual([]);
    expect(streamed(other, 'lifecycle').map(({ phase }) => phase)).toEqual(['start', 'end']);
    // A client of before gets what it always got.
    expect(streamed(bench.client, 'assistant').at(-1)?.['text']).toBe(whole);

    const answer = reader.frames
      .slice(first)
      .filter(({ event }) => event === 'agent' || event === 'chat' || event === 'piece');
    const bytes = answer.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
    expect(bytes).toBeLessThan(2 * whole.length + 1500);
    reader.close();
    other.close();
  });

  it('takes back a message that waits, and not the one that is being answered', async () => {
    const taken = new Gate();
    bench.models.answer = () => ({ steps: [{ text: 'Slow ' }, { until: taken }, { text: 'end' }] });
    const sessionKey = 'agent:main:queue';
    for (const [message, idempotencyKey] of [
      ['first', 'queue-1'],
      ['second', 'queue-2'],
    ])
      await bench.client.call('chat.send', { sessionKey, message, idempotencyKey });
    const { messages } = (await bench.client.call('chat.history', { sessionKey })).payload as unknown as Page;
    expect(
      messages.map(({ content, __openclaw }) => [content, __openclaw.waiting === true, __openclaw.origin]),
    ).toEqual([
      ['first', false, 'person'],
      ['second', true, 'person'],
    ]);
    const answer = await bench.client.call('chat.abort', { sessionKey, runId: 'queue-2' });
    expect(answer.payload).toMatchObject({ aborted: true, runIds: ['queue-2'] });
    taken.open();
    await bench.client.event('chat', ({ runId, state }) => runId === 'queue-1' && state === 'final');
    const after = (await bench.client.call('chat.history', { sessionKey })).payload as unknown as Page;
    expect(after.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('says who caused a message: a person or the gateway, and which part of it is a document', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'read' }] });
    const sessionKey = 'agent:main:causes';
    await bench.client.call('chat.send', {
      sessionKey,
      message: 'look',
      idempotencyKey: 'cause-1',
      attachments: [
        { content: Buffer.from('what it says').toString('base64'), mimeType: 'text/plain', fileName: 'a.txt' },
      ],
    });
    await bench.client.event('chat', ({ runId, state }) => runId === 'cause-1' && state === 'final');
    const { messages } = (await bench.client.call('chat.history', { sessionKey })).payload as unknown as Page;
    const [asked] = messages;
    expect(asked?.__openclaw.origin).toBe('person');
    expect(asked?.content).toMatchObject([
      { text: 'look' },
      { text: expect.stringContaining('what it says'), attached: { name: 'a.txt', mimeType: 'text/plain' } },
    ]);
  });
});
