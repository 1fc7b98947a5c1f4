import { type Socket, connect } from 'node:net';
import { WebSocket } from 'ws';
import { UsedSignatures } from '../../src/gateway/connection/used-signatures';
import { CuttingProxy } from '../harness/cutting-proxy';
import { GatewayProcess, TEST_TOKEN, until } from '../harness/gateway-process';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';

/** Stands for a proxy that the owner has named. */
const PROXY = '127.0.0.77';

describe('before anybody is known', () => {
  let gateway: GatewayProcess;
  const open: (WireClient | WebSocket | Socket)[] = [];

  beforeAll(async () => {
    gateway = await GatewayProcess.start({
      config: {
        gateway: {
          auth: { mode: 'password', password: 'short-one' },
          trustedProxies: [PROXY],
          controlUi: { allowedOrigins: ['https://nest.example'] },
          http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } },
        },
        hooks: { enabled: true, token: 'hook-token' },
        channels: { webpage: { token: 'a-public-token-of-the-page' } },
      },
    });
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    for (const client of open.splice(0))
      if (client instanceof WireClient) client.close();
      else if (client instanceof WebSocket) client.terminate();
      else client.destroy();
  });

  const right = { auth: { password: 'short-one' } };
  const enter = async (): Promise<WireClient> => {
    const client = await WireClient.connected(gateway.url, right);
    open.push(client);
    return client;
  };
  /** All of 127.0.0.0/8 is this machine, and each of its addresses can be connected from. */
  const socketFrom = (localAddress: string, headers: Record<string, string> = {}): WebSocket => {
    const socket = new WebSocket(gateway.url, { localAddress, headers });
    socket.on('error', () => undefined);
    open.push(socket);
    return socket;
  };
  const answerFrom = (
    localAddress: string,
    params: Record<string, unknown>,
    headers: Record<string, string> = {},
  ): Promise<string> =>
    new Promise((resolve) => {
      const socket = socketFrom(localAddress, headers);
      socket.on('close', () => resolve('closed'));
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as {
          type: string;
          ok?: boolean;
          error?: { message: string; details?: { code: string } };
        };
        if (frame.type === 'event')
          socket.send(JSON.stringify({ type: 'req', id: '1', method: 'connect', params: connectParams(params) }));
        else resolve(frame.ok ? 'in' : (frame.error?.details?.code ?? frame.error?.message ?? ''));
      });
    });

  it('idle sockets keep nobody out: the oldest make room', async () => {
    const codes: number[] = [];
    for (let count = 0; count < 150; count++) {
      const socket = socketFrom(`127.0.0.${1 + (count % 3)}`);
      socket.on('close', (code) => codes.push(code));
      await new Promise((resolve) => socket.once('message', resolve));
    }
    const owner = await enter();
    expect((await owner.call('health')).ok).toBe(true);
    await until('the oldest to be gone', () => codes.length >= 80);
    expect(new Set(codes)).toEqual(new Set([1013]));
    // Who is known already is no candidate.
    for (let count = 0; count < 70; count++) socketFrom('127.0.0.1');
    await until('their sockets', () => open.length > 220);
    expect((await owner.call('health')).ok).toBe(true);
  });

  it('all of it at once keeps nobody out: silence, beginnings of requests, bodies without an end, guesses by a proxy', async () => {
    const known = await enter();
    const begun: Socket[] = [];
    const begin = (localAddress: string, text: string): void => {
      const socket = connect({ port: gateway.port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      socket.on('connect', () => socket.write(text));
      begun.push(socket);
      open.push(socket);
    };
    const head = (route: string, more: string): string => `POST ${route} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}`;
    for (let count = 0; count < 40; count++) {
      const from = `127.0.1.${1 + (count % 5)}`;
      socketFrom(from);
      begin(from, '');
      begin(from, 'GET /heal');
      begin(from, head('/hooks/agent', 'X-Never-'));
      begin(from, head(count % 2 === 0 ? '/rpc' : '/webpage/api/visit', 'Content-Length: 900\r\n\r\n{'));
      begin(from, head('/rpc', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{'));
      begin(
        from,
        'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n',
      );
    }
    const guess = (client: string, n: number): Promise<string> =>
      answerFrom(PROXY, { auth: { password: `flood-${n}` } }, { 'x-forwarded-for': client });
    const guesses = Array.from({ length: 24 }, (_, n) => guess(n % 2 === 0 ? '203.0.113.9' : `203.0.113.${20 + n}`, n));
    await until('the flood', () => begun.every(({ connecting }) => !connecting));

    // Who was there stays, and who comes now, from here and by the proxy, is let in and answered.
    expect((await known.call('health')).ok).toBe(true);
    expect((await (await enter()).call('health')).ok).toBe(true);
    expect(await answerFrom(PROXY, right, { 'x-forwarded-for': '198.51.100.4' })).toBe('in');
    // What a client writes in front of its own address is not believed: it neither locks out nor is locked out.
    expect(await answerFrom(PROXY, right, { 'x-forwarded-for': '203.0.113.9, 198.51.100.4' })).toBe('in');
    const asked = await fetch(`${gateway.http}/metrics`, { headers: { authorization: 'Bearer short-one' } });
    expect(asked.status).toBe(200);
    expect(await Promise.all(guesses)).not.toContain('in');
  });

  it('a signature without a nonce counts once', async () => {
    const device = new TestDevice();
    const first = await WireClient.open(gateway.url);
    const params = device.sign('v1', '', connectParams({ minProtocol: 3, maxProtocol: 3, ...right }));
    expect((await first.call('connect', params)).ok).toBe(true);
    const spelt = {
      ...params,
      device: {
        ...(params['device'] as object),
        signature: `${(params['device'] as { signature: string }).signature}==`,
      },
    };
    for (const replay of [params, spelt]) {
      const client = await WireClient.open(gateway.url);
      open.push(client);
      expect((await client.call('connect', replay)).error).toMatchObject({
        message: 'device signature was used before',
        details: { code: 'DEVICE_AUTH_SIGNATURE_USED' },
      });
    }
    first.close();
    const again = await WireClient.open(gateway.url);
    open.push(again);
    const fresh = device.sign('v1', '', connectParams({ minProtocol: 3, maxProtocol: 3, ...right }), {
      signedAt: Date.now() + 1,
    });
    expect((await again.call('connect', fresh)).ok).toBe(true);
  });

  it('signatures from before the start count as used, and their number has an end', () => {
    const used = new UsedSignatures(1000);
    expect(used.use('old', 999, 2000, 1500)).toBe(false);
    for (let count = 0; count < 10_000; count++) expect(used.use(`s${count}`, 1500, 2000, 1500)).toBe(true);
    expect(used.use('one more', 1500, 2000, 1500)).toBe(false);
    expect(used.use('later', 2500, 3000, 2500)).toBe(true);
  });

  it('a request that comes drop by drop is ended, on every route', async () => {
    const routes = [
      '/hooks/agent',
      '/webpage/api/visit',
      '/rpc',
      '/tools/invoke',
      '/mcp',
      '/channels/webhook/default',
      '/nowhere',
      '/voice/webhook',
    ];
    const texts = new Map<string, string>();
    const closed = routes.map(
      (route) =>
        new Promise<void>((resolve) => {
          const socket = connect(gateway.port, '127.0.0.1');
          open.push(socket);
          socket.write(
            `POST ${route} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`,
          );
          const drops = setInterval(() => socket.write(' '), 3000);
          socket.on('data', (data: Buffer) => texts.set(route, (texts.get(route) ?? '') + data.toString()));
          socket.on('error', () => undefined);
          socket.on('close', () => {
            clearInterval(drops);
            resolve();
          });
        }),
    );
    await Promise.all(closed);
    expect(texts.get('/hooks/agent')).toMatch(/^HTTP\/1\.1 408 /);
    expect((await fetch(`${gateway.http}/health`)).status).toBe(200);
  });

  it('figures need the password, and answers are taken for nothing but what they say they are', async () => {
    for (const headers of [
      {},
      { 'x-forwarded-host': 'localhost' },
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic c2hvcnQtb25l' },
    ])
      expect((await fetch(`${gateway.http}/metrics`, { headers: headers as Record<string, string> })).status).toBe(401);
    expect((await fetch(`${gateway.http}/metrics?token=short-one`)).status).toBe(401);
    const known = await fetch(`${gateway.http}/metrics`, { headers: { authorization: 'Bearer short-one' } });
    expect([known.status, await known.text()]).toEqual([200, expect.stringContaining('openclaw_ready 1') as string]);
    for (const path of ['/health', '/ready', '/metrics', '/rpc', '/hooks/wake', '/nowhere', '/webpage/api/messages'])
      expect([path, (await fetch(`${gateway.http}${path}`)).headers.get('x-content-type-options')]).toEqual([
        path,
        'nosniff',
      ]);
    const foreign = await fetch(`${gateway.http}/rpc`, {
      method: 'POST',
      headers: { origin: 'http://127.evil.example' },
    });
    expect(foreign.status).toBe(403);
  });

  describe('a proxy on this machine that tells nothing of its clients', () => {
    let proxy: CuttingProxy;
    beforeAll(async () => {
      proxy = await CuttingProxy.before('127.0.0.1', gateway.port);
    });
    afterAll(() => proxy.stop());
    /** As nginx asks unless it is told otherwise: under the name of whom it passes on to. */
    const asked = async (text: string): Promise<string> => {
      const socket = connect(proxy.port, '127.0.0.1');
      open.push(socket);
      socket.write(text.replaceAll('\n', '\r\n'));
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    };
    const rpc = (version: string, headers: string): Promise<string> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sessions.list' });
      return asked(
        `POST /rpc HTTP/${version}\nHost: 127.0.0.1:${gateway.port}\nConnection: close\n${headers}Content-Type: application/json\nContent-Length: ${body.length}\n\n${body}`,
      );
    };
    const SECRET = 'Authorization: Bearer short-one\n';

    it('opens nothing to them without a secret', async () => {
      const answers = [];
      for (const [method, path] of [
        ...[
          '/rpc',
          '/api/v1/admin/rpc',
          '/v1/chat/completions',
          '/v1/responses',
          '/v1/embeddings',
          '/tools/invoke',
        ].map((path) => ['POST', path]),
        ...['/mcp', '/hooks/wake', '/hooks/agent', '/channels/webhook/default', '/webpage/api/messages'].map((path) => [
          'POST',
          path,
        ]),
        ...['/v1/models', '/metrics', '/api/diagnostics/prometheus', '/media/1', '/webpage/api/messages'].map(
          (path) => ['GET', path],
        ),
      ]) {
        const answer = await asked(
          `${method} ${path} HTTP/1.1\nHost: 127.0.0.1:${gateway.port}\nConnection: close\nContent-Length: 2\n\n{}`,
        );
        answers.push([path, answer.slice(9, 12)]);
      }
      expect(answers.filter(([, status]) => !['400', '401', '403', '404', '405'].includes(status ?? ''))).toEqual([]);
      expect(answers.filter(([, status]) => status === '401').length).toBeGreaterThan(8);
      for (const path of ['/health', '/ready'])
        expect((await asked(`GET ${path} HTTP/1.1\nHost: localhost\nConnection: close\n\n`)).length).toBeLessThan(1500);

      const client = await WireClient.open(`ws://127.0.0.1:${proxy.port}`);
      open.push(client);
      const device = new TestDevice();
      const answer = await client.call('connect', device.sign('v3', client.nonce, connectParams({ auth: {} })));
      expect(answer.error?.details?.['code']).toBe('AUTH_PASSWORD_MISSING');
    });

    it('makes nobody local who comes by a page of another name, or as only proxies speak', async () => {
      expect(await rpc('1.1', SECRET)).toContain('"sessions"');
      expect(await rpc('1.1', `${SECRET}Origin: http://localhost:5173\n`)).toContain('"sessions"');
      for (const answer of [
        await rpc('1.0', SECRET),
        await rpc('1.1', `${SECRET}Origin: https://nest.example\n`),
        await rpc('1.1', `${SECRET}X-Forwarded-Prefix: /\n`),
      ])
        expect(answer).toContain('missing scope');

      const client = await WireClient.open(`ws://127.0.0.1:${proxy.port}`, { origin: 'https://nest.example' });
      open.push(client);
      const device = new TestDevice();
      const answer = await client.call('connect', device.sign('v3', client.nonce, connectParams(right)));
      expect(answer.error?.details?.['code']).toBe('PAIRING_REQUIRED');
    });
  });

  // Last: it uses up the tries of this machine.
  it('guessing is counted by machine, not by the addresses it has', async () => {
    const owned = new TestDevice();
    const first = await WireClient.open(gateway.url);
    open.push(first);
    expect((await first.call('connect', owned.sign('v3', first.nonce, connectParams(right)))).ok).toBe(true);

    const answers: string[] = [];
    for (let count = 0; count < 16; count++)
      answers.push(await answerFrom(`127.0.${count}.${2 + count}`, { auth: { password: `guess-${count}` } }));
    expect(answers.filter((code) => code === 'AUTH_PASSWORD_MISMATCH').length).toBeLessThanOrEqual(10);
    expect(answers.filter((code) => code === 'AUTH_RATE_LIMITED').length).toBeGreaterThan(0);
    // Of many at once few are judged, one after the other, and some get no verdict at all.
    const crowd = await Promise.all(
      Array.from({ length: 12 }, (_, n) => answerFrom(`127.1.1.${1 + n}`, { auth: { password: `crowd-${n}` } })),
    );
    expect(new Set(crowd)).toEqual(new Set(['AUTH_RATE_LIMITED']));
    // The right one gets in from there, by socket and by request, after a wait.
    expect(await answerFrom('127.9.9.9', right)).toBe('in');
    const asked = (bearer: string): Promise<number> =>
      fetch(`${gateway.http}/metrics`, { headers: { authorization: `Bearer ${bearer}` } }).then(({ status }) => status);
    // One more wrong one is told to wait.
    expect(await asked('short-two')).toBe(429);
    expect(await asked('short-one')).toBe(200);
    // Whoever has proved a paired device stands in no line: guesses that wait stay where they are until it is in, while
    // one more in their line would take the place of one of them at once. On a busy machine their time may come first.
    let isInBeforeThem = false;
    for (let round = 0; round < 10 && !isInBeforeThem; round++) {
      let verdicts = 0;
      const guesses = [1, 2].map((n) =>
        answerFrom(`127.2.${round}.${n}`, { auth: { password: `wait-${n}` } }).then(() => verdicts++),
      );
      const again = await WireClient.open(gateway.url);
      open.push(again);
      expect((await again.call('connect', owned.sign('v3', again.nonce, connectParams(right)))).ok).toBe(true);
      isInBeforeThem = verdicts === 0;
      await Promise.all(guesses);
    }
    expect(isInBeforeThem).toBe(true);
  }, 120_000);

  it('a paired device that guesses is slowed down too, and nobody else by it', async () => {
    const guesser = new TestDevice();
    const other = new TestDevice();
    const answers: string[] = [];
    const tryIn = async (device: TestDevice, password: string): Promise<string> => {
      const client = await WireClient.open(gateway.url);
      open.push(client);
      const params = connectParams({ scopes: ['operator.read'], auth: { password } });
      const answer = await client.call('connect', device.sign('v3', client.nonce, params));
      return answer.ok ? 'in' : String((answer.error?.details as { code?: string } | undefined)?.code);
    };
    for (const device of [guesser, other]) expect(await tryIn(device, 'short-one')).toBe('in');
    for (let count = 0; count < 14; count++) answers.push(await tryIn(guesser, `mine-${count}`));
    expect(answers.filter((code) => code === 'AUTH_PASSWORD_MISMATCH')).toHaveLength(10);
    expect(answers.slice(10)).toEqual(Array.from({ length: 4 }, () => 'AUTH_RATE_LIMITED'));
    // Its owner gets in by it after a wait, and by another one without.
    expect(await tryIn(other, 'short-one')).toBe('in');
    expect(await tryIn(guesser, 'short-one')).toBe('in');
  }, 120_000);
});

it('a secret that nobody can guess is let in after any number of wrong ones', async () => {
  const gateway = await GatewayProcess.start({});
  try {
    for (let count = 0; count < 25; count++) {
      const client = await WireClient.open(gateway.url);
      await client.call('connect', connectParams({ auth: { token: `wrong-${count}` } }));
      client.close();
    }
    const owner = await WireClient.connected(gateway.url);
    expect((await owner.call('health')).ok).toBe(true);
    owner.close();
    expect(
      (await fetch(`${gateway.http}/metrics`, { headers: { authorization: `Bearer ${TEST_TOKEN}` } })).status,
    ).toBe(200);
  } finally {
    await gateway.stop();
  }
});
