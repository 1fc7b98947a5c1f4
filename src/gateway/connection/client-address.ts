import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** IPv4-mapped IPv6 addresses become IPv4, zones are dropped, letters are lower-cased. */
export function canonicalAddress(address: string): string {
  const plain = (address.split('%')[0] ?? '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  return mapped?.[1] ?? plain;
}

export function isLoopbackAddress(address: string): boolean {
  const canonical = canonicalAddress(address);
  return canonical === '::1' || /^127\./.test(canonical);
}

/** Host without port, brackets and case. */
export function hostName(header: string | undefined): string {
  const host = (header ?? '').trim().toLowerCase();
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  const colon = host.lastIndexOf(':');
  return colon >= 0 && /^\d*$/.test(host.slice(colon + 1)) && isIP(host) !== 6 ? host.slice(0, colon) : host;
}

const FORWARDING_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-forwarded-host'] as const;

export interface ClientAddress {
  /** Canonical address that limits and logs are keyed on. */
  address: string;
  /** On this machine and not through a proxy: may be paired silently. */
  local: boolean;
}

/** Where a request really comes from. Forwarded addresses count only from listed proxies. */
export function clientAddress(request: IncomingMessage, trustedProxies: readonly string[]): ClientAddress {
  const peer = canonicalAddress(request.socket.remoteAddress ?? '');
  const forwarded = FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined);
  if (forwarded && trustedProxies.map(canonicalAddress).includes(peer)) {
    const chain = String(request.headers['x-forwarded-for'] ?? request.headers['x-real-ip'] ?? '');
    const original = canonicalAddress(chain.split(',')[0]?.trim() ?? '');
    return { address: isIP(original) ? original : peer, local: isLoopbackAddress(original) };
  }
  const host = hostName(request.headers.host);
  const localName = host === 'localhost' || isLoopbackAddress(host) || host.endsWith('.ts.net');
  return { address: peer, local: isLoopbackAddress(peer) && localName && !forwarded };
}
