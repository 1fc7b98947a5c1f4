import { ownName } from './page-place';

/** What a person logs in with, or what a former login left behind. */
export type Credentials =
  | { kind: 'token'; token: string }
  | { kind: 'password'; password: string }
  | { kind: 'device-token'; token: string }
  /** Lets this browser in once; from then on it has a token of its own. */
  | { kind: 'pairing-code'; token: string };

const STORED = ownName('openclaw.deviceToken');

/**
 * Reads a login link's fragment and takes it out of the address bar at once. Fragments never reach a server; the query
 * string is not looked at.
 */
export function takeFromFragment(): Credentials | undefined {
  const fields = new URLSearchParams(location.hash.replace(/^#/, ''));
  const token = fields.get('token');
  const password = fields.get('password');
  const code = fields.get('pair');
  if (!token && !password && !code) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  if (token) return { kind: 'token', token };
  return password ? { kind: 'password', password } : { kind: 'pairing-code', token: code ?? '' };
}

/** Credentials of an earlier visit: a token that works only together with this browser's key. */
export function storedCredentials(): Credentials | undefined {
  const token = localStorage.getItem(STORED);
  return token ? { kind: 'device-token', token } : undefined;
}

export const keepDeviceToken = (token: string): void => localStorage.setItem(STORED, token);
export const forgetDeviceToken = (): void => localStorage.removeItem(STORED);
