import OpenAI from 'openai';
import { Gate, type ModelRequest } from '../fakes/model-formats/model-format';
import { TEST_TOKEN, until } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const ON = { gateway: { http: { endpoints: { chatCompletions: { enabled: true } } } } };
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WEATHER: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a town.',
    parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] },
  },
};
const said = (text: string): OpenAI.ChatCompletionMessageParam[] => [{ role: 'user', content: text }];
/** What the model was sent in its last request. */
type Sent = {
  messages: { role: string; content: unknown; tool_call_id?: string }[];
  tools?: { function: { name: string } }[];
};

describe('/v1/chat/completions, by the official client', () => {
  let bench: ToolBench;
  let client: OpenAI;
  const last = (): ModelRequest => bench.models.requests.at(-1) as ModelRequest;
  const sent = (): Sent => last().body as unknown as Sent;
  beforeAll(async () => {
    bench = await ToolBench.start(
      { config: { ...ON, agents: { list: [{ id: 'main', default: true }, { id: 'bob' }] } } },
      { input: ['text', 'image'] },
    );
    client = new OpenAI({ apiKey: TEST_TOKEN, baseURL: `${bench.gateway.http}/v1`, maxRetries: 0 });
  });
  afterAll(() => bench.stop());
  beforeEach(() => {
    bench.models.answer = () => ({ steps: [{ text: 'Good day.' }], usage: { input: 120, output: 7, cached: 20 } });
  });

  it('answers at once, with what it used', async () => {
    const answer = await client.chat.completions.create({ model: 'openclaw', messages: said('Hello') });
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^chatcmpl_/),
      object: 'chat.completion',
      model: 'openclaw',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Good day.' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 120,
        completion_tokens: 7,
        total_tokens: 127,
        prompt_tokens_details: { cached_tokens: 20 },
      },
    });
  });

  it('streams: the role first, then pieces while the model still talks, the reason, what it used, the end', async () => {
    const gate = new Gate();
    bench.models.answer = () => ({ steps: [{ text: 'One two three. ' }, { until: gate }, { text: 'Four.' }] });
    const stream = await client.chat.completions.create({
      model: 'openclaw/default',
      messages: said('Count'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      // The second half is only said when the first has come.
      if (chunk.choices[0]?.delta.content) gate.open();
    }
    expect(chunks[0]?.choices[0]).toMatchObject({ delta: { role: 'assistant' }, finish_reason: null });
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('One two three. Four.');
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta.content).length).toBeGreaterThan(1);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 110 } });
  });

  it('tells nothing of usage in a stream when nobody asked', async () => {
    const stream = await client.chat.completions.create({ model: 'x', messages: said('Hello'), stream: true });
    for await (const chunk of stream) expect(chunk).not.toHaveProperty('usage');
  });

  it('passes on how the model is to answer', async () => {
    await client.chat.completions.create({
      model: 'gpt-4o',
      messages: said('Hello'),
      max_completion_tokens: 77,
      temperature: 0.3,
      top_p: 0.9,
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      seed: 11,
      stop: ['END'],
    });
    expect(last().body).toMatchObject({
      max_tokens: 77,
      temperature: 0.3,
      top_p: 0.9,
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      seed: 11,
      stop: ['END'],
    });
  });

  it('says that an answer was cut short', async () => {
    bench.models.answer = () => ({ steps: [{ text: 'Good' }], finish: 'length' });
    const answer = await client.chat.completions.create({ model: 'openclaw', messages: said('Hi'), max_tokens: 1 });
    expect(answer.choices[0]?.finish_reason).toBe('length');
  });

  describe('conversations', () => {
    it('a user has one, whose history is its own: what the program tells again is not said twice', async () => {
      const user = 'Ada Lovelace';
      await client.chat.completions.create({ model: 'openclaw', user, messages: said('My cat is called Tom.') });
      await client.chat.completions.create({
        model: 'openclaw',
        user,
        messages: [...said('My cat is called Tom.'), { role: 'assistant', content: 'Good day.' }, ...said('Its name?')],
      });
      expect(last().text.match(/called Tom/g)).toHaveLength(1);
      expect(last().lastUser).toContain('Its name?');
    });

    it('without a user each request is one, with what the program says was said before', async () => {
      await client.chat.completions.create({
        model: 'openclaw',
        messages: [
          { role: 'system', content: 'Speak like a pirate.' },
          ...said('My dog is called Rex.'),
          { role: 'assistant', content: 'Arr, Rex!' },
          ...said('And its name?'),
        ],
      });
      const { messages } = sent();
      expect(JSON.stringify(messages[0])).toContain('Speak like a pirate.');
      expect(messages.slice(1).map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
      expect(JSON.stringify(messages[2])).toContain('Arr, Rex!');
      await client.chat.completions.create({ model: 'openclaw', messages: said('What was its name?') });
      expect(last().text).not.toContain('Rex');
    });

    it('a header names one, and the agent; what belongs to others is refused', async () => {
      const headers = { 'x-openclaw-session-key': 'kitchen', 'x-openclaw-agent-id': 'bob' };
      await client.chat.completions.create({ model: 'openclaw', messages: said('Hello') }, { headers });
      const { payload } = await bench.client.call('sessions.list', {});
      expect(JSON.stringify(payload)).toContain('agent:bob:kitchen');
      for (const key of ['subagent:1', 'cron:1', 'agent:main:acp:1'])
        await expect(
          client.chat.completions.create(
            { model: 'openclaw', messages: said('Hello') },
            { headers: { 'x-openclaw-session-key': key } },
          ),
        ).rejects.toMatchObject({ status: 400, code: 'reserved_session_key' });
    });
  });

  describe('functions of the program', () => {
    const call = { tool: { id: 'model-gave-this', name: 'get_weather', args: { town: 'Oslo' } } };
    beforeEach(() => {
      bench.models.answer = (request) =>
        request.toolResults > 0
          ? { steps: [{ text: 'It rains in Oslo.' }] }
          : { steps: [{ text: 'Let me see.' }, call] };
    });

    it('end the turn with a call, and their result goes on in the same conversation', async () => {
      const first = await client.chat.completions.create({
        model: 'openclaw',
        messages: said('Weather in Oslo?'),
        tools: [WEATHER],
      });
      const [choice] = first.choices;
      expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Let me see.' } });
      const [wanted] = choice?.message.tool_calls ?? [];
      expect(wanted).toMatchObject({
        type: 'function',
        function: { name: 'get_weather', arguments: '{"town":"Oslo"}' },
      });
      const second = await client.chat.completions.create({
        model: 'openclaw',
        messages: [
          ...said('Weather in Oslo?'),
          choice?.message as OpenAI.ChatCompletionMessageParam,
          { role: 'tool', tool_call_id: wanted?.id ?? '', content: 'rain, 7 °C' },
        ],
        tools: [WEATHER],
      });
      expect(second.choices[0]?.message.content).toBe('It rains in Oslo.');
      const result = sent().messages.find(({ role }) => role === 'tool');
      // Under the id that the model gave: the conversation is the one in which it called.
      expect(result).toMatchObject({ tool_call_id: 'model-gave-this', content: 'rain, 7 °C' });
      expect(last().text.match(/Weather in Oslo/g)).toHaveLength(1);
    });

    it('come in a stream, too', async () => {
      const stream = await client.chat.completions.create({
        model: 'openclaw',
        messages: said('Weather in Oslo?'),
        tools: [WEATHER],
        stream: true,
      });
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      expect(chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])).toEqual([
        {
          index: 0,
          id: expect.stringMatching(/^call_/),
          type: 'function',
          function: { name: 'get_weather', arguments: '{"town":"Oslo"}' },
        },
      ]);
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
    });

    it('are called beside the assistant’s own tools, which have run by then', async () => {
      bench.models.answer = (request) =>
        request.toolResults > 0
          ? { steps: [{ text: 'Both done.' }] }
          : { steps: [{ tool: { name: 'ls', args: {} } }, call] };
      const first = await client.chat.completions.create({
        model: 'openclaw',
        messages: said('Look'),
        tools: [WEATHER],
      });
      const calls = first.choices[0]?.message.tool_calls ?? [];
      expect(calls).toHaveLength(1);
      await client.chat.completions.create({
        model: 'openclaw',
        messages: [
          ...said('Look'),
          first.choices[0]?.message as OpenAI.ChatCompletionMessageParam,
          { role: 'tool', tool_call_id: calls[0]?.id ?? '', content: 'sun' },
        ],
        tools: [WEATHER],
      });
      expect(sent().messages.filter(({ role }) => role === 'tool')).toHaveLength(2);
      expect(last().text).not.toContain('No result');
    });

    it('are the only ones where one has to be called, and none with "none"', async () => {
      const ask = (tool_choice: OpenAI.ChatCompletionToolChoiceOption): Promise<unknown> =>
        client.chat.completions.create({ model: 'openclaw', messages: said('Go'), tools: [WEATHER], tool_choice });
      await ask('required');
      expect(last().body).toMatchObject({ tool_choice: 'required' });
      expect(sent().tools?.map((tool) => tool.function.name)).toEqual(['get_weather']);
      await ask({ type: 'function', function: { name: 'get_weather' } });
      expect(last().body).toMatchObject({ tool_choice: { type: 'function', function: { name: 'get_weather' } } });
      await ask('none');
      expect(sent().tools?.map((tool) => tool.function.name)).not.toContain('get_weather');
    });

    it('with results of calls that others have given, the conversation is the program’s', async () => {
      await client.chat.completions.create({
        model: 'openclaw',
        messages: [
          ...said('Weather in Oslo?'),
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'abc', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'abc', content: 'snow' },
        ],
        tools: [WEATHER],
      });
      expect(sent().messages.find(({ role }) => role === 'tool')).toMatchObject({ content: 'snow' });
      expect(last().lastUser).toContain('Weather in Oslo?');
    });
  });

  it('takes pictures by their bytes', async () => {
    const image = { type: 'image_url' as const, image_url: { url: PIXEL } };
    const ask = (count: number, url = PIXEL): Promise<unknown> =>
      client.chat.completions.create({
        model: 'openclaw',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is it?' },
              ...Array.from({ length: count }, () => ({ ...image, image_url: { url } })),
            ],
          },
        ],
      });
    await ask(1);
    expect(JSON.stringify(sent().messages.at(-1))).toMatch(/What is it\?.*data:image\//);
    await expect(ask(9)).rejects.toMatchObject({ status: 400, code: 'too_many_images' });
    await expect(ask(1, 'https://example.com/a.png')).rejects.toMatchObject({ status: 400, code: 'url_not_allowed' });
    await expect(ask(1, `data:image/png;base64,${Buffer.from('text').toString('base64')}`)).rejects.toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('stops the turn when its caller goes away, in a stream and out of one', async () => {
    for (const stream of [true, false]) {
      const before = bench.models.abandoned;
      const asked = bench.models.requests.length;
      bench.models.answer = () => ({ steps: [{ text: 'I begin. ' }, { until: new Gate() }] });
      const control = new AbortController();
      const request = client.chat.completions
        .create({ model: 'openclaw', messages: said('Long story'), stream }, { signal: control.signal })
        .then(async (answer) => {
          if (Symbol.asyncIterator in answer)
            for await (const _ of answer) if (bench.models.requests.length > asked) break;
        });
      await until('the model is asked', () => bench.models.requests.length > asked);
      control.abort();
      await request.catch(() => undefined);
      await until('the model is hung up on', () => bench.models.abandoned > before);
    }
  });

  it('a failed run is an error, in a stream as its last word, and no client repeats it', async () => {
    bench.models.answer = () => ({ steps: [], status: 400, body: { error: { message: 'no such thing' } } });
    const again = new OpenAI({ apiKey: TEST_TOKEN, baseURL: `${bench.gateway.http}/v1`, maxRetries: 2 });
    const asked = bench.models.requests.length;
    await expect(again.chat.completions.create({ model: 'openclaw', messages: said('Hi') })).rejects.toMatchObject({
      status: 500,
      type: 'api_error',
    });
    expect(bench.models.requests.length).toBe(asked + 1);
    const stream = await client.chat.completions.create({ model: 'openclaw', messages: said('Hi'), stream: true });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow(/no such thing/);
  });

  describe('refusals', () => {
    const post = (body: unknown, headers: Record<string, string> = {}, method = 'POST'): Promise<Response> =>
      fetch(`${bench.gateway.http}/v1/chat/completions`, {
        method,
        headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json', ...headers },
        ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
      });
    const hello = { messages: [{ role: 'user', content: 'Hi' }] };

    it.each<[string, unknown, string]>([
      ['no messages', {}, 'messages'],
      ['empty messages', { messages: [] }, 'messages'],
      ['only a system message', { messages: [{ role: 'system', content: 'x' }] }, 'messages'],
      ['the assistant last', { messages: [...said('Hi'), { role: 'assistant', content: 'x' }] }, 'messages'],
      ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
      ['a temperature of 3', { ...hello, temperature: 3 }, 'temperature'],
      ['no tokens', { ...hello, max_tokens: 0 }, 'max_tokens'],
      ['five stops', { ...hello, stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
      ['two answers', { ...hello, n: 2 }, 'n'],
      ['a choice without tools', { ...hello, tool_choice: 'required' }, 'tool_choice'],
      ['a tool without a name', { ...hello, tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
      ['an unknown agent', { ...hello, model: 'openclaw/nobody' }, 'model'],
      ['a result of nothing', { messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] }, 'tool_call_id'],
    ])('%s', async (_, body, param) => {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toContain('application/json');
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
    });

    it('no JSON, too much of it, another method, a wrong token', async () => {
      expect(await (await post('{')).json()).toMatchObject({ error: { code: 'invalid_json' } });
      expect((await post(`"${'x'.repeat(21 * 1024 * 1024)}"`)).status).toBe(413);
      const got = await post(undefined, {}, 'GET');
      expect([got.status, got.headers.get('allow'), await got.text()]).toEqual([405, 'POST', 'Method Not Allowed']);
      const wrong = await post(hello, { authorization: 'Bearer wrong' });
      expect([wrong.status, await wrong.json()]).toEqual([
        401,
        { error: { message: 'Unauthorized', type: 'unauthorized' } },
      ]);
    });

    it('a page of another site, and no header lets one in', async () => {
      const response = await post(hello, { origin: 'https://evil.example' });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  it('lists the agents as models', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(['openclaw', 'openclaw/default', 'openclaw/main', 'openclaw/bob']);
    expect(await client.models.retrieve('openclaw/bob')).toMatchObject({ id: 'openclaw/bob', object: 'model' });
    await expect(client.models.retrieve('gpt-4o')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });
});
