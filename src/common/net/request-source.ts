import type { IncomingMessage } from 'node:http';
import { type AddressSet, canonicalAddress, isLoopback, parseAddress, sourceOf } from './address';
import { forwardedClient, forwardedHost, isForwarded } from './forwarding';
import { type Host, hostOf, isLocalHost, isWithin, parseHost } from './host';
import { isSameOrigin, parseOrigin } from './origin';

/** What this gateway knows of the network around it. */
export interface NetFacts {
  /** Whose word on where a request comes from counts. */
  proxies: AddressSet;
  /** Origins of pages that may talk to it although it does not serve them. */
  allowedOrigins: readonly string[];
  /** What the machine calls itself, lower case. */
  machine: string;
  /** Set when Tailscale serves the gateway: then the machine's name in its tailnet is a name of the gateway. */
  isOnTailnet: boolean;
}

export interface RequestSource {
  /** For logs and people. */
  address: string;
  /** What limits are counted by. */
  source: string;
  /** On this machine and not through a proxy: may be paired silently. */
  local: boolean;
}

const TAILNET_DOMAIN = 'ts.net';
/** `<machine>.<tailnet>.ts.net` */
const TAILNET_LABELS = 4;

/** Where a request really comes from. What headers say of that counts from listed proxies only. */
export function requestSource(request: IncomingMessage, facts: NetFacts): RequestSource {
  const peer = parseAddress(request.socket.remoteAddress ?? '');
  if (!peer) return { ...named(request.socket.remoteAddress ?? ''), local: false };
  if (!isForwarded(request.headers)) {
    const isLocal = isLoopback(peer) && !isLikeRelayed(request, facts);
    return { ...named(peer.toString()), local: isLocal };
  }
  const client = facts.proxies.has(peer) ? forwardedClient(request.headers, facts.proxies) : undefined;
  // Whoever comes through a proxy is never this machine, whatever was forwarded.
  return { ...named((client ?? peer).toString()), local: false };
}

/**
 * What gives a proxy on this machine away although it sends no header of its own: it was asked for another name, it serves
 * a page of another name, or it speaks as only proxies do. One that shows none of this passes for a local client.
 */
function isLikeRelayed({ headers, httpVersion }: IncomingMessage, facts: NetFacts): boolean {
  const isOurs = (host: Host | undefined): boolean =>
    host !== undefined && (isLocalHost(host) || isOwnTailnetName(host, facts));
  const page = headers.origin === undefined ? undefined : parseOrigin(headers.origin);
  const isOwnPage = headers.origin === undefined || (page !== undefined && isOurs(hostOf(page)));
  return !isOurs(parseHost(headers.host)) || !isOwnPage || httpVersion === '1.0';
}

const named = (address: string): { address: string; source: string } => ({
  address: canonicalAddress(address),
  source: sourceOf(address),
});

/**
 * Decides whether a browser page may talk to us. Programs other than browsers send no Origin and pass.
 * A page passes when it was served by this very host, by this machine, or is listed in
 * `gateway.controlUi.allowedOrigins`. The Host must be an address or a name of ours, so that a foreign name that was
 * made to resolve to us (DNS rebinding) does not count as "this very host".
 * @returns undefined when allowed, else the reason.
 */
export function refuseOrigin(request: IncomingMessage, facts: NetFacts): string | undefined {
  const header = request.headers.origin;
  if (header === undefined) return undefined;
  const origin = parseOrigin(header);
  if (!origin) return `Origin ${JSON.stringify(header)} is not a web origin`;
  if (facts.allowedOrigins.some((entry) => isSameOrigin(entry, origin))) return undefined;

  const host = hostAskedFor(request, facts);
  if (!host || !isOwnName(host, facts))
    return `Host ${JSON.stringify(request.headers.host ?? '')} is not a name of this gateway`;
  const from = hostOf(origin);
  if ((from.name === host.name && from.port === host.port) || isLocalHost(from)) return undefined;
  return `Origin ${origin.origin} is not allowed; add it to gateway.controlUi.allowedOrigins`;
}

/** The host that the client named; a listed proxy tells it when it changed the header. */
function hostAskedFor(request: IncomingMessage, facts: NetFacts): Host | undefined {
  const peer = parseAddress(request.socket.remoteAddress ?? '');
  const isTold = request.headers['x-forwarded-host'] !== undefined && peer && facts.proxies.has(peer);
  return isTold ? forwardedHost(request.headers) : parseHost(request.headers.host);
}

function isOwnName(host: Host, facts: NetFacts): boolean {
  if (host.address || isLocalHost(host) || isOwnTailnetName(host, facts)) return true;
  const [label = ''] = facts.machine.split('.');
  return [facts.machine, label, `${label}.local`].includes(host.name);
}

function isOwnTailnetName({ name }: Host, { isOnTailnet, machine }: NetFacts): boolean {
  const labels = name.split('.');
  const isOurs = labels.length === TAILNET_LABELS && labels[0] === machine.split('.')[0];
  return isOnTailnet && isOurs && isWithin(name, TAILNET_DOMAIN);
}
