import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';
import { type Frame, WireClient } from '../harness/wire-client';

type Expected = Record<string, unknown> | Record<string, unknown>[] | undefined;

const error = (code: number, id: unknown = null, message: unknown = expect.any(String)): Record<string, unknown> => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
});
const result = (id: unknown): Record<string, unknown> => ({ jsonrpc: '2.0', id, result: expect.anything() });
const call = (id: unknown, method = 'health', params?: unknown): Record<string, unknown> => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params === undefined ? {} : { params }),
});
const notice = (method: string, params?: unknown): Record<string, unknown> => ({
  jsonrpc: '2.0',
  method,
  ...(params === undefined ? {} : { params }),
});

/** [what it is, what is sent, what comes back: undefined is silence]. */
const EXCHANGES: [string, unknown, Expected][] = [
  // The specification's own examples, with methods that exist here.
  [
    'a call with positional parameters of a method that takes named ones',
    call(1, 'health', [42, 23]),
    error(-32602, 1),
  ],
  ['a call with named parameters', call(3, 'chat.history', { sessionKey: 'main', limit: 1 }), result(3)],
  ['a notification with parameters', notice('update', [1, 2, 3, 4, 5]), undefined],
  ['a notification without parameters', notice('foobar'), undefined],
  ['a method that does not exist', call('1', 'foobar'), error(-32601, '1')],
  [
    'text that is not valid JSON',
    '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    error(-32700, null, 'Parse error'),
  ],
  ['an invalid request object', { jsonrpc: '2.0', method: 1, params: 'bar' }, error(-32600)],
  [
    'a batch that is not valid JSON',
    '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]',
    error(-32700, null, 'Parse error'),
  ],
  ['an empty batch', [], error(-32600, null, 'Invalid Request: a batch must not be empty')],
  ['an invalid batch', [1], [error(-32600)]],
  ['an invalid batch of three', [1, 2, 3], [error(-32600), error(-32600), error(-32600)]],
  [
    'a mixed batch',
    [
      call('1', 'health'),
      notice('notify_hello', [7]),
      call('2', 'status'),
      { foo: 'boo' },
      call('5', 'foo.get', { name: 'myself' }),
      call('9', 'health'),
    ],
    [result('1'), result('2'), error(-32600), error(-32601, '5'), result('9')],
  ],
  ['a batch of notifications', [notice('notify_sum', [1, 2, 4]), notice('notify_hello', [7])], undefined],
  // Ids.
  ['an id null', call(null), result(null)],
  ['an id 0', call(0), result(0)],
  ['an empty id', call(''), result('')],
  ['a huge id', call(1e30), result(1e30)],
  ['a fractional id', call(1.5), result(1.5)],
  ['a negative id', call(-7), result(-7)],
  ['an id with a lone surrogate', '{"jsonrpc":"2.0","id":"\\ud800","method":"health"}', result('\ud800')],
  ['an id of 10,000 characters', call('x'.repeat(10_000)), result('x'.repeat(10_000))],
  ['an object as id', call({ a: 1 }), error(-32600, null, 'Invalid Request: id must be a string, a number or null')],
  ['a list as id', call([1]), error(-32600, null, 'Invalid Request: id must be a string, a number or null')],
  ['a boolean as id', call(true), error(-32600, null, 'Invalid Request: id must be a string, a number or null')],
  // Version.
  [
    'no version in an open connection',
    { id: 1, method: 'health' },
    error(-32600, 1, 'Invalid Request: jsonrpc must be "2.0"'),
  ],
  [
    'version 1.0',
    { jsonrpc: '1.0', id: 1, method: 'health' },
    error(-32600, 1, 'Invalid Request: jsonrpc must be "2.0"'),
  ],
  ['a number as version', { jsonrpc: 2.0, id: 1, method: 'health' }, error(-32600, 1)],
  // Method.
  ['no method', { jsonrpc: '2.0', id: 1 }, error(-32600, 1, 'Invalid Request: method must be a string')],
  ['a method null', { jsonrpc: '2.0', id: 1, method: null }, error(-32600, 1)],
  ['an empty method', call(1, ''), error(-32601, 1)],
  ['a method of Object', call(1, 'constructor'), error(-32601, 1)],
  ['a method of the prototype', call(1, '__proto__'), error(-32601, 1)],
  ['a reserved method', call(1, 'rpc.discover'), error(-32601, 1)],
  ['a second connect', call(1, 'connect', {}), error(-32004, 1, 'connect is only valid as the first request')],
  // Parameters.
  [
    'parameters null',
    '{"jsonrpc":"2.0","id":1,"method":"health","params":null}',
    error(-32600, 1, 'Invalid Request: params must be an object or an array'),
  ],
  ['a text as parameters', call(1, 'health', 'x'), error(-32600, 1)],
  ['a number as parameters', call(1, 'health', 5), error(-32600, 1)],
  ['empty parameters', call(1, 'health', {}), result(1)],
  [
    'an unknown parameter',
    call(1, 'chat.abort', { sessionKey: 'main', colour: 'red' }),
    error(-32602, 1, "invalid chat.abort params: at root: unexpected property 'colour'"),
  ],
  [
    'a missing parameter',
    call(1, 'chat.abort', {}),
    error(-32602, 1, "invalid chat.abort params: must have required property 'sessionKey'"),
  ],
  [
    'a parameter of the wrong type',
    call(1, 'chat.abort', { sessionKey: 5 }),
    error(-32602, 1, 'invalid chat.abort params: at /sessionKey: must be string'),
  ],
  [
    'a parameter called __proto__',
    '{"jsonrpc":"2.0","id":1,"method":"health","params":{"__proto__":{"admin":true}}}',
    result(1),
  ],
  // Answers and odd values.
  ['an answer of the client', { jsonrpc: '2.0', id: 1, result: 5 }, undefined],
  ['an error of the client', { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } }, undefined],
  ['a text', '"health"', error(-32600)],
  ['a number', '5', error(-32600)],
  ['null', 'null', error(-32600)],
  ['an empty object', {}, error(-32600)],
  ['nothing', '', error(-32700, null, 'Parse error')],
  ['white space', ' \n ', error(-32700)],
  ['JSON with white space around it', `\n ${JSON.stringify(call(1))} \n`, result(1)],
  ['two values in one frame', `${JSON.stringify(call(1))}${JSON.stringify(call(2))}`, error(-32700)],
  ['a nested batch', [[call(1)]], [error(-32600)]],
  ['a batch with null', [null], [error(-32600)]],
  [
    'a batch of 100',
    Array.from({ length: 100 }, (_, id) => call(id)),
    Array.from({ length: 100 }, (_, id) => result(id)),
  ],
  [
    'a batch of 101',
    Array.from({ length: 101 }, (_, id) => call(id)),
    error(-32600, null, 'Invalid Request: a batch holds at most 100 requests'),
  ],
  ['the same id twice in a batch', [call(1), call(1)], [result(1), result(1)]],
  [
    'JSON that is nested 10,000 deep',
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    error(-32600, null, 'Invalid Request: nested too deeply'),
  ],
  // A notification is never answered, whatever is wrong with it.
  ['a notification of a method that fails', notice('chat.abort', { sessionKey: 5 }), undefined],
  ['a notification of connect', notice('connect', {}), undefined],
  ['a batch with a failing notification', [notice('chat.abort', {}), call(4)], [result(4)]],
];

describe('JSON-RPC 2.0', () => {
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await GatewayProcess.start();
  });
  afterAll(() => gateway.stop());

  const byId = (values: Record<string, unknown>[]): string[] =>
    values.map((value) => JSON.stringify([value['id'], 'result' in value ? 'result' : 'error'])).sort();
  const check = (answer: unknown, expected: Expected): void => {
    if (!Array.isArray(expected)) {
      expect(answer).toMatchObject(expected ?? {});
      return;
    }
    // The answers of a batch may come in any order.
    const answers = answer as Record<string, unknown>[];
    expect(byId(answers)).toEqual(byId(expected));
    for (const wanted of expected.filter((entry) => 'error' in entry)) {
      expect(answers).toContainEqual(
        expect.objectContaining({ id: wanted['id'], error: expect.objectContaining(wanted['error'] as object) }),
      );
    }
  };
  const textOf = (sent: unknown): string => (typeof sent === 'string' ? sent : JSON.stringify(sent));

  it.each(EXCHANGES)('over WebSocket: %s', async (_, sent, expected) => {
    const client = await WireClient.jsonRpc(gateway.url);
    const before = client.frames.length;
    client.send(textOf(sent));
    client.send(call('after'));
    await client.answerTo('after');
    await client.settled();
    const answers = (client.frames.slice(before) as (Frame | Frame[])[]).filter(
      (frame) => Array.isArray(frame) || (frame.method === undefined && frame.id !== 'after'),
    );
    client.close();
    expect(answers).toHaveLength(expected === undefined ? 0 : 1);
    if (expected !== undefined) check(answers[0], expected);
  });

  it.each(EXCHANGES.filter(([what]) => what !== 'nothing'))('over HTTP: %s', async (_, sent, expected) => {
    const response = await fetch(`${gateway.http}/rpc`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json' },
      body: textOf(sent),
    });
    const text = await response.text();
    if (expected === undefined) {
      expect([response.status, text]).toEqual([204, '']);
      return;
    }
    expect(response.status).toBe(200);
    check(JSON.parse(text), expected);
  });

  it('needs a bearer token over HTTP', async () => {
    for (const headers of [undefined, { authorization: 'Bearer wrong' }, { authorization: TEST_TOKEN }]) {
      const response = await fetch(`${gateway.http}/rpc`, {
        method: 'POST',
        ...(headers ? { headers } : {}),
        body: textOf(call(1)),
      });
      expect(response.status).toBe(401);
    }
    const foreign = await fetch(`${gateway.http}/rpc`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_TOKEN}`, origin: 'https://evil.example' },
      body: textOf(call(1)),
    });
    expect(foreign.status).toBe(403);
  });

  it('sends events as notifications', async () => {
    const client = await WireClient.jsonRpc(gateway.url);
    client.send(call('c', 'chat.send', { sessionKey: 'rpc-events', message: 'help', idempotencyKey: 'rpc-events-1' }));
    await client.answerTo('c');
    const isFinal = (frame: Frame): boolean =>
      frame.method === 'chat' && (frame.params?.['payload'] as { state?: string })?.state === 'final';
    await until('the final event', () => client.frames.some(isFinal));
    for (const frame of client.frames.filter((entry) => entry.method !== undefined)) {
      expect(frame.jsonrpc).toBe('2.0');
      expect(frame).not.toHaveProperty('id');
    }
    client.close();
  });
});
