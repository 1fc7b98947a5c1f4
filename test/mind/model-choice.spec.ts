import type { ModelAnswer } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { runCli } from '../harness/run-cli';
import { ToolBench } from '../harness/tool-bench';

const LIST = {
  object: 'list',
  data: [
    { id: 'fake-1', object: 'model' },
    { id: 'fake-large', object: 'model', max_model_len: 65_536 },
    { id: 'fake-small', object: 'model' },
  ],
};

describe('a model that is chosen', () => {
  let bench: ToolBench;
  let runs = 0;
  const say = async (message: string, sessionKey = 'main', more: Record<string, unknown> = {}): Promise<string> => {
    const idempotencyKey = `choice-${++runs}`;
    const { error } = await bench.client.call('chat.send', { sessionKey, message, idempotencyKey, ...more });
    if (error) return error.message;
    await bench.client.call('agent.wait', { runId: idempotencyKey, timeoutMs: 60_000 });
    const { payload } = await bench.client.call('chat.history', { sessionKey, limit: 2 });
    const last = (payload?.['messages'] as { content: { text?: string }[] }[]).at(-1);
    return last?.content.map(({ text }) => text ?? '').join('') ?? '';
  };

  beforeAll(async () => {
    bench = await ToolBench.start({
      config: {
        models: {
          providers: {
            thinker: {
              baseUrl: 'http://127.0.0.1:1/v1',
              apiKey: 'k',
              models: [{ id: 'deep-1', name: 'deep-1', contextWindow: 64_000, reasoning: true }],
            },
          },
        },
      },
    });
  });
  afterAll(() => bench.stop());
  beforeEach(() => {
    bench.models.about = ({ url }) => (url === '/v1/models' ? { body: LIST } : undefined);
    bench.models.answer = () => ({ steps: [{ text: 'Fine.' }] });
  });

  it('and is in no list is warned about where there is none, and refused where there is one, with the nearest names', async () => {
    bench.models.about = () => undefined;
    expect(await say('/model fake/fake-2', 'unknown')).toMatch(
      /^Model: fake\/fake-2\. Be warned: nobody knows .*status 404.* Near to it: fake\/fake-1/,
    );
    expect(await bench.call('session_status', { model: 'fake/zzzzzzzzzz' }, 'unknown')).toMatch(/^Be warned: nobody/);
    const patched = await bench.client.call('sessions.patch', { key: 'unknown', model: 'fake/fake-3' });
    expect(patched.payload?.['warning']).toContain('fake/fake-1');
    bench.models.about = ({ url }) => (url === '/v1/models' ? { body: LIST } : undefined);
    expect(await say('/model fake/fake-lrage', 'unknown')).toMatch(/lists no model "fake-lrage".*fake\/fake-large/);
    expect(await bench.call('session_status', { model: 'fake/fake-lrage' }, 'unknown')).toContain('fake/fake-large');
    const refused = await bench.client.call('sessions.patch', { key: 'unknown', model: 'fake/fake-lrage' });
    expect(refused.error?.message).toContain('fake/fake-large');
    expect(await say('/new fake/fake-lrage', 'unknown')).toMatch(/is none\. .*fake\/fake-large/);
    expect(await say('/model nobody/x', 'unknown')).toContain('there is no provider "nobody"');
    expect(await say('/model', 'unknown')).toContain('Model: fake/fake-');
  });

  it('is found by an id that only one provider has, and by what its provider lists', async () => {
    expect(await say('/model deep-1', 'by-id')).toBe('Model: thinker/deep-1.');
    expect(await say('/model fake/fake-large', 'by-id')).toBe('Model: fake/fake-large.');
    expect(await say('/model FAKE-SMALL', 'by-id')).toBe('Model: fake/fake-small.');
    expect(await say('/model deep-2', 'by-id')).toContain('thinker/deep-1');
    const { payload } = await bench.client.call('models.list', { provider: 'fake' });
    expect(payload?.['models']).toContainEqual(expect.objectContaining({ id: 'fake-large', contextWindow: 65_536 }));
  });

  it('is asked for by `models list --refresh`, which tells of lists that could not be read', async () => {
    const { code, stdout, stderr } = await runCli(['models', 'list', '--refresh'], {
      env: { OPENCLAW_STATE_DIR: bench.gateway.stateDir, OPENCLAW_GATEWAY_PORT: String(bench.gateway.port) },
      timeoutMs: 60_000,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/fake\/fake-large +fake-large +65536/);
    expect(stderr).toContain('thinker gave no list');
  });

  it('is told to think, and says where that changes nothing', async () => {
    expect(await say('/think high', 'thinks')).toMatch(/^Thinking: high\. It changes nothing for fake\/fake-1/);
    expect(await say('/think off', 'thinks')).toBe('Thinking: off.');
    expect(await say('hello', 'thinks', { thinking: 'enormously' })).toMatch(
      /invalid chat\.send params: thinking: "enormously" is no level.*off, minimal, low/,
    );
    expect(await say('hello', 'thinks', { thinking: 'max' })).toBe('Fine.');
    const created = await bench.client.call('sessions.create', { key: 'thinks-2', thinkingLevel: 'enormously' });
    expect(created.error?.message).toContain('is no level of thinking');
  });

  it('tells what it has used in its first turn already, and what is left after a summary', async () => {
    bench.models.answer = ({ toolResults, text, body, lastUser }): ModelAnswer => {
      if (text.includes('Conversation to add to it')) return { steps: [{ text: 'They spoke of tea.' }] };
      if (lastUser !== 'Look at yourself')
        return { steps: [{ text: 'Heard.' }], usage: { input: Math.ceil(JSON.stringify(body).length / 4), output: 2 } };
      const step = toolResults === 0 ? { tool: { name: 'session_status', args: {} } } : { text: 'Seen.' };
      return { steps: [step], usage: { input: 12_000, output: 100 } };
    };
    const told = await (async () => {
      await say('Look at yourself', 'figures');
      return bench.models.requests.at(-1)?.text ?? '';
    })();
    expect(told).toContain('Tokens: 12000 in, 100 out; 12100 tokens');
    expect(told).toMatch(/Context: 12100 of 200000 \(6 %\)/);
    for (let index = 0; index < 10; index++) await say(`part ${index} ${'tea and water '.repeat(1500)}`, 'figures');
    const before = Number(/Context: (\d+) of/.exec(await say('/status', 'figures'))?.[1]);
    expect(await say('/compact', 'figures')).toContain('Summed up');
    const after = Number(/Context: (\d+) of/.exec(await say('/status', 'figures'))?.[1]);
    expect(after).toBeLessThan(before);
    expect(after).toBeGreaterThan(0);
  }, 60_000);
});

describe('a first model whose key is refused', () => {
  it('is told of once in a conversation, under the answer of the next', async () => {
    const first = await FakeModels.start();
    first.answer = () => ({ status: 401, steps: [], body: { error: { message: 'Incorrect API key provided' } } });
    const bench = await ToolBench.start({
      config: {
        models: { providers: { first: first.provider('openai-completions', 'first-1') } },
        agents: { defaults: { model: { primary: 'first/first-1', fallbacks: ['fake/fake-1'] } } },
      },
    });
    bench.models.answer = () => ({ steps: [{ text: 'Fine.' }] });
    let runs = 0;
    const say = async (sessionKey: string): Promise<string> => {
      const runId = `refused-${++runs}`;
      await bench.client.call('chat.send', { sessionKey, message: 'hello', idempotencyKey: runId });
      const { payload } = await bench.client.event(
        'chat',
        (event) => event['runId'] === runId && event['state'] === 'final',
      );
      return (payload?.['message'] as { content: { text: string }[] }).content[0]?.text ?? '';
    };
    try {
      const note = 'Fine.\n\n_first/first-1 refuses its key; check it. Until then fake/fake-1 answers._';
      expect(await say('one')).toBe(note);
      expect(await say('one')).toBe('Fine.');
      // Also where the first one is not even asked, as it rests.
      expect(await say('two')).toBe(note);
      expect(first.requests).toHaveLength(1);
      // The assistant never said it.
      expect(bench.models.requests.at(-1)?.text).not.toContain('refuses its key');
    } finally {
      await bench.stop();
      await first.stop();
    }
  }, 60_000);
});
