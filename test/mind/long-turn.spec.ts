import { mkdirSync, writeFileSync } from 'node:fs';
import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import { ToolBench } from '../harness/tool-bench';

const WINDOW = 20_000;
const CALLS = 200;
/** Words of this test: a provider counts no fewer characters for a token. */
const CHARS_PER_TOKEN = 4.5;

describe('a turn of two hundred calls', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    bench = await ToolBench.start({}, { contextWindow: WINDOW, maxTokens: 1500 });
    mkdirSync(bench.workspace(), { recursive: true });
    for (let index = 0; index < 20; index++)
      writeFileSync(bench.workspace(`note-${index}.txt`), `note ${index}: ${'tea and water, '.repeat(400)}\n`);
  });
  afterAll(() => bench.stop());

  const sizes: number[] = [];
  let refusals = 0;
  let steps = 0;
  let phase = '';
  const asked: string[] = [];
  /** A provider that refuses what is longer than its window, and a model that reads on and on. */
  const reader = ({ body, text }: ModelRequest): ModelAnswer => {
    const tokens = Math.ceil(JSON.stringify(body).length / CHARS_PER_TOKEN);
    sizes.push(tokens);
    if (tokens > WINDOW) {
      refusals++;
      const message = `This model's maximum context length is ${WINDOW} tokens. However, your messages resulted in ${tokens} tokens.`;
      return { status: 400, steps: [], body: { error: { message, code: 'context_length_exceeded' } } };
    }
    // Memory is written before a conversation is summed up: a request of the gateway's own, not a step of the turn.
    if (phase !== 'long' || text.includes('will be summed up soon')) return { steps: [{ text: 'Said.' }] };
    // Where the first steps are summed up, that note is what stands last of a person's.
    const count = ++steps;
    asked.push(text);
    return count <= CALLS
      ? { steps: [{ tool: { name: 'read', args: { path: `note-${count % 20}.txt`, offset: 1, limit: count } } }] }
      : { steps: [{ text: 'All is read.' }] };
  };
  const say = async (message: string, runId: string): Promise<string> => {
    phase = runId;
    await bench.client.call('chat.send', { sessionKey: 'main', message, idempotencyKey: runId });
    const { payload } = await bench.client.call('agent.wait', { runId, timeoutMs: 300_000 });
    return JSON.stringify(payload);
  };

  it('ends well in a window of 20,000 tokens: what was asked stays, each request fits, and so does the next turn', async () => {
    bench.models.answer = reader;
    expect(await say('My code word is blue heron.', 'first')).toContain('"ok"');
    expect(await say('Read all of it, again and again.', 'long')).toContain('"ok"');
    expect(steps).toBe(CALLS + 1);
    expect(refusals).toBe(0);
    expect(Math.max(...sizes)).toBeGreaterThan(WINDOW / 2);
    for (const text of asked) {
      expect(text).toContain('Read all of it');
      expect(text).toContain('blue heron');
    }
    expect(await say('What is my code word?', 'after')).toContain('"ok"');
    expect(bench.models.requests.at(-1)?.text).toMatch(/blue heron|Said in short/);
  }, 600_000);
});
