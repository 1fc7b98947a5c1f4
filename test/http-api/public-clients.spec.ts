import { TEST_TOKEN } from '../harness/gateway-process';
import { ToolBench } from '../harness/tool-bench';

const SYSTEM = { role: 'system', content: 'You are a helpful assistant.' };
const HELLO = { role: 'user', content: 'Hello there' };
const TOOL = {
  type: 'function',
  function: { name: 'read_file', description: 'Reads.', parameters: { type: 'object', properties: {} } },
};
const NOTE = Buffer.from('A note.').toString('base64');

interface Recorded {
  client: string;
  what: string;
  path: string;
  headers?: Record<string, string>;
  body?: object;
  status: number;
  /** What stands in the answer; of streams as text. */
  has: string;
}

/** Requests as the documentation and the sources of these programs have them. */
const REQUESTS: Recorded[] = [
  {
    client: 'Home Assistant',
    what: 'tries the connection with nothing',
    path: '/v1/chat/completions',
    body: { model: 'openclaw', messages: [] },
    status: 400,
    has: '"invalid_request_error"',
  },
  {
    client: 'Home Assistant',
    what: 'passes on what was said in a room',
    path: '/v1/chat/completions',
    headers: {
      'x-openclaw-agent-id': 'main',
      'x-openclaw-session-key': 'agent:main:assist_01HXYZ',
      'x-openclaw-message-channel': 'voice',
      'x-openclaw-account-id': 'home',
    },
    body: { model: 'openclaw', messages: [HELLO], stream: true },
    status: 200,
    has: 'data: [DONE]',
  },
  {
    client: 'Home Assistant',
    what: 'runs a tool',
    path: '/tools/invoke',
    body: { tool: 'sessions_list', args: {} },
    status: 200,
    has: '"ok":true',
  },
  { client: 'Open WebUI', what: 'lists models', path: '/v1/models', status: 200, has: 'openclaw/default' },
  {
    client: 'Open WebUI',
    what: 'streams a chat',
    path: '/v1/chat/completions',
    body: { stream: true, model: 'openclaw/default', messages: [HELLO, { role: 'assistant', content: 'Hi' }, HELLO] },
    status: 200,
    has: '"finish_reason":"stop"',
  },
  {
    client: 'Open WebUI',
    what: 'has a title made',
    path: '/v1/chat/completions',
    body: { model: 'openclaw/default', messages: [HELLO], stream: false, max_completion_tokens: 1000 },
    status: 200,
    has: '"chat.completion"',
  },
  {
    client: 'LibreChat',
    what: 'streams a chat of a user',
    path: '/v1/chat/completions',
    body: {
      model: 'openclaw',
      user: '65f1c0a2b7e3d9',
      temperature: 1,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      stream: true,
      messages: [SYSTEM, { role: 'user', content: [{ type: 'text', text: 'Hello there' }] }],
    },
    status: 200,
    has: '"finish_reason":"stop"',
  },
  {
    client: 'Continue',
    what: 'streams with tools, under the name of another model',
    path: '/v1/chat/completions',
    body: {
      model: 'gpt-4o',
      max_tokens: 4096,
      stream: true,
      stop: ['\n/src/'],
      messages: [SYSTEM, HELLO],
      tools: [TOOL],
      parallel_tool_calls: false,
    },
    status: 200,
    has: 'data: [DONE]',
  },
  {
    client: 'n8n',
    what: 'asks by LangChain',
    path: '/v1/chat/completions',
    body: {
      model: 'gpt-4o-mini',
      temperature: 0.7,
      n: 1,
      stream: false,
      messages: [SYSTEM, HELLO],
      tools: [TOOL],
      tool_choice: 'auto',
      response_format: { type: 'text' },
    },
    status: 200,
    has: '"usage"',
  },
  {
    client: 'Dify',
    what: 'asks for a chat',
    path: '/v1/chat/completions',
    body: { model: 'openclaw', messages: [HELLO], stream: true, user: 'abc-123', stop: [], temperature: 0.2 },
    status: 200,
    has: 'data: [DONE]',
  },
  {
    client: 'Dify',
    what: 'sends a file for a response',
    path: '/v1/responses',
    body: {
      model: 'openclaw',
      stream: true,
      user: 'abc-123',
      input: [
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Read it' },
            {
              type: 'input_file',
              source: { type: 'base64', media_type: 'text/plain', data: NOTE, filename: 'note.txt' },
            },
          ],
        },
      ],
    },
    status: 200,
    has: 'event: response.completed',
  },
];

describe('requests of public programs', () => {
  let bench: ToolBench;
  beforeAll(async () => {
    const endpoints = { chatCompletions: { enabled: true }, responses: { enabled: true } };
    bench = await ToolBench.start({ config: { gateway: { http: { endpoints } } } });
    bench.models.answer = () => ({ steps: [{ text: 'Good day.' }] });
  });
  afterAll(() => bench.stop());

  const ask = (
    { path, headers, body }: Pick<Recorded, 'path' | 'headers' | 'body'>,
    token = TEST_TOKEN,
  ): Promise<Response> =>
    fetch(`${bench.gateway.http}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    });

  it.each(REQUESTS.map((request) => [request.client, request.what, request] as const))(
    '%s %s',
    async (_, __, request) => {
      const response = await ask(request);
      expect(response.status).toBe(request.status);
      expect(await response.text()).toContain(request.has);
    },
  );

  it('the port answers as programs of OpenClaw expect', async () => {
    const open = ['/healthz', '/readyz', '/startupz', '/startup'];
    for (const path of open) expect((await fetch(`${bench.gateway.http}${path}`)).status).toBe(200);
    const gone = await ask({ path: '/nothing/here' });
    expect([gone.status, gone.headers.get('content-type'), await gone.text()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      'Not Found',
    ]);
    expect(await (await ask({ path: '/api/diagnostics/prometheus' })).text()).toContain('# TYPE');
    const rpc = async (body: object): Promise<unknown> => (await ask({ path: '/api/v1/admin/rpc', body })).json();
    expect(await rpc({ id: 7, method: 'health' })).toMatchObject({ id: 7, ok: true, payload: { ok: true } });
    expect(await rpc({ id: 8, method: 'nothing' })).toMatchObject({
      id: 8,
      ok: false,
      error: { message: expect.any(String) },
    });
  });

  it('whoever guesses is told to wait, and the right token still works', async () => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt++)
      statuses.push((await ask({ path: '/v1/models' }, `wrong-${attempt}`)).status);
    expect(statuses.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 401));
    const late = await ask({ path: '/v1/models' }, 'wrong');
    expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect((await ask({ path: '/v1/models' })).status).toBe(200);
  });
});
