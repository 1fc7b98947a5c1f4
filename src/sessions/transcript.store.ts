import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { textOf } from '../common/content-parts';
import { EventBus } from '../events/event-bus';
import { DatabaseService } from '../storage/database.service';
import { writeLater, writeWaiting } from '../storage/later-writes';
import type { Schema, TranscriptTable } from '../storage/schema';
import { keepTitleIn } from './conversation-titles';
import { endConversationIn } from './ended-conversations';
import { fillPictures, packPicturesIn, sharePicturesIn } from './picture-store';
import { labelledMessage } from './stored-labels';
import type { NewTranscriptEvent, TranscriptEvent, TranscriptMessage } from './transcript-event';

/** Characters of sessions kept in memory so that a warm turn does not read its history again. */
const MAX_WARM_BYTES = 16_000_000;
/** Larger sessions are read from the store each time. */
const MAX_SESSION_BYTES = 4_000_000;
/** What an event takes up beside its text. */
const EVENT_BYTES = 500;

const LOOKED_AT_ONCE = 8;
/** Events of one commit of a copy. */
const COPIED_AT_ONCE = 500;

interface WarmSession {
  /** Events up to this number are not held. */
  after: number;
  events: TranscriptEvent[];
  /** What they take up, about. */
  bytes: number;
}

interface StoredPayload {
  message: TranscriptMessage;
  excludeFromContext?: boolean;
}

/** The append-only log of each session. */
@Injectable()
export class TranscriptStore {
  private readonly warm = new Map<string, WarmSession>();
  private warmBytes = 0;
  /** Appends that were written and of whose commit nobody has told yet. */
  private readonly unsettled = new Map<string, number>();
  private readonly sizes = new WeakMap<TranscriptEvent, number>();

  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly bus?: EventBus,
  ) {}

  /**
   * Appends events inside the caller's transaction.
   * @returns what was appended; hand it to {@link committed} after the commit.
   */
  async appendIn(
    transaction: Transaction<Schema>,
    sessionId: string,
    events: readonly NewTranscriptEvent[],
  ): Promise<TranscriptEvent[]> {
    if (events.length === 0) return [];
    const before = this.knownLast(sessionId) ?? (await this.storedLastIn(transaction, sessionId));
    this.unsettled.set(sessionId, (this.unsettled.get(sessionId) ?? 0) + 1);
    const appended = events.map((event, index): TranscriptEvent => ({
      ...event,
      id: randomUUID(),
      seq: before + index + 1,
    }));
    const rows: Selectable<TranscriptTable>[] = [];
    for (const event of appended) {
      const parts: readonly { type: string }[] = event.message.content;
      const content = await packPicturesIn(transaction, `session:${sessionId}`, parts);
      const row = toRow(sessionId, { ...event, message: { ...event.message, content } as TranscriptMessage });
      this.sizes.set(event, sizeOf(row, event));
      rows.push(row);
    }
    await writeLater(
      transaction,
      `transcript_events ${sessionId} ${before + 1}`,
      transaction.insertInto('transcript_events').values(rows),
    );
    if (appended[0]?.seq === 1)
      await keepTitleIn(
        transaction,
        sessionId,
        appended.map(({ message }) => message),
      );
    return appended;
  }

  /** Keeps warm sessions up to date after a commit. */
  committed(sessionId: string, appended: readonly TranscriptEvent[]): void {
    if (appended[0]) this.settle(sessionId);
    if (appended[0])
      this.bus?.emit('transcript.appended', { sessionId, after: appended[0].seq - 1, count: appended.length });
    const warm = this.warm.get(sessionId);
    if (!warm) return;
    const first = appended[0]?.seq;
    this.forget(sessionId);
    if (first !== undefined && first !== (warm.events.at(-1)?.seq ?? warm.after) + 1) return;
    warm.events.push(...appended);
    this.keep(sessionId, warm);
  }

  /**
   * Number of the last message as it was read for the turn that goes on. Another process may have written since: then the
   * primary key refuses what is appended, and the write is run again. Undefined while anything of this process is on its way
   * to the store, or did not arrive there.
   */
  private knownLast(sessionId: string): number | undefined {
    const warm = this.warm.get(sessionId);
    return warm && !this.unsettled.has(sessionId) ? (warm.events.at(-1)?.seq ?? warm.after) : undefined;
  }

  /** Number of the last message in the store, also of what the same write has appended before. */
  private async storedLastIn(transaction: Transaction<Schema>, sessionId: string): Promise<number> {
    await writeWaiting(transaction);
    return lastSeqIn(transaction, sessionId);
  }

  private settle(sessionId: string): void {
    const left = (this.unsettled.get(sessionId) ?? 1) - 1;
    if (left > 0) this.unsettled.set(sessionId, left);
    else this.unsettled.delete(sessionId);
  }

  /** Events of a session behind a number (all by default), oldest first. The array must not be changed. */
  async read(sessionId: string, after = 0): Promise<readonly TranscriptEvent[]> {
    const warm = this.warm.get(sessionId);
    if (warm && warm.after <= after && (await this.lastSeq(sessionId)) === (warm.events.at(-1)?.seq ?? warm.after)) {
      this.forget(sessionId);
      this.keep(sessionId, warm);
      const first = warm.events.findIndex((event) => event.seq > after);
      return first === 0 ? warm.events : first < 0 ? [] : warm.events.slice(first);
    }
    const rows = await this.database.read
      .selectFrom('transcript_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .where('seq', '>', after)
      .orderBy('seq')
      .execute();
    const events = await this.events(sessionId, rows);
    this.forget(sessionId);
    this.keep(sessionId, { after, events, bytes: 0 });
    return events;
  }

  /**
   * The newest events of a session, oldest of them first.
   * @param offset so many of the newest are left out
   */
  async readTail(sessionId: string, limit: number, offset = 0): Promise<TranscriptEvent[]> {
    const rows = await this.database.read
      .selectFrom('transcript_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('seq', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return (await this.events(sessionId, rows)).reverse();
  }

  /** Events on one side of a number: those nearest to it, oldest first. */
  async readBeside(
    sessionId: string,
    side: { before: number } | { after: number },
    limit: number,
  ): Promise<TranscriptEvent[]> {
    const isBefore = 'before' in side;
    const rows = await this.database.read
      .selectFrom('transcript_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .where('seq', isBefore ? '<' : '>', isBefore ? side.before : side.after)
      .orderBy('seq', isBefore ? 'desc' : 'asc')
      .limit(limit)
      .execute();
    const events = await this.events(sessionId, rows);
    return isBefore ? events.reverse() : events;
  }

  /** The newest events before a number, the newest first, as they are stored: pictures are left in their own place. */
  async readUnfilled(sessionId: string, before: number, limit: number): Promise<TranscriptEvent[]> {
    const rows = await this.database.read
      .selectFrom('transcript_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .$if(before !== Infinity, (query) => query.where('seq', '<', before))
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return this.database.readable('transcript_events', rows, nameOf, fromRow);
  }

  /** Number of an event, by its id. */
  async seqOf(sessionId: string, id: string): Promise<number | undefined> {
    const row = await this.database.read
      .selectFrom('transcript_events')
      .select('seq')
      .where('session_id', '=', sessionId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && Number(row.seq);
  }

  /** An event, by its id. */
  async find(sessionId: string, id: string): Promise<TranscriptEvent | undefined> {
    const row = await this.database.read
      .selectFrom('transcript_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && (await this.events(sessionId, [row]))[0];
  }

  /** The last event that says something and is no tool's. */
  async lastSaid(sessionId: string): Promise<TranscriptEvent | undefined> {
    for (let before = Infinity; ;) {
      const rows = await this.database.read
        .selectFrom('transcript_events')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('kind', '!=', 'toolResult')
        .$if(before !== Infinity, (query) => query.where('seq', '<', before))
        .orderBy('seq', 'desc')
        .limit(LOOKED_AT_ONCE)
        .execute();
      const found = (await this.events(sessionId, rows)).find(({ message }) => textOf(message.content) !== '');
      if (found || rows.length < LOOKED_AT_ONCE) return found;
      before = Number(rows.at(-1)?.seq);
    }
  }

  async append(sessionId: string, events: readonly NewTranscriptEvent[]): Promise<TranscriptEvent[]> {
    const appended = await this.database.write('transcript.append', (transaction) =>
      this.appendIn(transaction, sessionId, events),
    );
    this.committed(sessionId, appended);
    return appended;
  }

  /**
   * Copies a conversation, up to a number, under a session id that nobody uses yet; however long it is, nobody else waits
   * longer than for some hundred events. Returns the number of the last event.
   */
  async copy(from: string, to: string, throughSeq = Infinity): Promise<number> {
    const end = Math.min(throughSeq, await this.lastSeq(from));
    // Until a session has it: what a copy that was cut off has left goes like a conversation that ended.
    await this.database.write('transcript.copy', async (transaction) => {
      await endConversationIn(transaction, to, Date.now());
      await sharePicturesIn(transaction, `session:${from}`, `session:${to}`);
    });
    let after = 0;
    while (after < end) {
      const rows = await this.database.read
        .selectFrom('transcript_events')
        .selectAll()
        .where('session_id', '=', from)
        .where('seq', '>', after)
        .where('seq', '<=', end)
        .orderBy('seq')
        .limit(COPIED_AT_ONCE)
        .execute();
      if (rows.length === 0) break;
      await this.database.write('transcript.copy', (transaction) =>
        transaction
          .insertInto('transcript_events')
          .values(rows.map((row) => ({ ...row, session_id: to, id: randomUUID() })))
          .execute(),
      );
      after = Number(rows.at(-1)?.seq);
    }
    return end;
  }

  forget(sessionId: string): void {
    this.warmBytes -= this.warm.get(sessionId)?.bytes ?? 0;
    this.warm.delete(sessionId);
  }

  /** Rows as events, with their pictures. */
  private async events(sessionId: string, rows: readonly Selectable<TranscriptTable>[]): Promise<TranscriptEvent[]> {
    const told = this.database.readable('transcript_events', rows, nameOf, (row) => [row, fromRow(row)] as const);
    const events = told.map(([, event]) => event);
    await fillPictures(
      this.database.read,
      `session:${sessionId}`,
      events.map(({ message }) => message.content),
    );
    for (const [row, event] of told) this.sizes.set(event, sizeOf(row, event));
    return events;
  }

  /** Number of the last message of a conversation; they are numbered from 1. */
  lastSeq(sessionId: string): Promise<number> {
    return lastSeqIn(this.database.read, sessionId);
  }

  /** Keeps a session in memory, as the one used last, where there is room; others that were not used for long go. */
  private keep(sessionId: string, warm: WarmSession): void {
    warm.bytes = warm.events.reduce((sum, event) => sum + (this.sizes.get(event) ?? 0), 0);
    if (warm.bytes > MAX_SESSION_BYTES) return;
    this.warm.set(sessionId, warm);
    this.warmBytes += warm.bytes;
    while (this.warmBytes > MAX_WARM_BYTES) this.forget(this.warm.keys().next().value ?? '');
  }
}

async function lastSeqIn(database: Kysely<Schema>, sessionId: string): Promise<number> {
  const row = await database
    .selectFrom('transcript_events')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .where('session_id', '=', sessionId)
    .executeTakeFirst();
  return Number(row?.seq ?? 0);
}

/** Bytes that an event takes up, about: characters of its text and of its pictures. */
function sizeOf({ payload }: Selectable<TranscriptTable>, { message }: TranscriptEvent): number {
  let bytes = EVENT_BYTES + payload.length;
  for (const part of message.content) if (part.type === 'image') bytes += part.data.length;
  return bytes;
}

function toRow(sessionId: string, event: TranscriptEvent): Selectable<TranscriptTable> {
  const payload: StoredPayload = {
    message: event.message,
    ...(event.excludeFromContext ? { excludeFromContext: true } : {}),
  };
  return {
    session_id: sessionId,
    seq: event.seq,
    id: event.id,
    run_id: event.runId,
    kind: event.message.role,
    payload: JSON.stringify(payload),
    created_at: event.at,
  };
}

const nameOf = ({ session_id, seq }: Selectable<TranscriptTable>): string => `${session_id}#${seq}`;

function fromRow(row: Selectable<TranscriptTable>): TranscriptEvent {
  const payload = JSON.parse(row.payload) as StoredPayload;
  return {
    id: row.id,
    seq: Number(row.seq),
    runId: row.run_id,
    at: Number(row.created_at),
    message: labelledMessage(payload.message),
    ...(payload.excludeFromContext ? { excludeFromContext: true } : {}),
  };
}
