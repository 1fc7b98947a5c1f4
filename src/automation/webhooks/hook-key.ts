import { createHash } from 'node:crypto';
import { isPlainObject } from '../../common/plain-object';
import type { HookMappingConfig } from '../../config/sections/extensions.config';
import { MAX_HOOK_KEY } from './hook-bodies.dto';

/** A key under which a webhook is known again, and where its sender wrote it. */
export interface NamedKey {
  key: string;
  where: string;
}

/** The key that a sender names, and where; the header goes before the body, and an empty one is none. */
export function keyOf(headers: Readonly<Record<string, string>>, payload: unknown): NamedKey | undefined {
  const header = headers['idempotency-key'] ?? '';
  if (header !== '') return { key: header, where: 'the header Idempotency-Key' };
  const key = isPlainObject(payload) ? payload['idempotencyKey'] : undefined;
  return typeof key === 'string' && key !== '' ? { key, where: 'idempotencyKey' } : undefined;
}

/** It is kept whole for a day, so it has an end; cut off, two keys could become one. */
export function unfitKey({ key, where }: NamedKey): string | undefined {
  if (key.length > MAX_HOOK_KEY) return `${where}: must be at most ${MAX_HOOK_KEY} characters long`;
  // A line break parts it from what stands before it in the kept key.
  return /\p{Cc}/u.test(key) ? `${where}: must be one line without control characters` : undefined;
}

/** Who has proved to be let in, and what that opens. */
export interface HookPermit {
  by: 'token' | 'signature';
  /** Mappings of the address, first come first served. */
  mappings: readonly HookMappingConfig[];
}

/** Senders with secrets of their own have keys of their own: nobody can use up another's. */
export function requestKey(path: string, { by, mappings }: HookPermit, key: string): string {
  if (by === 'token') return `${path}\n${key}`;
  const secrets = mappings.map(({ signature }) => signature?.secret ?? '').join('\n');
  return `${path}\n${createHash('sha256').update(secrets).digest('hex').slice(0, 16)}\n${key}`;
}
