import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { type ContentOrigin, storedOrigin } from '../common/content-parts';
import { DatabaseService } from '../storage/database.service';
import type { Schema } from '../storage/schema';

const MOST = 20;

export interface SystemEvent {
  id: string;
  sessionKey: string;
  text: string;
  /** Whose words they are. */
  origin: ContentOrigin;
  createdAt: number;
}

/** What the assistant is told in a session the next time the gateway speaks up there; kept until that is on disk. */
@Injectable()
export class SystemEventStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Adds one unless it repeats the newest. Of more than twenty the oldest go. Returns whether it was added. */
  async add(sessionKey: string, text: string, origin: ContentOrigin): Promise<boolean> {
    return this.database.write('system-event', (transaction) => this.addIn(transaction, sessionKey, text, origin));
  }

  async addIn(
    transaction: Transaction<Schema>,
    sessionKey: string,
    text: string,
    origin: ContentOrigin,
  ): Promise<boolean> {
    const waiting = await this.inOrder(transaction, sessionKey);
    if (waiting.at(-1)?.text === text) return false;
    const excess = waiting.slice(0, Math.max(0, waiting.length - MOST + 1));
    if (excess.length > 0) await this.removeIn(transaction, excess);
    await transaction
      .insertInto('system_events')
      .values({
        id: randomUUID(),
        session_key: sessionKey,
        text,
        origin,
        // Two in the same millisecond keep their order.
        created_at: Math.max(this.clock.now(), (waiting.at(-1)?.createdAt ?? 0) + 1),
      })
      .execute();
    return true;
  }

  /** Oldest first. */
  async waiting(sessionKey: string): Promise<SystemEvent[]> {
    return this.inOrder(this.database.read, sessionKey);
  }

  /** Newest first, of all sessions. */
  async all(limit: number): Promise<SystemEvent[]> {
    const rows = await this.database.read
      .selectFrom('system_events')
      .selectAll()
      .orderBy('created_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  /** Ends events, in the commit that hands them over. */
  async removeIn(transaction: Transaction<Schema>, events: readonly SystemEvent[]): Promise<void> {
    if (events.length === 0) return;
    await transaction
      .deleteFrom('system_events')
      .where(
        'id',
        'in',
        events.map(({ id }) => id),
      )
      .execute();
  }

  private async inOrder(from: Pick<Transaction<Schema>, 'selectFrom'>, sessionKey: string): Promise<SystemEvent[]> {
    const rows = await from
      .selectFrom('system_events')
      .selectAll()
      .where('session_key', '=', sessionKey)
      .orderBy('created_at')
      .execute();
    return rows.map(fromRow);
  }
}

const fromRow = (row: Schema['system_events']): SystemEvent => ({
  id: row.id,
  sessionKey: row.session_key,
  text: row.text,
  // Before each said it, words of others were marked.
  origin: storedOrigin(row.origin, 'gateway'),
  createdAt: Number(row.created_at),
});
