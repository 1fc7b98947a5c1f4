import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { ToolBench } from '../harness/tool-bench';

/** A window so small that a few long messages fill it. */
const WINDOW = 24_000;
const LONG = 'tea leaves and water '.repeat(300);
const isSummary = ({ text }: ModelRequest): boolean => text.includes('Conversation to add to it');

describe('a conversation that grows too long', () => {
  let bench: ToolBench;
  let summaries: (request: ModelRequest) => ModelAnswer = () => ({ steps: [{ text: 'They talked about tea.' }] });
  let runs = 0;
  const start = (config: Record<string, unknown> = {}): Promise<ToolBench> =>
    ToolBench.start(
      { config: { agents: { defaults: { compaction: { timeoutSeconds: 5, ...config } } } } },
      { contextWindow: WINDOW, maxTokens: 1000 },
    );
  const say = async (sessionKey: string, message: string): Promise<string> => {
    const runId = `long-${++runs}`;
    bench.models.answer = (request) =>
      isSummary(request) ? summaries(request) : { steps: [{ text: `heard ${runs}` }] };
    await bench.client.call('chat.send', { sessionKey, message, idempotencyKey: runId });
    return JSON.stringify((await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 })).payload);
  };
  const fill = async (sessionKey: string, count = 12): Promise<void> => {
    for (let index = 0; index < count; index++)
      expect(await say(sessionKey, `part ${index} ${LONG}`)).toContain('"ok"');
  };
  const context = async (sessionKey: string): Promise<{ totals: { tokens: number; summed: boolean } }> => {
    const idempotencyKey = `context-${++runs}`;
    await bench.client.call('chat.send', { sessionKey, message: '/context json', idempotencyKey });
    await bench.client.call('agent.wait', { runId: idempotencyKey, timeoutMs: 60_000 });
    const { payload } = await bench.client.call('chat.history', { sessionKey });
    const text = (payload?.['messages'] as { content: { text: string }[] }[]).at(-1)?.content[0]?.text ?? '';
    return JSON.parse(text.replaceAll('```json', '').replaceAll('```', '')) as {
      totals: { tokens: number; summed: boolean };
    };
  };

  afterEach(() => bench.stop());

  it('is summed up by a model, the old messages stay readable, and the summary is not asked for again', async () => {
    bench = await start();
    await fill('main');
    const asked = bench.models.requests.filter(isSummary).length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(4);
    const last = bench.models.requests.filter((request) => !isSummary(request)).at(-1);
    expect(last?.text).toContain('They talked about tea.');
    expect(last?.text).not.toContain('part 0 ');
    expect(last?.text.length).toBeLessThan(WINDOW * 3.5);
    const history = JSON.stringify(
      (await bench.client.call('chat.history', { sessionKey: 'main', limit: 100 })).payload,
    );
    expect(history).toContain('part 0 ');
    expect((await context('main')).totals.summed).toBe(true);
    const usage = await bench.client.call('sessions.usage', { groupBy: 'purpose' });
    expect(usage.payload?.['rows']).toContainEqual(expect.objectContaining({ key: 'compaction', calls: asked }));
  });

  it.each<[string, () => ModelAnswer]>([
    ['hangs', () => ({ steps: [{ stall: true }] })],
    ['says nothing', () => ({ steps: [] })],
    ['fails', () => ({ status: 400, steps: [] })],
    [
      'asks for compaction itself',
      () => ({ status: 400, steps: [], body: { error: { message: 'maximum context length exceeded' } } }),
    ],
  ])('is summed up without a model when the model that should do it %s', async (_, wrong) => {
    bench = await start({ timeoutSeconds: 5 });
    summaries = wrong;
    await fill('main');
    const last = bench.models.requests.filter((request) => !isSummary(request)).at(-1);
    expect(last?.text).toContain('Said in short');
    expect(last?.text).toContain('- Person: part');
    summaries = () => ({ steps: [{ text: 'They talked about tea.' }] });
  });

  it('stays as it is while it fits', async () => {
    bench = await start();
    for (let index = 0; index < 10; index++) await say('main', `short ${index}`);
    expect(bench.models.requests.filter(isSummary)).toHaveLength(0);
    expect((await context('main')).totals.summed).toBe(false);
  });

  it('is summed up and repeated when the provider calls it too long, and says what to do when that never helps', async () => {
    bench = await start();
    for (let index = 0; index < 8; index++) await say('main', `note ${index} ${'x '.repeat(200)}`);
    let refusals = 0;
    const overflow: ModelAnswer = {
      status: 400,
      steps: [],
      body: { error: { message: 'maximum context length exceeded' } },
    };
    const send = async (runId: string, answer: (request: ModelRequest) => ModelAnswer): Promise<string> => {
      bench.models.answer = (request) => {
        if (request.lastUser.includes('will be summed up soon')) return { steps: [{ text: 'NO_REPLY' }] };
        return isSummary(request) ? { steps: [{ text: 'Notes.' }] } : answer(request);
      };
      await bench.client.call('chat.send', { sessionKey: 'main', message: 'and now?', idempotencyKey: runId });
      return JSON.stringify((await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 })).payload);
    };
    expect(await send('once', () => (refusals++ === 0 ? overflow : { steps: [{ text: 'Fine.' }] }))).toContain('"ok"');
    expect(refusals).toBe(2);
    expect(bench.models.requests.filter(({ lastUser }) => lastUser === 'and now?').at(-1)?.text).toContain('Notes.');
    const failed = await send('always', () => overflow);
    expect(failed).toContain('/new');
  });

  it('can be cut to its newest messages by sessions.compact', async () => {
    bench = await start();
    for (let index = 0; index < 6; index++) await say('main', `short ${index}`);
    const cut = await bench.client.call('sessions.compact', { key: 'main', maxLines: 4 });
    expect(cut.payload).toMatchObject({ ok: true, compacted: true, kept: 4 });
    await say('main', 'go on');
    const last = bench.models.requests.at(-1);
    expect(last?.text).toContain('Said in short');
    expect(last?.text).toContain('short 5');
    expect((await bench.client.call('sessions.compact', { key: 'nowhere' })).payload).toMatchObject({
      compacted: false,
    });
  });

  it('writes what should last into memory before its beginning is summed up, once', async () => {
    bench = await start();
    const flushes = (): number =>
      bench.models.requests.filter(({ lastUser }) => lastUser.includes('will be summed up soon')).length;
    await fill('main', 7);
    for (let tries = 0; tries < 100 && flushes() === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const before = bench.models.requests.filter(isSummary).length;
    expect(flushes()).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(1);
  });
});
