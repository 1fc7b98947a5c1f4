import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import type { ConfigService } from '../../src/config/config.service';
import fc from 'fast-check';
import { GuardedHttp, type Resolver } from '../../src/tools/web/guarded-http.service';
import { privateAddressReason } from '../../src/common/net/address';

const PRIVATE_V4 = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
];

/** Every way of writing an IPv4 address that some parser takes for it. */
function spellings(address: string): string[] {
  const parts = address.split('.').map(Number) as [number, number, number, number];
  const [a, b, c, d] = parts;
  const whole = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const hex = (value: number): string => value.toString(16);
  const pair = (high: number, low: number): string => hex((high << 8) | low);
  const fullWidth = address.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
  return [
    address,
    `${address}.`,
    String(whole),
    `0x${hex(whole)}`,
    `0${whole.toString(8)}`,
    parts.map((part) => `0${part.toString(8)}`).join('.'),
    parts.map((part) => `0x${hex(part)}`).join('.'),
    `${a}.${((b << 16) | (c << 8) | d) >>> 0}`,
    `${a}.${b}.${(c << 8) | d}`,
    address.replaceAll('.', '。'),
    address.replaceAll('.', '．'),
    fullWidth,
    address.replaceAll('.', '%2e'),
    `[::ffff:${address}]`,
    `[::ffff:${pair(a, b)}:${pair(c, d)}]`,
    `[64:ff9b::${pair(a, b)}:${pair(c, d)}]`,
    `[64:ff9b:1::${pair(a, b)}:${pair(c, d)}]`,
    `[2002:${pair(a, b)}:${pair(c, d)}::1]`,
    `[::${address}]`,
    `[2001:0:4136:e378:8000:63bf:${pair(a, b)}:${pair(c, d)}]`,
    `[2607:f8b0::5efe:${pair(a, b)}:${pair(c, d)}]`,
  ];
}

const OTHER_HOSTS = [
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[fe80::1]',
  '[fe80::1%25eth0]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[100::1]',
  '[2001:db8::1]',
  '[::ffff:0:127.0.0.1]',
  '[4000::1]',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.b.localhost',
  'printer.local',
  'router.lan',
  'metadata.google.internal',
  'vault.internal',
];

const SCHEMES = [
  'file:///etc/passwd',
  'ftp://example.com/x',
  'gopher://127.0.0.1:6379/_x',
  'data:text/plain,x',
  'javascript:alert(1)',
  'ws://127.0.0.1/',
  'unix:/var/run/docker.sock',
  'dict://127.0.0.1:11211/stat',
];

describe('the guarded HTTP client', () => {
  let canary: Server;
  let hits = 0;
  let port = 0;
  let redirector: Server;
  let base = '';
  const noConfig = { env: { get: () => undefined } } as unknown as ConfigService;
  const never: Resolver = () => Promise.reject(new Error('no lookup expected'));

  beforeAll(async () => {
    canary = createServer((_, response) => {
      hits++;
      response.end('canary');
    });
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    ({ port } = canary.address() as AddressInfo);
    redirector = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://x');
      if (url.pathname === '/large') response.end('x'.repeat(200_000));
      else if (url.pathname === '/hang') response.write('x');
      else if (url.pathname === '/plain') response.end(JSON.stringify(request.headers));
      else
        response.writeHead(Number(url.searchParams.get('code')), { location: url.searchParams.get('to') ?? '' }).end();
    });
    await new Promise<void>((resolve) => redirector.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(redirector.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    canary.close();
    redirector.closeAllConnections();
    redirector.close();
  });
  beforeEach(() => {
    hits = 0;
  });

  const http = (resolver: Resolver = never): GuardedHttp => new GuardedHttp(noConfig, resolver);
  const limits = { timeoutMs: 3000, maxBytes: 100_000 };
  const refusal = (run: Promise<unknown>): Promise<string> =>
    run.then(
      () => 'reached',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );
  const hosts = [...PRIVATE_V4.flatMap(spellings), ...OTHER_HOSTS];

  it('knows at least 200 spellings', () => expect(hosts.length).toBeGreaterThanOrEqual(200));

  it('refuses every spelling of a private address', async () => {
    const reached: string[] = [];
    for (const host of hosts) {
      const code = await refusal(http().request({ url: `http://${host}:${port}/`, ...limits }));
      if (code !== 'blocked_address' && code !== 'invalid_args') reached.push(`${host}: ${code}`);
    }
    expect(reached).toEqual([]);
    expect(hits).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])('refuses every spelling behind a redirect with %i', async (status) => {
    const reached: string[] = [];
    for (const host of hosts) {
      const ascii = host.replace(/[^\x20-\x7e]/g, (character) => encodeURIComponent(character));
      const to = encodeURIComponent(`http://${ascii}:${port}/`);
      const url = `${base}/?code=${status}&to=${to}`;
      const code = await refusal(http().request({ url, ...limits, trustedOrigins: [base] }));
      if (code !== 'blocked_address' && code !== 'invalid_args') reached.push(`${host}: ${code}`);
    }
    expect(reached).toEqual([]);
    expect(hits).toBe(0);
  });

  it.each(SCHEMES)('refuses %s', async (url) => {
    expect(['blocked_address', 'invalid_args']).toContain(await refusal(http().request({ url, ...limits })));
    const to = encodeURIComponent(url);
    const redirected = http().request({ url: `${base}/?code=302&to=${to}`, ...limits, trustedOrigins: [base] });
    expect(['blocked_address', 'invalid_args']).toContain(await refusal(redirected));
  });

  it('refuses names that resolve to a private address, also beside a public one', async () => {
    for (const answer of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], ['fd00::1']]) {
      const resolver: Resolver = () =>
        Promise.resolve(answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
      const code = await refusal(http(resolver).request({ url: `http://evil.example:${port}/`, ...limits }));
      expect([answer, code]).toEqual([answer, 'blocked_address']);
    }
    expect(hits).toBe(0);
  });

  it('connects to what it checked: a name that changes its address in between reaches nothing', async () => {
    let asked = 0;
    const flipping: Resolver = () =>
      Promise.resolve([{ address: asked++ === 0 ? '93.184.216.34' : '127.0.0.1', family: 4 }]);
    const client = http(flipping);
    await client.check(`http://rebind.example:${port}/`);
    expect(await refusal(client.request({ url: `http://rebind.example:${port}/`, ...limits }))).toBe('blocked_address');
    expect(hits).toBe(0);
  });

  it.each([22, 25, 6379, 5432, 11211])('refuses port %i', async (other) => {
    expect(await refusal(http().request({ url: `http://example.com:${other}/`, ...limits }))).toBe('blocked_address');
  });

  it('refuses user names in addresses', async () => {
    const url = `http://example.com@127.0.0.1:${port}/`;
    expect(['invalid_args', 'blocked_address']).toContain(await refusal(http().request({ url, ...limits })));
  });

  it('lets public addresses pass', () => {
    const open = [
      '8.8.8.8',
      '1.1.1.1',
      '93.184.216.34',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '192.167.0.1',
      '11.0.0.1',
      '2606:4700:4700::1111',
      '2a00:1450:4001::200e',
      '::ffff:8.8.8.8',
    ];
    expect(open.filter((address) => privateAddressReason(address) !== undefined)).toEqual([]);
  });

  it('reaches the canary without its guard', async () => {
    const origin = `http://127.0.0.1:${port}`;
    expect((await http().request({ url: `${origin}/`, ...limits, trustedOrigins: [origin] })).status).toBe(200);
    expect(hits).toBe(1);
  });

  it('stops at too many bytes, too many redirects and too much time', async () => {
    const trustedOrigins = [base];
    expect(await refusal(http().request({ url: `${base}/large`, ...limits, trustedOrigins }))).toBe('too_large');
    const cut = await http().request({ url: `${base}/large`, ...limits, truncate: true, trustedOrigins });
    expect([cut.body.length, cut.truncated]).toEqual([limits.maxBytes, true]);
    const loop = `${base}/?code=302&to=${encodeURIComponent('/?code=302&to=/plain')}`;
    expect(await refusal(http().request({ url: loop, ...limits, maxRedirects: 1, trustedOrigins }))).toBe(
      'upstream_error',
    );
    expect(await refusal(http().request({ url: `${base}/hang`, ...limits, timeoutMs: 100, trustedOrigins }))).toBe(
      'timeout',
    );
  });

  const at = (target: string, code = 307): string => `${base}/?code=${code}&to=${encodeURIComponent(target)}`;
  const HARMLESS = ['accept', 'accept-encoding', 'accept-language', 'content-type', 'range', 'user-agent'];

  it('gives another origin no header but those that only say what is wanted', async () => {
    const target = `http://localhost:${new URL(base).port}`;
    const names = fc.oneof(
      fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
      fc.constantFrom(
        'authorization',
        'x-api-key',
        'x-goog-api-key',
        'xi-api-key',
        'x-subscription',
        'cookie',
        'X-Auth',
        'accept',
      ),
    );
    const reserved = new Set([
      'host',
      'connection',
      'expect',
      'upgrade',
      'content-length',
      'transfer-encoding',
      'keep-alive',
    ]);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(names, { minLength: 1, maxLength: 5 }), async (list) => {
        const headers = Object.fromEntries(list.filter((name) => !reserved.has(name)).map((name) => [name, 'given']));
        const facts = { ...limits, headers, trustedOrigins: [base, target] };
        const read = async (url: string): Promise<Record<string, string>> =>
          JSON.parse((await http().request({ ...facts, url })).body.toString()) as Record<string, string>;
        const given = (seen: Record<string, string>): string[] =>
          Object.entries(seen)
            .filter(([, value]) => value === 'given')
            .map(([name]) => name)
            .sort();
        const sent = Object.keys(headers).map((name) => name.toLowerCase());
        expect(given(await read(at(`${target}/plain`)))).toEqual(sent.filter((name) => HARMLESS.includes(name)).sort());
        expect(given(await read(at('/plain')))).toEqual(sent.sort());
      }),
      { numRuns: 40 },
    );
  });

  it('gives another origin no body', async () => {
    const target = `http://localhost:${new URL(base).port}`;
    const facts = { ...limits, method: 'POST' as const, body: 'key=secret', trustedOrigins: [base, target] };
    for (const code of [307, 308])
      expect(await refusal(http().request({ ...facts, url: at(`${target}/plain`, code) }))).toBe('upstream_error');
    for (const url of [at('/plain'), at(`${target}/plain`, 303)])
      expect((await http().request({ ...facts, url })).status).toBe(200);
  });

  it('goes through the proxy that the operator named for an origin, and to no other origin through it', async () => {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, client: Socket) => {
      tunnels.push(request.url ?? '');
      const far = connect(Number(new URL(base).port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(far).pipe(client);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const trustedOrigins = ['http://files.invalid'];
    const one = await http().request({ url: 'http://files.invalid/plain', ...limits, trustedOrigins, proxy: address });
    expect(one.status).toBe(200);
    expect(tunnels).toEqual(['files.invalid:80']);
    expect(await refusal(http().request({ url: 'http://127.0.0.1/', ...limits, trustedOrigins, proxy: address }))).toBe(
      'blocked_address',
    );
    expect(tunnels).toHaveLength(1);
    proxy.closeAllConnections();
    proxy.close();
  });
});
