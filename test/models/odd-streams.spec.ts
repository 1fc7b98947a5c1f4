import { EmptyAnswerError } from '../../src/agent/providers/model-error';
import type { ModelAnswer, ModelFormat } from '../fakes/model-formats/model-format';
import { ModelAsker, callsIn, chunk, events, textOf } from './model-asker';

describe('answers that keep to no rule', () => {
  let model: ModelAsker;
  beforeAll(async () => {
    model = await ModelAsker.start();
  });
  afterAll(() => model.stop());
  beforeEach(() => model.forget());

  it.each([
    ['with [DONE]', 'data: [DONE]\n\n'],
    ['without it', ''],
  ])('are kept where no reason for the end is given, %s', async (_, end) => {
    const output = await model.ask(
      events([chunk({ role: 'assistant', content: 'Half ' }), chunk({ content: 'and half.' })], end),
    );
    expect([textOf(output), output.finishReason]).toEqual(['Half and half.', 'other']);
  });

  it('are failures where no reason is given and nothing was said', async () => {
    const error = await model.failure(events([chunk({ role: 'assistant', content: '' })]));
    expect(error.cause.kind).toBe('malformed');
    expect(error.outputDelivered).toBe(false);
  });

  it.each<[string, ModelAnswer]>([
    ['thoughts alone', events([chunk({ reasoning_content: 'hm' }), chunk({}, 'stop')])],
    ['blanks', events([chunk({ content: '\n' }), chunk({ content: ' \n' }), chunk({}, 'stop')])],
    [
      'thoughts written into the text',
      events([chunk({ content: '<think>hm' }), chunk({ content: '</think>\n' }), chunk({}, 'stop')]),
    ],
    [
      'thoughts without their beginning',
      events([chunk({ content: 'hm' }), chunk({ content: '\n</think>\n' }), chunk({}, 'stop')]),
    ],
    ['nothing', events([chunk({ role: 'assistant' }), chunk({}, 'stop')])],
  ])('are empty with %s, and can be asked for again', async (_, answer) => {
    const error = await model.failure(answer);
    expect(error.cause).toBeInstanceOf(EmptyAnswerError);
    expect(error.message).toContain('sent an empty answer');
  });

  it('tell thoughts from text when both come as text', async () => {
    const output = await model.ask(
      events([
        chunk({ content: '<thi' }),
        chunk({ content: 'nk>a door' }),
        chunk({ content: '</think>' }),
        chunk({ content: 'The window.' }),
        chunk({}, 'stop'),
      ]),
    );
    expect([textOf(output), model.said.text, model.said.thoughts]).toEqual(['The window.', 'The window.', 'a door']);
    expect(output.content[0]).toEqual({ type: 'thinking', thinking: 'a door' });
  });

  it('take back what was shown when it turns out to be thought', async () => {
    const output = await model.ask(
      events([
        chunk({ content: 'first the door,' }),
        chunk({ content: ' then\n</th' }),
        chunk({ content: 'ink>\n\nThe window.' }),
        chunk({}, 'stop'),
      ]),
    );
    expect(model.said.retractions).toBe(1);
    expect([textOf(output).trim(), model.said.text.trim()]).toEqual(['The window.', 'The window.']);
    expect(output.content[0]).toEqual({ type: 'thinking', thinking: 'first the door, then\n' });
  });

  it('keep tags that stand in code', async () => {
    const text = 'Write `<think>` so:\n```\n</think>\n```';
    expect(textOf(await model.ask({ steps: [{ text }] }))).toBe(text);
  });

  describe('plain JSON for a stream', () => {
    const WHOLE: Record<ModelFormat, unknown> = {
      'openai-completions': {
        id: 'c1',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: 'All at once.',
              tool_calls: [{ id: 't1', type: 'function', function: { name: 'read', arguments: { path: 'a' } } }],
            },
            finish_reason: 'tool_calls',
          },
        ],
        usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
      },
      'openai-responses': {
        id: 'r1',
        object: 'response',
        created_at: 1,
        model: 'm',
        status: 'completed',
        output: [
          {
            id: 'm1',
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: 'All at once.', annotations: [] }],
          },
          {
            id: 'f1',
            type: 'function_call',
            call_id: 't1',
            name: 'read',
            arguments: '{"path":"a"}',
            status: 'completed',
          },
        ],
        usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
      },
      'anthropic-messages': {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [
          { type: 'text', text: 'All at once.' },
          { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a' } },
        ],
        stop_reason: 'tool_use',
        stop_sequence: null,
        usage: { input_tokens: 5, output_tokens: 7 },
      },
      'google-generative-ai': {
        candidates: [
          {
            index: 0,
            content: {
              role: 'model',
              parts: [{ text: 'All at once.' }, { functionCall: { name: 'read', args: { path: 'a' } } }],
            },
            finishReason: 'STOP',
          },
        ],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 },
      },
    };

    it.each(Object.keys(WHOLE) as ModelFormat[])('is read, in the format %s', async (format) => {
      const raw = { type: 'application/json', text: JSON.stringify(WHOLE[format], undefined, 2) };
      const output = await model.ask({ steps: [], raw }, model.infoOf(format));
      expect([textOf(output), model.said.text]).toEqual(['All at once.', 'All at once.']);
      expect(callsIn(output)).toMatchObject([{ name: 'read', arguments: { path: 'a' } }]);
      expect(output.usage).toMatchObject({ input: 5, output: 7 });
      // It was paid for once.
      expect(model.models.requests).toHaveLength(1);
    });

    it('is an error where it says so, whatever its status', async () => {
      const raw = { type: 'application/json', text: JSON.stringify({ error: { message: 'slow down', code: 429 } }) };
      expect((await model.failure({ steps: [], raw })).cause.kind).toBe('rate_limit');
    });
  });

  it.each<[string, unknown]>([
    ['an object', { path: 'a' }],
    ['a text that holds JSON', JSON.stringify(JSON.stringify({ path: 'a' }))],
    ['a text', JSON.stringify({ path: 'a' })],
  ])('have arguments as %s', async (_, args) => {
    const call = { index: 0, id: 't1', type: 'function', function: { name: 'read', arguments: args } };
    const output = await model.ask(events([chunk({ tool_calls: [call] }), chunk({}, 'tool_calls')]));
    expect(callsIn(output)).toMatchObject([{ id: 't1', name: 'read', arguments: { path: 'a' } }]);
  });

  it('may leave gaps between the places of calls, and give two the same id', async () => {
    const call = (index: number, path: string): unknown => ({
      index,
      id: 'same',
      type: 'function',
      function: { name: 'read', arguments: JSON.stringify({ path }) },
    });
    const output = await model.ask(
      events([chunk({ tool_calls: [call(3, 'a')] }), chunk({ tool_calls: [call(7, 'b')] }), chunk({}, 'tool_calls')]),
    );
    const calls = callsIn(output) as { id: string; arguments: unknown }[];
    expect(calls.map((entry) => entry.arguments)).toEqual([{ path: 'a' }, { path: 'b' }]);
    expect(new Set(calls.map((entry) => entry.id)).size).toBe(2);
  });

  it("keep Gemini's signature, whatever the provider is called, and give it back", async () => {
    const call = {
      index: 0,
      id: 't1',
      type: 'function',
      function: { name: 'read', arguments: '{}' },
      extra_content: { google: { thought_signature: 'sig-9' } },
    };
    const info = model.infoOf('openai-completions', 'my-router', 'google/gemini-3-pro');
    const { content } = await model.ask(events([chunk({ tool_calls: [call] }), chunk({}, 'tool_calls')]), info);
    const step = { role: 'assistant', api: info.api, provider: info.provider, model: info.id, content };
    const result = { role: 'toolResult', toolCallId: 't1', toolName: 'read', content: [], isError: false };
    const history = [step, result].map((message) => ({ at: 0, message: message as never }));
    await model.ask({ steps: [{ text: 'ok' }] }, info, history);
    expect(model.models.requests.at(-1)?.text).toContain('{"google":{"thought_signature":"sig-9"}}');
    // Another model gets none of it.
    await model.ask({ steps: [{ text: 'ok' }] }, model.infoOf('openai-completions', 'my-router', 'qwen3'), history);
    expect(model.models.requests.at(-1)?.text).not.toContain('sig-9');
  });

  it('give OpenRouter back what it told of a thought', async () => {
    const details = [
      { type: 'reasoning.text', index: 0, text: 'one ', format: 'anthropic-claude-v1' },
      { type: 'reasoning.text', index: 0, text: 'two', signature: 'sig-1' },
    ];
    const info = model.infoOf('openai-completions', 'openrouter', 'anthropic/claude-sonnet-4.5');
    const call = { index: 0, id: 't1', type: 'function', function: { name: 'read', arguments: '{}' } };
    const { content } = await model.ask(
      events([
        chunk({ reasoning: 'one ', reasoning_details: [details[0]] }),
        chunk({ reasoning: 'two', reasoning_details: [details[1]] }),
        chunk({ tool_calls: [call] }),
        chunk({}, 'tool_calls'),
      ]),
      info,
    );
    const step = { role: 'assistant', api: info.api, provider: info.provider, model: info.id, content };
    const result = { role: 'toolResult', toolCallId: 't1', toolName: 'read', content: [], isError: false };
    await model.ask(
      { steps: [{ text: 'ok' }] },
      info,
      [step, result].map((message) => ({ at: 0, message: message as never })),
    );
    const sent = (model.models.requests.at(-1)?.body['messages'] as Record<string, unknown>[]).find(
      (message) => message['reasoning_details'],
    );
    expect(sent?.['reasoning_details']).toEqual([
      { type: 'reasoning.text', index: 0, text: 'one two', format: 'anthropic-claude-v1', signature: 'sig-1' },
    ]);
  });
});
