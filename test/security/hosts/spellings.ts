import type { IncomingMessage } from 'node:http';
import { AddressSet } from '../../../src/common/net/address';
import type { NetFacts } from '../../../src/common/net/request-source';

export const never = (entry: string): never => {
  throw new Error(entry);
};
export const facts = (more: Partial<NetFacts> & { trusted?: string[] } = {}): NetFacts => ({
  proxies: AddressSet.of(more.trusted ?? [], never),
  allowedOrigins: [],
  machine: 'nest',
  isOnTailnet: false,
  ...more,
});
export const request = (headers: Record<string, string>, peer = '127.0.0.1'): IncomingMessage =>
  ({ headers, socket: { remoteAddress: peer } }) as unknown as IncomingMessage;

/** Spellings that begin, end or look like this machine, and are not. */
export const FOREIGN = [
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
export const OURS = [
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
