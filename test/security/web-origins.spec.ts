import fc from 'fast-check';
import { AddressSet, parseAddress } from '../../src/common/net/address';
import { isSameOrigin, parseOrigin } from '../../src/common/net/origin';
import { refuseOrigin, requestSource } from '../../src/common/net/request-source';
import {} from '../../src/skills/trust/addresses-in';

import { FOREIGN, facts, never, request } from './hosts/spellings';

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
    [
      'a single header, and what the client wrote',
      { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '8.8.8.8' },
      '127.0.0.1',
    ],
    ['a single header of a proxy', { 'x-real-ip': '10.1.2.3', 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7'],
    ['a quote that the client left open', { forwarded: 'for=8.8.8.8;x=", for=203.0.113.7' }, '127.0.0.1'],
    ['one that the proxy closed', { forwarded: 'for=8.8.8.8;x=", for="[2001:db8::7]:80"' }, '127.0.0.1'],
    ['an escaped quote', { forwarded: 'by="a\\", for=8.8.8.8";for="203.0.113\\.7"' }, '203.0.113.7'],
    ['words behind a quote', { forwarded: 'for="203.0.113.7"x' }, '127.0.0.1'],
    ['a hidden hop', { forwarded: 'for=8.8.8.8, for=_hidden' }, '127.0.0.1'],
    ['an unknown one', { forwarded: 'for=8.8.8.8, for=unknown' }, '127.0.0.1'],
    ['a name in capitals', { forwarded: 'For=8.8.8.8,,FOR=203.0.113.7;proto=https;' }, '203.0.113.7'],
  ])('%s', (_, headers, address) => {
    expect(addressBehind(headers)).toMatchObject({ address, local: false });
  });

  it('is what the proxy added, or nothing, whatever the client wrote before it', () => {
    const piece = fc.constantFrom('for=', '8.8.8.8', '"', '\\', ';', ',', ' ', 'x=', '[2001:db8::8]', ':80', 'by', '=');
    const added = fc.constantFrom('203.0.113.7', '"203.0.113.7:80"', '203.0.113.7;proto=https;host="a:80"');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), added, (pieces, hop) => {
        const written = pieces.join('');
        for (const headers of [
          { forwarded: `${written}, for=${hop}` },
          { 'x-forwarded-for': `${written}, 203.0.113.7` },
          { forwarded: written, 'x-real-ip': '203.0.113.7' },
        ] as Record<string, string>[])
          expect(['203.0.113.7', '127.0.0.1']).toContain(addressBehind(headers).address);
      }),
      { numRuns: 3000 },
    );
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
