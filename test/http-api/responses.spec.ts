import OpenAI from 'openai';
import { Gate, type ModelRequest } from '../fakes/model-formats/model-format';
import { FakeEmbeddings } from '../fakes/embedding-server';
import { TEST_TOKEN } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const WEATHER: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { town: { type: 'string' } } },
  strict: false,
};
const CALL = { tool: { id: 'inner', name: 'get_weather', args: { town: 'Oslo' } } };

describe('/v1/responses and /v1/embeddings, by the official client', () => {
  let bench: ToolBench;
  let embeddings: FakeEmbeddings;
  let client: OpenAI;
  const last = (): ModelRequest => bench.models.requests.at(-1) as ModelRequest;
  beforeAll(async () => {
    embeddings = await FakeEmbeddings.start();
    bench = await ToolBench.start(
      {
        config: {
          gateway: { http: { endpoints: { responses: { enabled: true } } } },
          agents: {
            defaults: {
              memorySearch: { provider: 'openai', remote: { baseUrl: embeddings.url, apiKey: 'k' } },
            },
            list: [
              { id: 'main', default: true },
              { id: 'deaf', memorySearch: { provider: 'none' } },
            ],
          },
        },
      },
      { input: ['text', 'image'] },
    );
    client = new OpenAI({ apiKey: TEST_TOKEN, baseURL: `${bench.gateway.http}/v1`, maxRetries: 0 });
  });
  afterAll(async () => {
    await bench.stop();
    await embeddings.stop();
  });
  beforeEach(() => {
    bench.models.answer = () => ({ steps: [{ text: 'Good day.' }], usage: { input: 50, output: 5 } });
  });

  it('answers at once', async () => {
    const answer = await client.responses.create({
      model: 'openclaw',
      instructions: 'Be brief.',
      input: 'Hello',
      max_output_tokens: 99,
      metadata: { a: 'b' },
    });
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      object: 'response',
      status: 'completed',
      output_text: 'Good day.',
      output: [{ type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text' }] }],
      usage: { input_tokens: 50, output_tokens: 5, total_tokens: 55 },
      metadata: { a: 'b' },
      error: null,
    });
    expect(last().text).toContain('Be brief.');
    expect(last().body['max_tokens']).toBe(99);
  });

  it('goes on with an earlier response', async () => {
    const first = await client.responses.create({ model: 'openclaw', input: 'My cat is called Tom.' });
    await client.responses.create({ model: 'openclaw', input: 'Its name?', previous_response_id: first.id });
    expect(last().text).toContain('called Tom');
    await expect(
      client.responses.create({ model: 'openclaw', input: 'x', previous_response_id: 'resp_nothing' }),
    ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' });
  });

  it('streams its events in order, while the model still talks', async () => {
    const gate = new Gate();
    bench.models.answer = () => ({ steps: [{ text: 'One. ' }, { until: gate }, { text: 'Two.' }] });
    const stream = await client.responses.create({ model: 'openclaw', input: 'Count', stream: true });
    const types: string[] = [];
    let text = '';
    for await (const event of stream) {
      if (types.at(-1) !== event.type) types.push(event.type);
      if (event.type === 'response.output_text.delta') {
        text += event.delta;
        gate.open();
      }
      if (event.type === 'response.completed') expect(event.response.output).toHaveLength(1);
    }
    expect(text).toBe('One. Two.');
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it('has functions of the program called, and goes on with what they bring', async () => {
    bench.models.answer = (request) => ({ steps: [request.toolResults > 0 ? { text: 'It rains.' } : CALL] });
    const first = await client.responses.create({ model: 'openclaw', input: 'Weather?', tools: [WEATHER] });
    expect(first).toMatchObject({
      status: 'incomplete',
      output: [{ type: 'function_call', name: 'get_weather', arguments: '{"town":"Oslo"}', status: 'completed' }],
    });
    const [call] = first.output as OpenAI.Responses.ResponseFunctionToolCall[];
    const output = { type: 'function_call_output' as const, call_id: call?.call_id ?? '', output: 'rain' };
    const second = await client.responses.create({
      model: 'openclaw',
      previous_response_id: first.id,
      input: [output],
      tools: [WEATHER],
    });
    expect(second.output_text).toBe('It rains.');
    expect(last().text).toMatch(/Weather\?.*inner.*rain/);
    await expect(
      client.responses.create({ model: 'openclaw', input: [{ ...output, call_id: 'x' }] }),
    ).rejects.toMatchObject({ status: 400, code: 'unknown_tool_call' });
  });

  it('streams a call', async () => {
    bench.models.answer = () => ({ steps: [CALL] });
    const stream = client.responses.stream({ model: 'openclaw', input: 'Weather?', tools: [WEATHER] });
    const whole = await stream.finalResponse();
    expect(whole.output).toMatchObject([{ type: 'function_call', arguments: '{"town":"Oslo"}' }]);
  });

  it('reads files by their bytes, and fetches no address of the own network', async () => {
    const file = (more: object): OpenAI.Responses.ResponseInputItem[] => [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Read it' },
          { type: 'input_file', filename: 'note.txt', ...more },
        ],
      },
    ];
    const data = `data:text/plain;base64,${Buffer.from('The code is 4711.').toString('base64')}`;
    await client.responses.create({ model: 'openclaw', input: file({ file_data: data }) });
    expect(last().text).toContain('The code is 4711.');
    await expect(
      client.responses.create({ model: 'openclaw', input: file({ file_url: `${bench.models.url}/secret` }) }),
    ).rejects.toMatchObject({ status: 400, code: 'fetch_failed' });
  });

  it('a failed run is an error, and a failed event in a stream', async () => {
    bench.models.answer = () => ({ steps: [], status: 400, body: { error: { message: 'no such thing' } } });
    await expect(client.responses.create({ model: 'openclaw', input: 'Hi' })).rejects.toMatchObject({ status: 500 });
    const types: string[] = [];
    for await (const event of await client.responses.create({ model: 'openclaw', input: 'Hi', stream: true }))
      types.push(event.type);
    expect(types.at(-1)).toBe('response.failed');
  });

  it('embeds texts by the provider of the memory', async () => {
    embeddings.vectorOf = (text) => [text.length, 0.5];
    for (const encoding_format of ['float', 'base64', undefined] as const) {
      const answer = await client.embeddings.create({
        model: 'openclaw',
        input: ['tea', 'coffee'],
        ...(encoding_format ? { encoding_format } : {}),
      });
      expect(answer.model).toBe('openai/text-embedding-3-small');
      if (encoding_format !== 'base64')
        expect(answer.data.map(({ embedding }) => embedding)).toEqual([
          [3, 0.5],
          [6, 0.5],
        ]);
    }
    await expect(client.embeddings.create({ model: 'openclaw/deaf', input: 'tea' })).rejects.toMatchObject({
      status: 400,
      code: 'no_embedding_provider',
    });
    await expect(client.embeddings.create({ model: 'openclaw', input: '' })).rejects.toMatchObject({ status: 400 });
  });

  it('says of what is off how it is turned on', async () => {
    const response = await fetch(`${bench.gateway.http}/v1/chat/completions`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'endpoint_disabled',
        message: expect.stringContaining('openclaw config set gateway.http.endpoints.chatCompletions.enabled true'),
      },
    });
  });
});
