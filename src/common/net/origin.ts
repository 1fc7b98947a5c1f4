import { parseWebAddress } from './host';

/** A web origin as browsers send it: scheme, host and port, and nothing else. */
export function parseOrigin(text: string): URL | undefined {
  const url = parseWebAddress(text);
  if (!url) return undefined;
  const { username, password, pathname, search, hash } = url;
  const isBare = username === '' && password === '' && pathname === '/' && search === '' && hash === '';
  return isBare && !text.includes('@') && !text.includes('\\') ? url : undefined;
}

/** Origin of an address that the operator wrote; undefined for what is none. */
export function originOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}

export function isSameOrigin(entry: string, origin: URL): boolean {
  return parseOrigin(entry)?.origin === origin.origin;
}
