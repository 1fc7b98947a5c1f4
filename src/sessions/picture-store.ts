import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../storage/schema';

/** What holds a picture; it goes when nothing does any more. */
export type PictureOwner = `inbox:${string}` | `session:${string}` | `turn:${string}`;

/** Base64 that is shorter stays where it is. */
const SMALLEST = 4096;
const HASHES_AT_ONCE = 200;

interface Part {
  type: string;
  data?: string;
  /** SHA-256 of the bytes, in hexadecimal, in place of the data. */
  blob?: string;
}

const isPicture = (part: Part): boolean => part.type === 'image';

/**
 * Parts as they are stored: the bytes of pictures are kept once, by what they are, however many messages, steps and
 * conversations hold them.
 */
export async function packPicturesIn<P extends { type: string }>(
  transaction: Transaction<Schema>,
  owner: PictureOwner,
  parts: readonly P[],
): Promise<readonly P[]> {
  if (!parts.some(isPicture)) return parts;
  const packed: P[] = [];
  for (const part of parts) packed.push(isPicture(part) ? await packOneIn(transaction, owner, part) : part);
  return packed;
}

async function packOneIn<P extends { type: string }>(
  transaction: Transaction<Schema>,
  owner: PictureOwner,
  part: P,
): Promise<P> {
  const { data, ...rest } = part as P & Part;
  if (data === undefined || data.length < SMALLEST) return part;
  const bytes = Buffer.from(data, 'base64');
  // What would not come back letter by letter stays as it is.
  if (bytes.toString('base64') !== data) return part;
  const hash = createHash('sha256').update(bytes).digest('hex');
  await transaction
    .insertInto('blobs')
    .values({ hash, bytes, created_at: Date.now() })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute();
  await transaction
    .insertInto('blob_refs')
    .values({ owner, hash })
    .onConflict((conflict) => conflict.columns(['owner', 'hash']).doNothing())
    .execute();
  return { ...rest, blob: hash } as unknown as P;
}

/** Puts the bytes of pictures back into stored parts, in place; only those that the owner holds. */
export async function fillPictures(
  from: Pick<Kysely<Schema>, 'selectFrom'>,
  owner: PictureOwner,
  contents: Iterable<readonly { type: string }[]>,
): Promise<void> {
  const waiting = new Map<string, Part[]>();
  for (const content of contents)
    for (const part of content as readonly Part[])
      if (isPicture(part) && part.blob !== undefined) waiting.set(part.blob, [...(waiting.get(part.blob) ?? []), part]);
  const hashes = [...waiting.keys()];
  for (let at = 0; at < hashes.length; at += HASHES_AT_ONCE) {
    const rows = await from
      .selectFrom('blob_refs')
      .innerJoin('blobs', 'blobs.hash', 'blob_refs.hash')
      .select(['blobs.hash', 'blobs.bytes'])
      .where('blob_refs.owner', '=', owner)
      .where('blob_refs.hash', 'in', hashes.slice(at, at + HASHES_AT_ONCE))
      .execute();
    for (const { hash, bytes } of rows) {
      const data = Buffer.from(bytes).toString('base64');
      for (const part of waiting.get(hash) ?? []) part.data = data;
    }
  }
  for (const parts of waiting.values())
    for (const part of parts) {
      delete part.blob;
      part.data ??= '';
    }
}

/** The copy of a conversation holds what the conversation holds. */
export async function sharePicturesIn(
  transaction: Transaction<Schema>,
  from: PictureOwner,
  to: PictureOwner,
): Promise<void> {
  await transaction
    .insertInto('blob_refs')
    .columns(['owner', 'hash'])
    .expression((eb) =>
      eb
        .selectFrom('blob_refs')
        .select((each) => [each.val(to).as('owner'), 'hash'])
        .where('owner', '=', from),
    )
    .onConflict((conflict) => conflict.columns(['owner', 'hash']).doNothing())
    .execute();
}
