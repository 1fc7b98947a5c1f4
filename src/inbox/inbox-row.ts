import type { Kysely, Selectable, Transaction } from 'kysely';
import { storedOrigin } from '../common/content-parts';
import { cutText } from '../common/cut-text';
import { messageOf } from '../common/openclaw-error';
import { fillPictures, packPicturesIn } from '../sessions/picture-store';
import type { InboxTable, Schema } from '../storage/schema';
import type { InboundMessage } from './inbound-message';

export type InboxState = InboxTable['state'];

export interface InboxRow {
  seq: number;
  id: string;
  channel: string;
  account: string;
  externalId: string;
  sessionKey: string | null;
  /** Our own id of its run. */
  runId: string;
  /** What clients call that run. */
  runName: string;
  turnId: string | null;
  message: InboundMessage;
  state: InboxState;
  reason: string | null;
  receivedAt: number;
  /** What is wrong with the stored message; an empty one stands in its place. */
  fault?: string;
}

/** A message of before each said whose it is: strangers' words were those of strangers. */
function messageFrom(payload: string): InboundMessage {
  const message = JSON.parse(payload) as InboundMessage;
  const images = message.images?.map((image) => ({ ...image, origin: storedOrigin(image.origin, 'file') }));
  const files = message.files?.map((file) => ({ ...file, origin: storedOrigin(file.origin, 'file') }));
  return {
    ...message,
    origin: storedOrigin(message.origin, message.isOwner ? 'owner' : 'stranger'),
    ...(images ? { images } : {}),
    ...(files ? { files } : {}),
  };
}

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** A message as it is stored: its pictures are kept beside it. */
export async function packMessageIn(
  transaction: Transaction<Schema>,
  id: string,
  message: InboundMessage,
): Promise<string> {
  const owner = `inbox:${id}` as const;
  const images = message.images && (await packPicturesIn(transaction, owner, message.images));
  const before: unknown[] = [];
  for (const told of message.before ?? [])
    before.push({ ...told, content: await packPicturesIn<{ type: string }>(transaction, owner, told.content) });
  return JSON.stringify({ ...message, ...(images ? { images } : {}), ...(message.before ? { before } : {}) });
}

/** A row with the pictures of its message. */
export async function readRow(from: Reader, row: Selectable<InboxTable>): Promise<InboxRow> {
  const found = fromRow(row);
  const { images, before } = found.message;
  if (images || before)
    await fillPictures(from, `inbox:${row.id}`, [images ?? [], ...(before ?? []).map(({ content }) => content)]);
  return found;
}

export function readRows(from: Reader, rows: readonly Selectable<InboxTable>[]): Promise<InboxRow[]> {
  return Promise.all(rows.map((row) => readRow(from, row)));
}

/** A row as it is stored; one whose message can't be read says so and stands in no other's way. */
function fromRow(row: Selectable<InboxTable>): InboxRow {
  return {
    seq: Number(row.seq),
    id: row.id,
    channel: row.channel,
    account: row.account,
    externalId: row.external_id,
    sessionKey: row.session_key,
    runId: row.run_id,
    runName: row.run_name ?? row.run_id,
    turnId: row.turn_id,
    ...readMessage(row.payload),
    state: row.state,
    reason: row.reason,
    receivedAt: Number(row.received_at),
  };
}

function readMessage(payload: string): Pick<InboxRow, 'message' | 'fault'> {
  try {
    return { message: messageFrom(payload) };
  } catch (error) {
    return {
      message: { text: '', isOwner: false, origin: 'stranger' },
      fault: `its message can't be read: ${messageOf(error)}`,
    };
  }
}

const BEGINNING = 160;

/** How a stored message begins, on one line, and who wrote it where that is not the owner at a client. */
export function beginningOf({ payload }: Pick<Selectable<InboxTable>, 'payload'>): { text: string; sender?: string } {
  const { text, sender } = readMessage(payload).message;
  const name = sender?.name ?? sender?.handle ?? sender?.id;
  return {
    text: cutText(text.replace(/\s+/g, ' ').trim(), BEGINNING),
    ...(name === undefined ? {} : { sender: name }),
  };
}
