import type { LanguageModelV3FunctionTool } from '@ai-sdk/provider';
import { derivePrompt } from '../../src/agent/prompt/derive-prompt';
import { openModel } from '../../src/agent/providers/open-model';
import type { ModelInfo } from '../../src/agent/providers/model-info';
import { ModelAbortedError, ModelCallError, callModel } from '../../src/agent/runtime/call-model';
import type { ModelOutput } from '../../src/agent/runtime/output-collector';
import { reasoningOptions } from '../../src/agent/runtime/model-step.service';
import type { AssistantPart } from '../../src/sessions/transcript-event';
import type { ModelAnswer, ModelFormat } from '../fakes/model-formats/model-format';
import { FakeModels } from '../fakes/model-server';
import { until } from '../harness/gateway-process';

const FORMATS: ModelFormat[] = ['openai-completions', 'openai-responses', 'anthropic-messages', 'google-generative-ai'];
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TOOL: LanguageModelV3FunctionTool = {
  type: 'function',
  name: 'read',
  description: 'Reads a file',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
};

describe.each(FORMATS)('model behind %s', (format) => {
  let models: FakeModels;
  let seen: string[];
  let thoughts: string[];

  beforeEach(async () => {
    models = await FakeModels.start();
    seen = [];
    thoughts = [];
  });
  afterEach(() => models.stop());

  const info = (): ModelInfo => ({
    provider: 'fake',
    id: 'fake-1',
    name: 'Fake',
    api: format,
    baseUrl: String(models.provider(format)['baseUrl']),
    apiKey: 'test-key',
    headers: { 'x-extra': 'yes' },
    contextWindow: 200_000,
    maxTokens: 4096,
    reasoning: true,
    input: ['text', 'image'],
    cost: { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 0 },
  });
  const user = (text: string, image = false) => ({
    at: 0,
    message: {
      role: 'user' as const,
      content: [
        { type: 'text' as const, text, origin: 'owner' as const },
        ...(image ? [{ type: 'image' as const, data: PIXEL, mimeType: 'image/png', origin: 'file' as const }] : []),
      ],
    },
  });
  const ask = async (
    answer: ModelAnswer,
    {
      messages = [user('Hi')] as Parameters<typeof derivePrompt>[0],
      signal = new AbortController().signal,
      stallMs = 5000,
    } = {},
  ): Promise<ModelOutput> => {
    models.answer = () => answer;
    const target = { acceptsImages: true };
    return callModel(
      await openModel(info()),
      info(),
      {
        prompt: [{ role: 'system', content: 'Be brief.' }, ...derivePrompt(messages, target)],
        maxOutputTokens: 4096,
        tools: [TOOL],
        toolChoice: { type: 'auto' },
        abortSignal: signal,
        ...reasoningOptions(info(), 'low'),
      },
      { text: (delta) => seen.push(delta), thinking: (delta) => thoughts.push(delta) },
      stallMs,
    );
  };
  const failure = async (answer: ModelAnswer, options = {}): Promise<ModelCallError> => {
    const error = await ask(answer, options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ModelCallError);
    return error as ModelCallError;
  };
  const texts = (output: ModelOutput): AssistantPart[] => output.content.filter((part) => part.type === 'text');

  it('streams text as it comes and counts tokens and cost', async () => {
    const output = await ask({
      steps: [{ text: 'Hello there, friend.' }],
      usage: { input: 1000, output: 20, cached: 400 },
    });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.join('')).toBe('Hello there, friend.');
    expect(texts(output)).toMatchObject([{ text: 'Hello there, friend.' }]);
    expect(output.finishReason).toBe('stop');
    expect(output.usage).toMatchObject({ input: 600, cacheRead: 400, output: 20, totalTokens: 1020 });
    expect(output.usage.cost.total).toBeCloseTo((600 * 1 + 400 * 0.1 + 20 * 10) / 1e6, 10);
    const [request] = models.requests;
    expect(request?.headers['x-extra']).toBe('yes');
    expect(JSON.stringify(request?.headers)).toContain('test-key');
    expect(JSON.stringify(request?.body)).toContain('Be brief.');
    expect(request?.lastUser).toBe('Hi');
  });

  it('hands over what the model thinks apart from what it says', async () => {
    const output = await ask({ steps: [{ reasoning: 'Let me think.', signature: 'sig-1' }, { text: 'Done.' }] });
    expect(thoughts.join('')).toBe('Let me think.');
    expect(seen.join('')).toBe('Done.');
    expect(output.content.map((part) => part.type)).toEqual(['thinking', 'text']);
  });

  it('brings tool calls and takes their results back', async () => {
    const first = await ask({ steps: [{ text: 'I look.' }, { tool: { name: 'read', args: { path: 'a.txt' } } }] });
    expect(first.finishReason).toBe('toolUse');
    const call = first.content.find((part) => part.type === 'toolCall');
    expect(call).toMatchObject({ name: 'read', arguments: { path: 'a.txt' } });

    await ask(
      { steps: [{ text: 'It says 42.' }] },
      {
        messages: [
          user('Read a.txt'),
          { at: 0, message: { role: 'assistant', provider: 'fake', model: 'fake-1', content: first.content } as never },
          {
            at: 0,
            message: {
              role: 'toolResult',
              toolCallId: call?.type === 'toolCall' ? call.id : '',
              toolName: 'read',
              content: [{ type: 'text', text: 'the number is 42' }],
            } as never,
          },
        ],
      },
    );
    const second = models.requests[1];
    expect(second?.toolResults).toBe(1);
    expect(second?.text).toContain('the number is 42');
    expect(JSON.stringify(second?.body)).toContain('a.txt');
  });

  it('shows pictures to the model', async () => {
    await ask({ steps: [{ text: 'A pixel.' }] }, { messages: [user('What is this?', true)] });
    expect(models.requests[0]?.text).toContain(PIXEL.slice(0, 40));
  });

  it('tells when the answer was cut by its length', async () => {
    expect((await ask({ steps: [{ text: 'On and' }], finish: 'length' })).finishReason).toBe('length');
  });

  it('takes arguments that are no JSON as such, for the tool to refuse', async () => {
    const attempt = await ask({
      steps: [{ tool: { name: 'read', args: format === 'google-generative-ai' ? {} : '{"path": ' } }],
    }).catch((error: unknown) => error);
    if (attempt instanceof ModelCallError) expect(attempt.cause.kind).toBe('malformed');
    else expect((attempt as ModelOutput).content[0]).toMatchObject({ type: 'toolCall', name: 'read' });
  });

  it.each<{ what: string; answer: ModelAnswer; kind: string; wait?: number }>(
    (
      [
        ['a wrong key', { steps: [], status: 401 }, 'auth'],
        ['no permission', { steps: [], status: 403 }, 'auth'],
        ['no credit', { steps: [], status: 402 }, 'billing'],
        [
          'an exhausted quota',
          {
            steps: [],
            status: 429,
            body: { error: { message: 'You exceeded your current quota: insufficient_quota' } },
          },
          'billing',
        ],
        ['a rate limit', { steps: [], status: 429, headers: { 'retry-after': '7' } }, 'rate_limit', 7000],
        [
          'a rate limit in milliseconds',
          { steps: [], status: 429, headers: { 'retry-after-ms': '250' } },
          'rate_limit',
          250,
        ],
        [
          'overload',
          { steps: [], status: 529, body: { error: { type: 'overloaded_error', message: 'Overloaded' } } },
          'overloaded',
        ],
        ['a failing server', { steps: [], status: 500 }, 'overloaded'],
        ['a server that is away', { steps: [], status: 503 }, 'overloaded'],
        ['a slow gateway', { steps: [], status: 504 }, 'timeout'],
        [
          'too long a conversation',
          {
            steps: [],
            status: 400,
            body: { error: { message: "This model's maximum context length is 8192 tokens" } },
          },
          'context_overflow',
        ],
        ['a body that is too large', { steps: [], status: 413 }, 'context_overflow'],
        [
          'a content rule',
          { steps: [], status: 400, body: { error: { message: 'content_filter: blocked' } } },
          'content_filter',
        ],
        [
          'a bad request',
          { steps: [], status: 400, body: { error: { message: 'temperature must be positive' } } },
          'invalid_request',
        ],
        ['a model that does not exist', { steps: [], status: 404 }, 'invalid_request'],
        ['a broken connection before any output', { steps: [{ cut: true }] }, 'network'],
        ['an empty answer', { steps: [] }, 'malformed'],
      ] as [string, ModelAnswer, string, number?][]
    ).map(([what, answer, kind, wait]) => ({ what, answer, kind, ...(wait === undefined ? {} : { wait }) })),
  )('names the failure: $what', async ({ answer, kind, wait }) => {
    const error = await failure(answer);
    expect([error.cause.kind, error.outputDelivered]).toEqual([kind, false]);
    expect(error.cause.code).toBe(`MODEL_${kind.toUpperCase()}`);
    expect(error.message).toMatch(/^(fake\/fake-1|the answer of fake\/fake-1) /);
    expect(error.message).not.toContain('test-key');
    expect(error.cause.retryAfterMs).toBe(wait);
  });

  it('keeps what had come when the connection breaks in the middle', async () => {
    const error = await failure({ steps: [{ text: 'The first half and ' }, { waitMs: 50 }, { cut: true }] });
    expect([error.cause.kind, error.message]).toEqual(['network', expect.any(String)]);
    expect(error.outputDelivered).toBe(true);
    expect(error.partial).toMatchObject([{ type: 'text', text: 'The first half and ' }]);
  });

  it('never takes a garbled chunk for an answer', async () => {
    const error = await failure({ steps: [{ garbage: true }, { text: 'x' }] });
    expect(['malformed', 'unknown', 'network']).toContain(error.cause.kind);
  });

  it('does not wait for ever for a stream that stalls', async () => {
    const error = await failure({ steps: [{ text: 'Well' }, { stall: true }] }, { stallMs: 150 });
    expect(error.cause.kind).toBe('timeout');
    expect(error.partial).toMatchObject([{ text: 'Well' }]);
    await until('the request to be given up', () => models.abandoned === 1);
  });

  it('stops at once when it is told to, and lets go of the connection', async () => {
    const control = new AbortController();
    const attempt = ask({ steps: [{ text: 'One ' }, { stall: true }] }, { signal: control.signal });
    attempt.catch(() => undefined);
    await until('some output', () => seen.length > 0);
    control.abort();
    await expect(attempt).rejects.toThrow(ModelAbortedError);
    await until('the request to be given up', () => models.abandoned === 1);
  });
});
