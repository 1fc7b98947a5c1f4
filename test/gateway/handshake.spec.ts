import { GatewayProcess, TEST_TOKEN } from '../harness/gateway-process';
import { TestDevice, WireClient, connectParams } from '../harness/wire-client';

describe('handshake', () => {
  let gateway: GatewayProcess;
  const open: WireClient[] = [];

  beforeAll(async () => {
    gateway = await GatewayProcess.start({
      config: { gateway: { auth: { mode: 'token', token: TEST_TOKEN }, trustedProxies: ['127.0.0.1'] } },
    });
  });
  afterAll(() => gateway.stop());
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });

  /** As seen through a proxy, this client is not on the gateway's machine. */
  const FAR = { 'x-forwarded-for': '203.0.113.7' };
  const socket = async (headers: Record<string, string> = {}): Promise<WireClient> => {
    const client = await WireClient.open(gateway.url, headers);
    open.push(client);
    return client;
  };
  const refused = async (params: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const client = await socket(headers);
    const answer = await client.call('connect', params);
    return { answer, close: await client.closing() };
  };

  describe('of clients that are let in', () => {
    it('starts with a challenge and answers hello-ok in the revision that both speak', async () => {
      for (const [minProtocol, maxProtocol, expected] of [
        [3, 3, 3],
        [3, 4, 4],
        [4, 9, 4],
      ]) {
        const client = await socket();
        expect(client.frames[0]).toMatchObject({
          type: 'event',
          event: 'connect.challenge',
          payload: { nonce: expect.any(String), ts: expect.any(Number) },
        });
        const { ok, payload } = await client.call('connect', connectParams({ minProtocol, maxProtocol }));
        expect(ok).toBe(true);
        expect(payload).toMatchObject({
          type: 'hello-ok',
          protocol: expected,
          server: { version: expect.any(String), connId: expect.any(String) },
          features: {
            methods: expect.arrayContaining(['health', 'chat.send']),
            events: expect.arrayContaining(['tick']),
          },
          snapshot: { presence: expect.any(Array), stateVersion: expect.any(Object) },
          policy: { maxPayload: expect.any(Number), tickIntervalMs: 30_000 },
        });
      }
    });

    it('accepts a device of either revision and gives it a token that works later without the secret', async () => {
      for (const [form, protocol] of [
        ['v2', 3],
        ['v3', 4],
      ] as const) {
        const device = new TestDevice();
        const first = await socket();
        const versions = { minProtocol: protocol, maxProtocol: protocol };
        const hello = await first.call('connect', device.sign(form, first.nonce, connectParams(versions)));
        expect(hello.ok).toBe(true);
        const token = (hello.payload?.['auth'] as { deviceToken: string }).deviceToken;
        expect(token).toMatch(/^.{20,}$/);

        const second = await socket();
        const again = await second.call(
          'connect',
          device.sign(form, second.nonce, connectParams({ ...versions, auth: { token } })),
        );
        expect(again.ok).toBe(true);

        const stolen = await refused(connectParams({ ...versions, auth: { token } }));
        expect(stolen.answer.error?.message).toContain('unauthorized');
      }
    });

    it('gives no more scopes than were asked for', async () => {
      const reader = await WireClient.connected(gateway.url, { scopes: ['operator.read'] });
      open.push(reader);
      expect((await reader.call('health')).ok).toBe(true);
      expect((await reader.call('chat.abort', { sessionKey: 'main' })).error).toMatchObject({
        code: 'FORBIDDEN',
        message: 'missing scope: operator.write',
      });
      const old = await WireClient.connected(gateway.url, { maxProtocol: 3, scopes: ['operator.read'] });
      open.push(old);
      expect((await old.call('chat.abort', { sessionKey: 'main' })).error).toMatchObject({
        code: 'INVALID_REQUEST',
        message: 'missing scope: operator.write',
      });
    });

    it('takes a JSON-RPC client with credentials alone', async () => {
      const client = await socket();
      client.send({ jsonrpc: '2.0', id: 1, method: 'connect', params: { auth: { token: TEST_TOKEN } } });
      expect((await client.answerTo(1 as never)).result).toMatchObject({ type: 'hello-ok', protocol: 4 });
    });
  });

  describe('refuses, tells why, and closes', () => {
    it.each<[string, Record<string, unknown>, Record<string, unknown>, number]>([
      [
        'a future revision',
        { minProtocol: 5, maxProtocol: 9 },
        { code: 'INVALID_REQUEST', message: 'protocol mismatch', details: { code: 'PROTOCOL_MISMATCH' } },
        1002,
      ],
      ['a role that does not exist', { role: 'king' }, { message: 'invalid role' }, 1008],
      [
        'a wrong token',
        { auth: { token: 'wrong' } },
        {
          message:
            "unauthorized: gateway token mismatch (it must equal gateway.auth.token of the gateway's configuration)",
          details: { code: 'AUTH_TOKEN_MISMATCH' },
        },
        1008,
      ],
      ['no credentials and no device', { auth: {} }, { code: 'NOT_PAIRED', message: 'device identity required' }, 1008],
      [
        'an unknown client',
        { client: { id: 'stranger', version: '1', platform: 'x', mode: 'test' } },
        { message: expect.stringMatching(/^invalid connect params: at \/client\/id: must be one of "webchat-ui"/) },
        1008,
      ],
      [
        'an unknown property',
        { colour: 'red' },
        { message: "invalid connect params: at root: unexpected property 'colour'" },
        1008,
      ],
    ])('%s', async (_, more, error, code) => {
      const { answer, close } = await refused(connectParams(more));
      expect(answer.ok).toBe(false);
      expect(answer.error).toMatchObject(error);
      expect(close.code).toBe(code);
      expect(close.reason.length).toBeGreaterThan(0);
    });

    it('missing properties by name', async () => {
      const { answer } = await refused({ minProtocol: 3, maxProtocol: 4 });
      expect(answer.error?.message).toBe("invalid connect params: must have required property 'client'");
    });

    it.each<[string, (device: TestDevice, nonce: string) => Record<string, unknown>, string]>([
      [
        'an old signature',
        (d, n) => d.sign('v3', n, connectParams(), { signedAt: Date.now() - 700_000 }),
        'device signature expired',
      ],
      ['a replayed nonce', (d) => d.sign('v3', 'another-nonce', connectParams()), 'device nonce mismatch'],
      ['no nonce', (d, n) => d.sign('v1', n, connectParams()), 'device nonce required'],
      [
        'other scopes than were signed',
        (d, n) => ({ ...d.sign('v3', n, connectParams({ scopes: ['operator.read'] })), scopes: ['operator.admin'] }),
        'device signature invalid',
      ],
      [
        'the id of another device',
        (d, n) => {
          const params = d.sign('v3', n, connectParams());
          return { ...params, device: { ...(params['device'] as object), id: new TestDevice().id } };
        },
        'device identity mismatch',
      ],
      [
        'something that is no key',
        (d, n) => {
          const params = d.sign('v3', n, connectParams());
          return { ...params, device: { ...(params['device'] as object), publicKey: 'AAAA' } };
        },
        'device public key invalid',
      ],
    ])('a device with %s', async (_, paramsFor, message) => {
      const client = await socket();
      const answer = await client.call('connect', paramsFor(new TestDevice(), client.nonce));
      expect(answer.error).toMatchObject({ code: 'INVALID_REQUEST', message });
      expect((await client.closing()).code).toBe(1008);
    });

    it('a first request that is not connect, in both dialects', async () => {
      const openclaw = await socket();
      expect((await openclaw.call('health')).error?.message).toBe('invalid handshake: first request must be connect');
      expect((await openclaw.closing()).code).toBe(1008);
      const rpc = await socket();
      rpc.send({ jsonrpc: '2.0', id: 5, method: 'health' });
      expect((await rpc.answerTo(5 as never)).error).toMatchObject({
        code: -32001,
        message: 'unauthorized: invalid handshake: first request must be connect',
      });
    });

    it('a device from afar until somebody has approved it', async () => {
      const device = new TestDevice();
      const first = await socket(FAR);
      const answer = await first.call('connect', device.sign('v3', first.nonce, connectParams()));
      expect(answer.error).toMatchObject({
        code: 'NOT_PAIRED',
        message: 'pairing required',
        details: { code: 'PAIRING_REQUIRED', requestId: expect.any(String) },
      });
      const owner = await WireClient.connected(gateway.url);
      open.push(owner);
      const requestId = answer.error?.details?.['requestId'];
      expect((await owner.call('device.pair.list')).payload?.['pending']).toMatchObject([{ requestId }]);
      expect((await owner.call('device.pair.approve', { requestId })).ok).toBe(true);

      const second = await socket(FAR);
      expect((await second.call('connect', device.sign('v3', second.nonce, connectParams()))).ok).toBe(true);

      await owner.call('device.pair.remove', { deviceId: device.id });
      const third = await socket(FAR);
      expect((await third.call('connect', device.sign('v3', third.nonce, connectParams()))).error?.message).toBe(
        'pairing required',
      );
    });

    it('a device that comes with a pairing code, but for the first time that it is shown', async () => {
      const owner = await WireClient.connected(gateway.url, { scopes: ['operator.read', 'operator.pairing'] });
      open.push(owner);
      const code = String((await owner.call('device.pair.code')).payload?.['code']);
      const come = async (bootstrapToken: string, device = new TestDevice()) => {
        const client = await socket(FAR);
        const scopes = ['operator.admin', 'operator.read'];
        const params = connectParams({ scopes, auth: { bootstrapToken } });
        return client.call('connect', device.sign('v3', client.nonce, params));
      };
      expect((await come(`${code}x`)).error?.details?.['code']).toBe('AUTH_BOOTSTRAP_TOKEN_INVALID');
      const device = new TestDevice();
      const first = await come(code, device);
      // Nobody hands out more than they hold.
      expect(first.payload).toMatchObject({ auth: { scopes: ['operator.read'], deviceToken: expect.any(String) } });
      expect((await come(code)).error?.details?.['code']).toBe('AUTH_BOOTSTRAP_TOKEN_INVALID');
      const again = await socket(FAR);
      const { deviceToken } = first.payload?.['auth'] as { deviceToken: string };
      const params = connectParams({ scopes: ['operator.read'], auth: { deviceToken } });
      expect((await again.call('connect', device.sign('v3', again.nonce, params))).ok).toBe(true);

      const second = String((await owner.call('device.pair.code')).payload?.['code']);
      expect((await owner.call('device.pair.code.cancel')).ok).toBe(true);
      expect((await come(second)).error?.details?.['code']).toBe('AUTH_BOOTSTRAP_TOKEN_INVALID');
      await owner.call('device.pair.remove', { deviceId: device.id });
    });

    it('pages of other sites', async () => {
      const client = await WireClient.open(gateway.url, { origin: 'https://evil.example' });
      open.push(client);
      expect(client.frames).toEqual([]);
    });
  });

  it('closes a device whose token is revoked, with a code that says so', async () => {
    const device = new TestDevice();
    const client = await socket();
    await client.call('connect', device.sign('v3', client.nonce, connectParams()));
    const owner = await WireClient.connected(gateway.url);
    open.push(owner);
    expect((await owner.call('device.token.revoke', { deviceId: device.id, role: 'operator' })).ok).toBe(true);
    expect((await client.closing()).code).toBe(4001);
  });

  it('slows down whoever guesses passwords, loopback included', async () => {
    const weak = await GatewayProcess.start({
      config: { gateway: { auth: { mode: 'password', password: 'short-one' } } },
    });
    try {
      const attempt = async (password: string) => {
        const client = await WireClient.open(weak.url);
        open.push(client);
        return client.call('connect', connectParams({ auth: { password } }));
      };
      for (let count = 0; count < 10; count++) {
        expect((await attempt(`guess-${count}`)).error?.details?.['code']).toBe('AUTH_PASSWORD_MISMATCH');
      }
      expect((await attempt('guess-again')).error).toMatchObject({
        message: expect.stringMatching(/^unauthorized: too many failed logins, try again in \d+ s$/),
        retryable: true,
        retryAfterMs: expect.any(Number),
      });
      expect((await attempt('short-one')).ok).toBe(true);
    } finally {
      await weak.stop();
    }
  });
});
