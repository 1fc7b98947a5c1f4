import { isPlainObject } from '../../common/plain-object';
import type { ConfigPath } from '../config-path';
import { SECRET_SOURCES, type SecretSource } from './secrets.config';

/** `{ source, provider, id }` in the place of a secret: it is kept elsewhere. As OpenClaw writes it since 2026.3. */
export interface SecretObject {
  source: SecretSource;
  provider?: string;
  id: string;
}

export interface PlacedSecret {
  path: ConfigPath;
  ref: SecretObject;
}

const KEYS = new Set(['source', 'provider', 'id']);

export const isSecretObject = (value: unknown): value is SecretObject =>
  isPlainObject(value) &&
  Object.keys(value).every((key) => KEYS.has(key)) &&
  (SECRET_SOURCES as readonly unknown[]).includes(value['source']) &&
  typeof value['id'] === 'string' &&
  (value['provider'] === undefined || typeof value['provider'] === 'string');

/** All of them, with their places. */
export function secretObjectsIn(root: unknown): PlacedSecret[] {
  const found: PlacedSecret[] = [];
  const walk = (value: unknown, path: ConfigPath): void => {
    if (isSecretObject(value)) found.push({ path, ref: value });
    else if (Array.isArray(value)) value.forEach((entry, index) => walk(entry, [...path, index]));
    else if (isPlainObject(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
  };
  walk(root, []);
  return found;
}
