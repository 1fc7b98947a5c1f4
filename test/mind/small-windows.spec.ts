import type { ModelAnswer } from '../fakes/model-formats/model-format';
import { LocalModels } from '../fakes/local-models';
import { until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const LONG = 'tea leaves and water '.repeat(250);
/** English words of the fakes: a token is never shorter. */
const CHARS_PER_TOKEN = 4.5;

describe('a model with a small window that nobody has stated', () => {
  let bench: ToolBench;
  let runs = 0;
  const say = async (message: string): Promise<string> => {
    const runId = `small-${++runs}`;
    await bench.client.call('chat.send', { sessionKey: 'main', message, idempotencyKey: runId });
    return JSON.stringify((await bench.client.call('agent.wait', { runId, timeoutMs: 60_000 })).payload);
  };
  const sizes = (): number[] => bench.models.requests.map(({ body }) => JSON.stringify(body).length);

  afterEach(() => bench.stop());

  it('is sent no more than its server gives it, which would leave out the beginning without a word', async () => {
    bench = await ToolBench.start({}, { contextWindow: undefined });
    const server = new LocalModels('ollama', 'fake-1', 12_288);
    server.isLoaded = true;
    bench.models.about = server.about;
    // Asked for until it answers in time: the machine may be slow.
    await until('the window is known', async () => {
      const listed = await bench.client.call('models.list', { provider: 'fake', refresh: true });
      const [model] = listed.payload?.['models'] as { contextWindow: number }[];
      return model?.contextWindow === 12_288;
    });
    for (let index = 0; index < 14; index++) expect(await say(`part ${index} ${LONG}`)).toContain('"ok"');
    expect(Math.max(...sizes())).toBeGreaterThan(12_288);
    expect(Math.max(...sizes())).toBeLessThanOrEqual(12_288 * CHARS_PER_TOKEN);
    const { payload } = await bench.client.call('models.list', { provider: 'fake' });
    expect(payload?.['models']).toEqual([expect.objectContaining({ contextWindow: 12_288 })]);
  }, 120_000);

  it('that refuses what is longer and names its limit: is asked within it from then on, also after a restart', async () => {
    bench = await ToolBench.start({}, { contextWindow: undefined });
    let refusals = 0;
    bench.models.answer = ({ body }): ModelAnswer => {
      const tokens = Math.ceil(JSON.stringify(body).length / CHARS_PER_TOKEN);
      if (tokens <= 12_288) return { steps: [{ text: 'Heard.' }] };
      refusals++;
      const message = `request (${tokens} tokens) exceeds the available context size (12288 tokens), try increasing it`;
      return { status: 400, steps: [], body: { error: { code: 400, message, type: 'exceed_context_size_error' } } };
    };
    for (let index = 0; index < 14; index++) expect(await say(`part ${index} ${LONG}`)).toContain('"ok"');
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThanOrEqual(2);
    refusals = 0;
    await bench.restart();
    for (let index = 0; index < 8; index++) expect(await say(`part ${index} ${LONG}`)).toContain('"ok"');
    expect(refusals).toBe(0);
  }, 180_000);
});
