import { ownName } from './page-place';

/** What a person logs in with, or what a former login left behind. */
export type Credentials =
  { kind: 'token'; token: string } | { kind: 'password'; password: string } | { kind: 'device-token'; token: string };

const STORED = ownName('openclaw.deviceToken');

/**
 * Reads a login link's fragment and takes it out of the address bar at once. Fragments never reach a server; the query
 * string is not looked at.
 */
export function takeFromFragment(): Credentials | undefined {
  const fields = new URLSearchParams(location.hash.replace(/^#/, ''));
  const token = fields.get('token');
  const password = fields.get('password');
  if (!token && !password) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return token ? { kind: 'token', token } : { kind: 'password', password: password ?? '' };
}

/** Credentials of an earlier visit: a token that works only together with this browser's key. */
export function storedCredentials(): Credentials | undefined {
  const token = localStorage.getItem(STORED);
  return token ? { kind: 'device-token', token } : undefined;
}

export const keepDeviceToken = (token: string): void => localStorage.setItem(STORED, token);
export const forgetDeviceToken = (): void => localStorage.removeItem(STORED);
