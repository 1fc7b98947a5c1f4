import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { hostName, isLoopbackAddress } from './client-address';

/**
 * Decides whether a browser page may talk to us. Programs other than browsers send no Origin and pass.
 * A page passes when it was served by this very host, by a loopback host, or is listed in
 * `gateway.controlUi.allowedOrigins`. The Host must be an address or a name of ours, so that a foreign name that was
 * made to resolve to us (DNS rebinding) does not count as "this very host".
 * @returns undefined when allowed, else the reason.
 */
export function refuseOrigin(request: IncomingMessage, allowedOrigins: readonly string[]): string | undefined {
  const header = request.headers.origin;
  if (header === undefined) return undefined;
  const origin = parseOrigin(header);
  if (!origin) return `Origin ${JSON.stringify(header)} is not a web origin`;
  if (allowedOrigins.some((entry) => sameOrigin(entry, origin))) return undefined;

  const host = request.headers.host ?? '';
  if (!isOwnHostName(hostName(host))) return `Host ${JSON.stringify(host)} is not a name of this gateway`;
  if (origin.host.toLowerCase() === host.trim().toLowerCase()) return undefined;
  const originName = hostName(origin.host);
  if (originName === 'localhost' || isLoopbackAddress(originName)) return undefined;
  return `Origin ${origin.origin} is not allowed; add it to gateway.controlUi.allowedOrigins`;
}

function parseOrigin(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  const isBare =
    url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '';
  return isWeb && isBare ? url : undefined;
}

const sameOrigin = (entry: string, origin: URL): boolean =>
  URL.canParse(entry) && new URL(entry).origin === origin.origin;

function isOwnHostName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    isIP(name) !== 0 ||
    name.endsWith('.ts.net') ||
    name === hostname().toLowerCase() ||
    name === `${hostname().toLowerCase()}.local`
  );
}
