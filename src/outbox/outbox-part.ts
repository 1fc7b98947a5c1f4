import type { Selectable } from 'kysely';
import type { ChatPoll, OutboundFile, ReplyButton } from '../common/chat-media';
import type { DeliveryRoute } from '../common/delivery-route';
import { messageOf, OpenclawError } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import type { OutboxTable } from '../storage/schema';

export interface OutboxPayload {
  text: string;
  replyToId?: string;
  /** File that the text is the caption of. */
  file?: OutboundFile;
  /** A poll; the text is its question. */
  poll?: ChatPoll;
  buttons?: readonly (readonly ReplyButton[])[];
  silent?: boolean;
  /** Text of a turn that still runs; the final text takes its place. */
  preview?: true;
  /** Piece of the answer that was told before its end; all of them together are its beginning. */
  block?: string;
  /** Agent whose pause (`humanDelay`) follows the message before the next one of the same answer is sent. */
  pausedBy?: string;
}

export interface OutboxPart {
  seq: number;
  id: string;
  runId: string;
  part: number;
  route: DeliveryRoute;
  payload: OutboxPayload;
  state: OutboxTable['state'];
  attempts: number;
  nextAttemptAt: number;
  platformId: string | null;
  /** Left by an attempt whose outcome is not known. */
  mark: string | null;
  /** How far the search for it has come. */
  searched: string | null;
  /** Sends that may have arrived without anybody knowing. */
  copies: number;
  error: string | null;
  createdAt: number;
  updatedAt: number;
}

/** @throws OpenclawError OUTBOX_UNREADABLE, naming the column */
export function partFromRow(row: Selectable<OutboxTable>): OutboxPart {
  return {
    seq: Number(row.seq),
    id: row.id,
    runId: row.run_id,
    part: Number(row.part),
    route: read<DeliveryRoute>('route', row.route, ['channel', 'account', 'to']),
    payload: read<OutboxPayload>('payload', row.payload, ['text']),
    state: row.state,
    attempts: Number(row.attempts),
    nextAttemptAt: Number(row.next_attempt_at),
    platformId: row.platform_id,
    mark: row.mark,
    searched: row.searched,
    copies: Number(row.copies),
    error: row.error,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

/** A row as a part, or why it can't be read: one bad row must not hide the others. */
export function readRow(row: Selectable<OutboxTable>): OutboxPart | { id: string; unreadable: string } {
  try {
    return partFromRow(row);
  } catch (error) {
    return { id: row.id, unreadable: messageOf(error) };
  }
}

/** Whether a payload is the text of a turn that still runs; false also where it can't be read. */
export function isPreview(payload: string): boolean {
  try {
    return (JSON.parse(payload) as OutboxPayload | null)?.preview === true;
  } catch {
    return false;
  }
}

function read<T>(column: string, json: string, texts: readonly string[]): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new OpenclawError('OUTBOX_UNREADABLE', `${column} can't be read: ${messageOf(cause)}`, { cause });
  }
  for (const name of texts)
    if (!isPlainObject(value) || typeof value[name] !== 'string')
      throw new OpenclawError('OUTBOX_UNREADABLE', `${column}.${name} must be a text`);
  return value as T;
}
