import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { DatabaseService } from '../storage/database.service';
import type { Schema, TranscriptTable } from '../storage/schema';
import { labelledMessage } from './stored-labels';
import type { NewTranscriptEvent, TranscriptEvent, TranscriptMessage } from './transcript-event';

/** Sessions kept in memory so that a warm turn does not read its history again. */
const MAX_WARM_SESSIONS = 64;
/** Sessions larger than this many events are read from the store each time. */
const MAX_WARM_EVENTS = 2000;

/** Events of one commit of a copy. */
const COPIED_AT_ONCE = 500;

interface WarmSession {
  /** Events up to this number are not held. */
  after: number;
  events: TranscriptEvent[];
}

interface StoredPayload {
  message: TranscriptMessage;
  excludeFromContext?: boolean;
}

/** The append-only log of each session. */
@Injectable()
export class TranscriptStore {
  private readonly warm = new Map<string, WarmSession>();

  constructor(private readonly database: DatabaseService) {}

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
    const last = await transaction
      .selectFrom('transcript_events')
      .select((eb) => eb.fn.max('seq').as('seq'))
      .where('session_id', '=', sessionId)
      .executeTakeFirst();
    let seq = Number(last?.seq ?? 0);
    const appended = events.map((event): TranscriptEvent => ({ ...event, id: randomUUID(), seq: ++seq }));
    await transaction
      .insertInto('transcript_events')
      .values(appended.map((event) => toRow(sessionId, event)))
      .execute();
    return appended;
  }

  /** Keeps warm sessions up to date after a commit. */
  committed(sessionId: string, appended: readonly TranscriptEvent[]): void {
    const warm = this.warm.get(sessionId);
    if (!warm) return;
    const first = appended[0]?.seq;
    if (first !== undefined && first !== (warm.events.at(-1)?.seq ?? warm.after) + 1) this.warm.delete(sessionId);
    else warm.events.push(...appended);
  }

  /** Events of a session behind a number (all by default), oldest first. The array must not be changed. */
  async read(sessionId: string, after = 0): Promise<readonly TranscriptEvent[]> {
    const warm = this.warm.get(sessionId);
    if (warm && warm.after <= after && (await this.lastSeq(sessionId)) === (warm.events.at(-1)?.seq ?? warm.after)) {
      this.touch(sessionId, warm);
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
    const events = rows.map(fromRow);
    this.touch(sessionId, { after, events });
    return events;
  }

  /** The newest events of a session, oldest of them first. */
  async readTail(sessionId: string, limit: number): Promise<TranscriptEvent[]> {
    const rows = await this.database.read
      .selectFrom('transcript_events')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(fromRow).reverse();
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
    this.warm.delete(sessionId);
  }

  private async lastSeq(sessionId: string): Promise<number> {
    const row = await this.database.read
      .selectFrom('transcript_events')
      .select((eb) => eb.fn.max('seq').as('seq'))
      .where('session_id', '=', sessionId)
      .executeTakeFirst();
    return Number(row?.seq ?? 0);
  }

  private touch(sessionId: string, warm: WarmSession): void {
    this.warm.delete(sessionId);
    if (warm.events.length <= MAX_WARM_EVENTS) this.warm.set(sessionId, warm);
    if (this.warm.size > MAX_WARM_SESSIONS) this.warm.delete(this.warm.keys().next().value ?? '');
  }
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
