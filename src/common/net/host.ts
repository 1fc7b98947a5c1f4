import { type Address, isLoopback, parseAddress } from './address';

/** A host as it is written in an address or a `Host` header, read as browsers read it. */
export interface Host {
  /** Lower case, without a dot at its end; an address in its one spelling, without brackets. */
  name: string;
  /** Set when the host is an address; a name never is one, however it is spelt. */
  address?: Address;
  /** Undefined: one that the schemes of the web have by themselves; whoever names a host need not say which. */
  port?: number;
}

const USUAL_PORTS = [80, 443];
const WEB_SCHEMES = ['http:', 'https:'];
/** Would end the host, or be left out without a word, where an address is read. */
const NOT_IN_HOSTS = new Set(['/', '\\', '?', '#', '@', ' ', '\t', '\r', '\n']);
/** Names of private networks: what they resolve to is no business of strangers. */
const PRIVATE_DOMAINS = ['localhost', 'local', 'internal', 'home.arpa', 'lan'];

/** Host and port as in a `Host` header; undefined for what no browser would take for one. */
export function parseHost(text: string | undefined): Host | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '' || [...trimmed].some((letter) => NOT_IN_HOSTS.has(letter))) return undefined;
  const url = `http://${trimmed}`;
  return URL.canParse(url) ? hostOf(new URL(url)) : undefined;
}

export function hostOf({ hostname, port }: URL): Host {
  const address = parseAddress(hostname);
  const name = address?.toString() ?? withoutDot(hostname.toLowerCase());
  const isUsual = port === '' || USUAL_PORTS.includes(Number(port));
  return { name, ...(address ? { address } : {}), ...(isUsual ? {} : { port: Number(port) }) };
}

const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);

/** Whether a host is this machine and nothing else: `localhost`, or an address of loopback. */
export const isLocalHost = ({ name, address }: Host): boolean =>
  address === undefined ? name === 'localhost' : isLoopback(address);

/** Whether a name is a domain, or lies below it. */
export function isWithin(name: string, domain: string): boolean {
  const plain = withoutDot(name.toLowerCase());
  return plain === domain || plain.endsWith(`.${domain}`);
}

export const isPrivateName = (name: string): boolean => PRIVATE_DOMAINS.some((domain) => isWithin(name, domain));

/** Whether a host is one of these, or below one that begins with `*.`. */
export function matchesHost(host: string, patterns: readonly string[]): boolean {
  const name = parseAddress(host)?.toString() ?? parseHost(host)?.name;
  if (name === undefined) return false;
  return patterns.some((pattern) =>
    pattern.startsWith('*.') ? name !== pattern.slice(2) && isWithin(name, pattern.slice(2)) : name === pattern,
  );
}

const PLAIN = /^[a-z0-9_][a-z0-9._-]*$/i;

/** Whether every program takes a text for a host, and none for an option or for more than that. */
export const isPlainHost = (text: string): boolean => PLAIN.test(text) || parseAddress(text) !== undefined;

/** An address of the web; undefined for everything else. */
export function parseWebAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return WEB_SCHEMES.includes(url.protocol) ? url : undefined;
}

export const isWebAddress = (text: string): boolean => parseWebAddress(text) !== undefined;

/** The port that an address means. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
}
