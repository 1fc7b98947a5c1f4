import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares secrets in constant time, whatever their lengths. */
export function secretsEqual(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Characters a secret needs so that guessing it is hopeless without any limit (128 bits in base64url). */
const UNGUESSABLE_LENGTH = 22;

export const isUnguessable = (secret: string): boolean => secret.length >= UNGUESSABLE_LENGTH;
