import type { ModelAnswer } from '../fakes/model-formats/model-format';
import { ModelAsker, callsIn, chunk, events } from './model-asker';

describe("answers that keep to OpenAI's older format only roughly", () => {
  let model: ModelAsker;
  beforeAll(async () => {
    model = await ModelAsker.start();
  });
  afterAll(() => model.stop());
  beforeEach(() => model.forget());

  const said200 = (text: string, type = 'text/event-stream'): ModelAnswer => ({ steps: [], raw: { type, text } });
  const DONE = 'data: [DONE]\n\n';
  const line = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const stream = (...chunks: unknown[]): string => chunks.map(line).join('');
  const WORDS = stream(chunk({ content: 'Hel' }), chunk({ content: 'lo' }, 'stop'));
  const choice = (fields: object, more: object = {}): string =>
    line({ id: 'x', choices: [{ index: 0, ...fields }], ...more });

  it.each<[string, string, string?]>([
    ['lines that end as on Windows', (WORDS + DONE).replaceAll('\n', '\r\n')],
    ['lines that end as on old Macs', (WORDS + DONE).replaceAll('\n', '\r')],
    ['one line break between events', (WORDS + DONE).replaceAll('\n\n', '\n')],
    ['lines of JSON', WORDS.replaceAll('data: ', '').replaceAll('\n\n', '\n'), 'application/x-ndjson'],
    ['lines of JSON as events', WORDS.replaceAll('data: ', '').replaceAll('\n\n', '\n')],
    ['an event on several lines', 'data: {"choices":[{"index":0,\ndata: "delta":{"content":"Hello"}}]}\n\n' + DONE],
    ['comments, names and numbers', `: ping\n\nevent: message\nid: 1\nretry: 3\n${WORDS}: ping\n\n${DONE}`],
    ['a mark of the order of bytes', `\ufeff${WORDS}${DONE}`],
    ['an end in other letters', `${WORDS}data:  [done] \n\n`],
    ['an end that is cut off', `${stream(chunk({ content: 'Hello' }))}data: {"choices":[{"del`],
    ['a message for a delta', choice({ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' })],
    ['a text for a delta', choice({ text: 'Hello', finish_reason: 'stop' })],
    ["Ollama's format", line({ message: { role: 'assistant', content: 'Hello' }, done: true })],
    ["Cloudflare's format", line({ response: 'Hello' }) + DONE],
    ['no choices at first', line({ choices: null, usage: null }) + line({ prompt_filter_results: [{}] }) + WORDS],
    ['another role', choice({ delta: { role: 'tool', content: 'Hello' }, finish_reason: 'stop' })],
    ['an object as content', choice({ delta: { content: { text: 'Hello' } }, finish_reason: 'stop' })],
    ['parts as content', choice({ delta: { content: [{ type: 'text', text: 'Hello' }] }, finish_reason: 'stop' })],
    [
      'an empty reason on the way',
      choice({ delta: { content: 'Hel' }, finish_reason: '' }) + stream(chunk({ content: 'lo' }, 'stop')),
    ],
    ['a reason nobody knows', stream(chunk({ content: 'Hello' }), chunk({}, 'eos')) + DONE],
    ['calls that are none', choice({ delta: { content: 'Hello', tool_calls: {} }, finish_reason: 'stop' })],
    [
      'counts as texts',
      choice(
        { delta: { content: 'Hello' }, finish_reason: 'stop' },
        { usage: { prompt_tokens: '3', completion_tokens: null } },
      ),
    ],
    [
      'other kinds of names',
      choice({ delta: { content: 'Hello' }, finish_reason: 'stop' }, { id: 7, created: '2026', model: null }),
    ],
    [
      'marks of a template',
      stream(chunk({ content: '<|channel|>final<|message|>Hello' }), chunk({ content: '<|return|>' }, 'stop')),
    ],
  ])('may have %s', async (...[, text, type]) => {
    const output = await model.ask(said200(text, type));
    expect([model.said.text, output.content.flatMap((part) => (part.type === 'text' ? [part.text] : []))]).toEqual([
      'Hello',
      ['Hello'],
    ]);
  });

  it.each<[string, string, RegExp, string?]>([
    [
      'as a text in the stream',
      WORDS.replace('stop', '') + line({ error: 'CUDA out of memory' }),
      /CUDA out of memory/,
    ],
    ['as a framework names it', line({ detail: 'the model is loading' }), /the model is loading/],
    ['as a web page', '<!doctype html><title>Sign in</title>', /web page \("Sign in"\).*baseUrl/, 'text/html'],
    ['as half a chunk in the middle', `data: {"choices":[{"del\n\n${WORDS}`, /makes no sense/],
  ])('are a failure that says why, told %s', async (...[, text, why, type]) => {
    expect((await model.failure(said200(text, type))).message).toMatch(why);
  });

  it('have thoughts under other names', async () => {
    await model.ask(events([chunk({ thinking: 'hm' }), chunk({ content: 'Hello' }, 'stop')]));
    expect(model.said).toMatchObject({ text: 'Hello', thoughts: 'hm' });
  });

  it.each<[string, unknown]>([
    ['twice', '{"path":"a"}{"path":"a"}'],
    ['behind an empty object', '{}{"path":"a"}'],
    ['in a block of code', '```json\n{"path":"a"}\n```'],
    ['before a mark of a template', '{"path":"a"}<|tool_call_end|>'],
    ['in a list', '[{"path":"a"}]'],
  ])('have arguments %s', async (_where, args) => {
    const call = { index: 0, id: 't1', type: 'function', function: { name: 'read', arguments: args } };
    expect(callsIn(await model.ask(events([chunk({ tool_calls: [call] }, 'tool_calls')])))).toMatchObject([
      { id: 't1', arguments: { path: 'a' } },
    ]);
  });

  it.each([' read\n', 'functions.read', 'Read', 'read<|channel|>commentary'])(
    'call a tool by the name %j',
    async (name) => {
      const call = { index: 0, id: 't1', type: 'function', function: { name, arguments: '{"path":"a"}' } };
      expect(callsIn(await model.ask(events([chunk({ tool_calls: [call] }, 'tool_calls')])))).toMatchObject([
        { name: 'read' },
      ]);
    },
  );

  it('call as it was done before there were lists of calls', async () => {
    const called = { function_call: { name: 'read', arguments: '{"path":"a"}' } };
    expect(callsIn(await model.ask(events([chunk(called, 'function_call')])))).toMatchObject([{ name: 'read' }]);
  });

  describe('calls in the text', () => {
    const DEEPSEEK = ['begin', 'end'].map((end) => `<\uff5ctool\u2581calls\u2581${end}\uff5c>`);
    const [callBegin, sep, callEnd] = ['call\u2581begin', 'sep', 'call\u2581end'].map(
      (name) => `<\uff5ctool\u2581${name}\uff5c>`,
    );
    const WRITTEN: [string, string][] = [
      ['JSON in tags', '<tool_call>\n{"name": "read", "arguments": {"path": "a"}}\n</tool_call>'],
      ['JSON in tags, their end cut off', '<tool_call>{"name": "read", "arguments": "{\\"path\\": \\"a\\"}"}'],
      [
        'tags of functions',
        '<tool_call>\n<function=read>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>',
      ],
      [
        'tags with attributes',
        '<function_calls><invoke name="read"><parameter name="path">a</parameter></invoke></function_calls>',
      ],
      ['tags of keys and values', '<tool_call>read\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>'],
      ['a list behind a mark', '[TOOL_CALLS][{"name":"read","arguments":{"path":"a"}}]'],
      ['a name and arguments behind marks', '[TOOL_CALLS]read[ARGS]{"path":"a"}'],
      ['JSON behind a mark', '<|python_tag|>{"name":"read","parameters":{"path":"a"}}<|eot_id|>'],
      [
        'marks of a template',
        `${DEEPSEEK[0]}${callBegin}function${sep}read\n\`\`\`json\n{"path":"a"}\n\`\`\`${callEnd}${DEEPSEEK[1]}`,
      ],
      [
        'a numbered name between marks',
        '<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"path":"a"}<|tool_call_end|><|tool_calls_section_end|>',
      ],
    ];
    it.each(WRITTEN)('are made, written as %s', async (_how, text) => {
      const pieces = [...text].map((content) => chunk({ content }));
      const output = await model.ask(events([chunk({ content: 'I will look.\n' }), ...pieces, chunk({}, 'stop')]));
      expect(callsIn(output)).toMatchObject([{ name: 'read', arguments: { path: 'a' } }]);
      expect(output.finishReason).toBe('toolUse');
      // Nothing of it was ever shown.
      expect(model.said.text.trim()).toBe('I will look.');
    });

    it('are text in code, for a tool that there is not, and where they are half of one', async () => {
      for (const text of [
        'Write `<tool_call>{"name":"read","arguments":{}}</tool_call>` so.',
        '```\n<tool_call>{"name":"read","arguments":{}}</tool_call>\n```',
        '<tool_call>{"name":"erase","arguments":{}}</tool_call>',
        '<tool_call>{"name":"read","arguments":</tool_call>',
      ]) {
        model.said.text = '';
        const output = await model.ask(events([chunk({ content: text }, 'stop')]));
        expect([callsIn(output), model.said.text]).toEqual([[], text]);
      }
    });

    it('stay text where the provider reads calls itself', async () => {
      const text = '<tool_call>{"name":"read","arguments":{"path":"a"}}</tool_call>';
      const output = await model.ask({ steps: [{ text }] }, model.infoOf('anthropic-messages'));
      expect([callsIn(output), model.said.text]).toEqual([[], text]);
    });
  });
});
