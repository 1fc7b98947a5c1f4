import type { IncomingHttpHeaders } from 'node:http';
import { type Address, type AddressSet, parseAddress } from './address';
import { type Host, parseHost } from './host';

/** Headers that proxies add. Whoever talks to the gateway directly sends none of them. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fly-client-ip',
  'fastly-client-ip',
  'tailscale-user-login',
  'tailscale-user-name',
  'x-forwarded',
  'forwarded-for',
  'x-forwarded-prefix',
  'x-forwarded-scheme',
  'x-forwarded-ssl',
  'x-original-forwarded-for',
  'x-original-host',
  'x-envoy-external-address',
  'x-azure-clientip',
  'x-appengine-user-ip',
  'x-vercel-forwarded-for',
  'x-nf-client-connection-ip',
  'do-connecting-ip',
  'cf-ray',
  'cdn-loop',
];

export const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  PROXY_HEADERS.some((name) => headers[name] !== undefined);

/**
 * The right-most hop that no trusted proxy stands for: what is left of it was written by the client itself. Undefined
 * where it is not told, or not told in one voice.
 */
export function forwardedClient(headers: IncomingHttpHeaders, proxies: AddressSet): Address | undefined {
  const chains = [forwardedForOf(headers), standardForOf(headers)].filter((chain) => chain !== undefined);
  const told = chains.map((hops) => lastHop(hops, proxies));
  // A proxy that writes this header alone passes on whatever the client wrote into the others.
  const real = lastHop(realIpOf(headers), proxies);
  const [first, ...others] = real ? [real, ...told] : told;
  return others.every((other) => other?.toString() === first?.toString()) ? first : undefined;
}

/** The host that the nearest proxy was asked for. */
export function forwardedHost(headers: IncomingHttpHeaders): Host | undefined {
  return parseHost(listOf(headers['x-forwarded-host']).at(-1));
}

function lastHop(hops: readonly (Address | undefined)[], proxies: AddressSet): Address | undefined {
  return hops.findLast((hop) => hop === undefined || !proxies.has(hop));
}

function forwardedForOf(headers: IncomingHttpHeaders): (Address | undefined)[] | undefined {
  const header = headers['x-forwarded-for'];
  return header === undefined ? undefined : listOf(header).map(parseHop);
}

/**
 * RFC 7239: `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"`. A chain that breaks its grammar anywhere tells nothing:
 * a quote that a client leaves open would hide what the proxy added behind it.
 */
function standardForOf(headers: IncomingHttpHeaders): (Address | undefined)[] | undefined {
  if (headers.forwarded === undefined) return undefined;
  return (
    elementsOf(headers.forwarded)?.map((names) => (names.length === 1 ? parseHop(names[0] ?? '') : undefined)) ?? []
  );
}

/** `for=` of each element, unquoted; undefined where the header is malformed. */
function elementsOf(header: string): string[][] | undefined {
  const pair = /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")[ \t]*)?([;,]|$)/y;
  const elements: string[][] = [[]];
  for (;;) {
    const [, name, token, quoted, end] = pair.exec(header) ?? [];
    if (end === undefined) return undefined;
    const value = token ?? quoted?.replace(/\\(.)/g, '$1');
    if (name?.toLowerCase() === 'for' && value !== undefined) elements.at(-1)?.push(value);
    if (end === ',') elements.push([]);
    if (end === '') return elements;
  }
}

const realIpOf = (headers: IncomingHttpHeaders): (Address | undefined)[] => listOf(headers['x-real-ip']).map(parseHop);

const listOf = (header: string | string[] | undefined): string[] =>
  header === undefined
    ? []
    : [header]
        .flat()
        .join(',')
        .split(',')
        .map((entry) => entry.trim());

/** An address, maybe with a port; nothing that merely could be read as one. */
function parseHop(text: string): Address | undefined {
  const plain = parseAddress(text);
  if (plain) return plain;
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon);
  const isPort = Number.isInteger(Number(text.slice(colon + 1))) && text.length - colon > 1;
  // An IPv6 address has a port only behind brackets.
  return colon > 0 && isPort && (host.startsWith('[') || !host.includes(':')) ? parseAddress(host) : undefined;
}
