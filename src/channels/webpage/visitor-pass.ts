import { createHmac, randomBytes } from 'node:crypto';
import { secretsEqual } from '../../common/secrets-equal';

const ID = /^[A-Za-z0-9_-]{16,40}$/;

/** Who a visitor is, and the proof that this gateway said so. A new token of the account ends all passes. */
export interface VisitorPass {
  visitor: string;
  key: string;
}

export function newPass(token: string): VisitorPass {
  const visitor = randomBytes(16).toString('base64url');
  return { visitor, key: keyOf(token, visitor) };
}

/** The visitor of an `Authorization: Bearer <visitor>.<key>` header; undefined where it proves nothing. */
export function visitorOf(token: string, header: string | undefined): string | undefined {
  const [, visitor = '', key = ''] = /^Bearer ([\w-]+)\.([\w-]+)$/.exec(header ?? '') ?? [];
  return ID.test(visitor) && secretsEqual(key, keyOf(token, visitor)) ? visitor : undefined;
}

const keyOf = (token: string, visitor: string): string =>
  createHmac('sha256', token).update(`visitor:${visitor}`).digest('base64url');
