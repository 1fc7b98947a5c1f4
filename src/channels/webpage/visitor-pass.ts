import { createHash, createHmac, randomBytes } from 'node:crypto';
import { secretsEqual } from '../../common/secrets-equal';

/** Ids are made here and nowhere else. */
const ID = /^[0-9a-f]{32}$/;

/** Who a visitor is, and the proof that this gateway said so. */
export interface VisitorPass {
  visitor: string;
  key: string;
}

/**
 * What passes of an account are made with. The token stands in the source of other people's sites, so it proves nothing;
 * it is part of this only so that a new one ends all passes.
 */
export interface PassMaker {
  /** Known to this gateway alone. */
  secret: Buffer;
  account: string;
  token: string;
}

export function newPass(maker: PassMaker): VisitorPass {
  const visitor = randomBytes(16).toString('hex');
  return { visitor, key: keyOf(maker, visitor) };
}

/** The visitor of an `Authorization: Bearer <visitor>.<key>` header; undefined where it proves nothing. */
export function visitorOf(maker: PassMaker, header: string | undefined): string | undefined {
  const [, visitor = '', key = ''] = /^Bearer ([\w-]+)\.([\w-]+)$/.exec(header ?? '') ?? [];
  return ID.test(visitor) && secretsEqual(key, keyOf(maker, visitor)) ? visitor : undefined;
}

function keyOf({ secret, account, token }: PassMaker, visitor: string): string {
  const page = createHash('sha256').update(token).digest('hex');
  return createHmac('sha256', secret)
    .update(JSON.stringify(['visitor', account, page, visitor]))
    .digest('base64url');
}
