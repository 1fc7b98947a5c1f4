import { ModelAsker, callsIn } from './model-asker';

const event = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;
const named = (fields: { type: string; [field: string]: unknown }): string => `event: ${fields.type}\n${event(fields)}`;

const START = {
  type: 'message_start',
  message: {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'c',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 3, output_tokens: 1 },
  },
};
const begin = (i: number, b: object) => named({ type: 'content_block_start', index: i, content_block: b });
const delta = (i: number, d: object) => named({ type: 'content_block_delta', index: i, delta: d });
const stop = (i: number) => named({ type: 'content_block_stop', index: i });
const reason = (r: string | null, u: object = { output_tokens: 5 }) =>
  named({ type: 'message_delta', delta: { stop_reason: r, stop_sequence: null }, usage: u });
const END = named({ type: 'message_stop' });
const words = (t: string) => begin(0, { type: 'text', text: '' }) + delta(0, { type: 'text_delta', text: t }) + stop(0);

const ANTHROPIC: [string, string][] = [
  [
    'events nobody knows',
    named(START) +
      named({ type: 'ping' }) +
      named({ type: 'vendor_event', x: 1 }) +
      words('Hello') +
      reason('end_turn') +
      END,
  ],
  [
    'blocks nobody knows',
    named(START) +
      begin(0, { type: 'x_block', foo: 1 }) +
      delta(0, { type: 'x_delta', y: 2 }) +
      stop(0) +
      words('Hello') +
      reason('end_turn') +
      END,
  ],
  ['no beginning', words('Hello') + reason('end_turn') + END],
  [
    'a text without its beginning',
    named(START) + delta(0, { type: 'text_delta', text: 'Hello' }) + stop(0) + reason('end_turn') + END,
  ],
  [
    'a text without its end',
    named(START) +
      begin(0, { type: 'text', text: '' }) +
      delta(0, { type: 'text_delta', text: 'Hello' }) +
      reason('end_turn') +
      END,
  ],
  [
    'a text in its beginning',
    named(START) + begin(0, { type: 'text', text: 'Hello' }) + stop(0) + reason('end_turn') + END,
  ],
  [
    'no words in its beginning',
    named(START) +
      begin(0, { type: 'text' }) +
      delta(0, { type: 'text_delta', text: 'Hello' }) +
      stop(0) +
      reason('end_turn') +
      END,
  ],
  ['no reason at the end', named(START) + words('Hello') + END],
  ['a reason nobody knows', named(START) + words('Hello') + reason('eos') + END],
  [
    'no counts',
    named({ ...START, message: { ...START.message, usage: undefined } }) +
      words('Hello') +
      named({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }) +
      END,
  ],
  [
    'counts of nothing',
    named({ ...START, message: { ...START.message, usage: { input_tokens: null, output_tokens: null } } }) +
      words('Hello') +
      reason('end_turn', { output_tokens: null }) +
      END,
  ],
  [
    'a piece of nothing',
    named(START) +
      begin(0, { type: 'text', text: '' }) +
      delta(0, { type: 'text_delta', text: null }) +
      delta(0, { type: 'text_delta', text: 'Hello' }) +
      stop(0) +
      reason('end_turn') +
      END,
  ],
  ['thoughts in the text', named(START) + words('<think>hm</think>Hello') + reason('end_turn') + END],
  [
    'one line break between events',
    (named(START) + words('Hello') + reason('end_turn') + END).replaceAll('\n\n', '\n'),
  ],
  ['events without names', (named(START) + words('Hello') + reason('end_turn') + END).replace(/event: .*\n/g, '')],
  ['the end of another format', named(START) + words('Hello') + reason('end_turn') + END + 'data: [DONE]\n\n'],
];
const ANTHROPIC_CALLS: [string, string][] = [
  [
    'arguments at once',
    named(START) +
      begin(0, { type: 'tool_use', id: 't1', name: 'read', input: { path: 'a' } }) +
      stop(0) +
      reason('tool_use') +
      END,
  ],
  [
    'no arguments at first',
    named(START) +
      begin(0, { type: 'tool_use', id: 't1', name: 'read' }) +
      delta(0, { type: 'input_json_delta', partial_json: '{"path":"a"}' }) +
      stop(0) +
      reason('tool_use') +
      END,
  ],
  [
    'another reason',
    named(START) +
      begin(0, { type: 'tool_use', id: 't1', name: 'read', input: {} }) +
      delta(0, { type: 'input_json_delta', partial_json: '{"path":"a"}' }) +
      stop(0) +
      reason('end_turn') +
      END,
  ],
  [
    'no end',
    named(START) +
      begin(0, { type: 'tool_use', id: 't1', name: 'read', input: {} }) +
      delta(0, { type: 'input_json_delta', partial_json: '{"path":"a"}' }) +
      reason('tool_use') +
      END,
  ],
  [
    'no id',
    named(START) +
      begin(0, { type: 'tool_use', name: 'read', input: {} }) +
      delta(0, { type: 'input_json_delta', partial_json: '{"path":"a"}' }) +
      stop(0) +
      reason('tool_use') +
      END,
  ],
];

const piece = (parts: unknown, finish?: string, more: object = {}) =>
  event({
    candidates: [
      {
        content: parts === undefined ? undefined : { role: 'model', parts },
        ...(finish ? { finishReason: finish } : {}),
        index: 0,
      },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
    ...more,
  });
const GOOGLE: [string, string][] = [
  ['no reason', piece([{ text: 'Hello' }])],
  ['a reason nobody knows', piece([{ text: 'Hello' }], 'FOO')],
  ['a number as reason', event({ candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 1 }] })],
  ['no content at the end', piece([{ text: 'Hello' }]) + piece(undefined, 'STOP')],
  [
    'empty content at the end',
    piece([{ text: 'Hello' }]) + event({ candidates: [{ content: {}, finishReason: 'STOP' }] }),
  ],
  ['parts nobody knows', piece([{ fooPart: { x: 1 } }, { text: 'Hello' }], 'STOP')],
  [
    'code that the provider has run',
    piece([{ executableCode: { language: 'PYTHON', code: '1' } }, { text: 'Hello' }], 'STOP'),
  ],
  [
    'a list for a stream',
    '[' +
      JSON.stringify({ candidates: [{ content: { parts: [{ text: 'Hel' }] } }] }) +
      ',\n' +
      JSON.stringify({ candidates: [{ content: { parts: [{ text: 'lo' }] }, finishReason: 'STOP' }] }) +
      ']',
  ],
  [
    'one line break between events',
    (piece([{ text: 'Hel' }]) + piece([{ text: 'lo' }], 'STOP')).replaceAll('\n\n', '\n'),
  ],
  [
    'no counts',
    event({ candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }], usageMetadata: null }),
  ],
];
const GOOGLE_CALLS: [string, string][] = [
  ['no arguments', piece([{ functionCall: { name: 'read' } }], 'STOP')],
  ['arguments as a text', piece([{ functionCall: { name: 'read', args: '{"path":"a"}' } }], 'STOP')],
  ['no reason', piece([{ functionCall: { name: 'read', args: { path: 'a' } } }])],
];

const CREATED = named({ type: 'response.created', response: { id: 'r', created_at: 1, model: 'm' } });
const item = (o: object, COMPLETED = false) =>
  named({ type: COMPLETED ? 'response.output_item.done' : 'response.output_item.added', output_index: 0, item: o });
const MESSAGE = item({ type: 'message', id: 'm1', role: 'assistant', content: [] });
const said = (t: string) =>
  named({ type: 'response.output_text.delta', item_id: 'm1', output_index: 0, content_index: 0, delta: t });
const COMPLETED = named({
  type: 'response.completed',
  response: { id: 'r', usage: { input_tokens: 3, output_tokens: 2 }, incomplete_details: null },
});
const CALL = { type: 'function_call', id: 'f1', call_id: 't1', name: 'read', arguments: '' };
const RESPONSES: [string, string][] = [
  ['no beginning', MESSAGE + said('Hello') + item({ type: 'message', id: 'm1' }, true) + COMPLETED],
  ['a text without its beginning', CREATED + said('Hello') + COMPLETED],
  [
    'events nobody knows',
    CREATED +
      named({ type: 'response.in_progress', response: {} }) +
      named({ type: 'codex.rate_limits', x: 1 }) +
      MESSAGE +
      named({ type: 'response.content_part.added' }) +
      said('Hello') +
      item({ type: 'message', id: 'm1' }, true) +
      COMPLETED,
  ],
  [
    'a text at the end of its item',
    CREATED +
      MESSAGE +
      item({ type: 'message', id: 'm1', content: [{ type: 'output_text', text: 'Hello' }] }, true) +
      COMPLETED,
  ],
  [
    'a text at the end of the answer',
    CREATED +
      named({
        type: 'response.completed',
        response: {
          id: 'r',
          output: [
            {
              type: 'message',
              id: 'm1',
              role: 'assistant',
              content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
            },
          ],
          usage: { input_tokens: 3, output_tokens: 2 },
        },
      }),
  ],
  ['no end', CREATED + MESSAGE + said('Hello') + item({ type: 'message', id: 'm1' }, true)],
  ['no counts', CREATED + MESSAGE + said('Hello') + named({ type: 'response.completed', response: { id: 'r' } })],
  [
    'thoughts of an open model',
    CREATED +
      item({ type: 'reasoning', id: 'rs1', summary: [] }) +
      named({ type: 'response.reasoning_text.delta', item_id: 'rs1', content_index: 0, delta: 'hm' }) +
      MESSAGE +
      said('Hello') +
      COMPLETED,
  ],
  [
    'no places',
    CREATED +
      named({ type: 'response.output_item.added', item: { type: 'message', id: 'm1' } }) +
      said('Hello') +
      COMPLETED,
  ],
];
const RESPONSES_CALLS: [string, string][] = [
  ['an end alone', CREATED + item({ ...CALL, arguments: '{"path":"a"}', status: 'completed' }, true) + COMPLETED],
  ['no state', CREATED + item(CALL) + item({ ...CALL, arguments: '{"path":"a"}' }, true) + COMPLETED],
  [
    'no end',
    CREATED +
      item(CALL) +
      named({ type: 'response.function_call_arguments.delta', item_id: 'f1', output_index: 0, delta: '{"path":"a"}' }) +
      named({
        type: 'response.function_call_arguments.done',
        item_id: 'f1',
        output_index: 0,
        arguments: '{"path":"a"}',
      }) +
      COMPLETED,
  ],
];

describe('answers that keep to the other formats only roughly', () => {
  let model: ModelAsker;
  beforeAll(async () => {
    model = await ModelAsker.start();
  });
  afterAll(() => model.stop());
  beforeEach(() => model.forget());

  describe.each([
    ['anthropic-messages', ANTHROPIC, ANTHROPIC_CALLS],
    ['google-generative-ai', GOOGLE, GOOGLE_CALLS],
    ['openai-responses', RESPONSES, RESPONSES_CALLS],
  ] as const)('in the format %s', (...[api, words, calls]) => {
    const ask = (text: string): ReturnType<ModelAsker['ask']> =>
      model.ask(
        { steps: [], raw: { type: text.startsWith('[') ? 'application/json' : 'text/event-stream', text } },
        model.infoOf(api),
      );

    it.each(words)('may have %s', async (...[, text]) => {
      const output = await ask(text);
      expect([model.said.text, callsIn(output)]).toEqual(['Hello', []]);
    });

    it.each(calls)('may call with %s', async (...[, text]) => {
      expect(callsIn(await ask(text))).toMatchObject([{ name: 'read', id: expect.stringMatching(/./) as string }]);
    });
  });

  it('fail with the reason that they give', async () => {
    const failed = named({
      type: 'response.failed',
      response: { id: 'r', error: { code: 'rate_limit_exceeded', message: 'slow down' } },
    });
    await expect(
      model.ask(
        { steps: [], raw: { type: 'text/event-stream', text: CREATED + MESSAGE + said('Hel') + failed } },
        model.infoOf('openai-responses'),
      ),
    ).rejects.toMatchObject({ cause: { kind: 'rate_limit' } });
  });

  it('count what a later event counts', async () => {
    const text =
      named({ ...START, message: { ...START.message, usage: { input_tokens: '7' } } }) +
      words('Hello') +
      reason('end_turn', { output_tokens: '3' }) +
      END;
    const { usage } = await model.ask(
      { steps: [], raw: { type: 'text/event-stream', text } },
      model.infoOf('anthropic-messages'),
    );
    expect(usage).toMatchObject({ input: 7, output: 3 });
  });
});
