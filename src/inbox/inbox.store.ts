import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { storedOrigin } from '../common/content-parts';
import { DatabaseService } from '../storage/database.service';
import type { Lease } from '../storage/lease';
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
  runId: string;
  turnId: string | null;
  message: InboundMessage;
  state: InboxState;
  reason: string | null;
  receivedAt: number;
}

export interface NewInboxRow {
  channel: string;
  account: string;
  /** Id given by the platform or the client. */
  externalId: string;
  sessionKey: string;
  runId: string;
  message: InboundMessage;
  /** Set for a message that is kept but not answered. */
  dropped?: string;
}

export interface IntakeReceipt {
  row: InboxRow;
  /** The platform or client sent this one before. */
  duplicate: boolean;
}

/** Rows of the `inbox` table. A row ends as answered, dropped(reason) or failed(shown), never silently. */
@Injectable()
export class InboxStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Inserts unless the same message is there already. */
  async insertIn(transaction: Transaction<Schema>, row: NewInboxRow): Promise<IntakeReceipt> {
    const now = this.clock.now();
    const inserted = await transaction
      .insertInto('inbox')
      .values({
        id: randomUUID(),
        channel: row.channel,
        account: row.account,
        external_id: row.externalId,
        session_key: row.sessionKey,
        run_id: row.runId,
        turn_id: null,
        payload: JSON.stringify(row.message),
        state: row.dropped === undefined ? 'pending' : 'dropped',
        reason: row.dropped ?? null,
        received_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.columns(['channel', 'account', 'external_id']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (inserted) return { row: fromRow(inserted), duplicate: false };
    const known = await transaction
      .selectFrom('inbox')
      .selectAll()
      .where('channel', '=', row.channel)
      .where('account', '=', row.account)
      .where('external_id', '=', row.externalId)
      .executeTakeFirstOrThrow();
    return { row: fromRow(known), duplicate: true };
  }

  /** The platform's ids of the messages taken last, newest first. */
  async lastExternalIds(channel: string, account: string, limit: number): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .select('external_id')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => row.external_id);
  }

  /** Waiting messages of a session, in order of arrival. */
  async pending(sessionKey: string, limit = 100): Promise<InboxRow[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('session_key', '=', sessionKey)
      .where('state', '=', 'pending')
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  /** Waiting messages of all sessions. */
  async countPending(): Promise<number> {
    const row = await this.database.read
      .selectFrom('inbox')
      .select((eb) => eb.fn.countAll().as('count'))
      .where('state', '=', 'pending')
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** Sessions that have waiting messages. */
  async sessionsWithPending(): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .select('session_key')
      .distinct()
      .where('state', '=', 'pending')
      .where('session_key', 'is not', null)
      .execute();
    return rows.map((row) => row.session_key ?? '');
  }

  /** Runs of the gateway itself with ids that begin so, received since then, whose rows are closed. */
  async closedRuns(prefix: string, sinceMs: number): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .select('run_id')
      .where('channel', '=', 'internal')
      .where('account', '=', 'default')
      .where('run_id', 'like', `${prefix}%`)
      .where('received_at', '>=', sinceMs)
      .where('state', 'in', ['answered', 'failed'])
      .execute();
    return rows.map((row) => row.run_id);
  }

  async findByRun(runId: string): Promise<InboxRow | undefined> {
    const row = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('seq')
      .executeTakeFirst();
    return row && fromRow(row);
  }

  /** Messages that a turn answers. */
  async ofTurn(turnId: string): Promise<InboxRow[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('turn_id', '=', turnId)
      .orderBy('seq')
      .execute();
    return rows.map(fromRow);
  }

  /** Gives waiting rows to a turn. Returns the ids that were still waiting. */
  async claimIn(transaction: Transaction<Schema>, ids: readonly string[], turnId: string): Promise<string[]> {
    const rows = await transaction
      .updateTable('inbox')
      .set({ state: 'running', turn_id: turnId, updated_at: this.clock.now() })
      .where('id', 'in', [...ids])
      .where('state', '=', 'pending')
      .returning('id')
      .execute();
    return rows.map((row) => row.id);
  }

  /** Ends every row of a turn. */
  async closeTurnIn(
    transaction: Transaction<Schema>,
    turnId: string,
    state: 'answered' | 'failed' | 'dropped',
    reason: string | null,
  ): Promise<void> {
    await transaction
      .updateTable('inbox')
      .set({ state, reason, updated_at: this.clock.now() })
      .where('turn_id', '=', turnId)
      .where('state', '=', 'running')
      .execute();
  }

  /** The same message with its files fetched, by the turn that holds the session's lane. */
  async replaceMessage(id: string, message: InboundMessage, under: Lease): Promise<void> {
    await this.database.write(
      'inbox.message',
      (transaction) =>
        transaction
          .updateTable('inbox')
          .set({ payload: JSON.stringify(message) })
          .where('id', '=', id)
          .execute(),
      { under },
    );
  }

  /** The row of a platform's message. */
  async findExternal(channel: string, account: string, externalId: string): Promise<InboxRow | undefined> {
    const row = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('external_id', '=', externalId)
      .executeTakeFirst();
    return row && fromRow(row);
  }

  /** The last rows of a session, newest first. */
  async latest(sessionKey: string, limit: number): Promise<InboxRow[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('session_key', '=', sessionKey)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(fromRow);
  }

  /**
   * Changes a message that no turn has taken yet: its text, or, where it is gone, its end.
   * @returns whether it was still in time
   */
  async amend(id: string, change: { message: InboundMessage } | { dropped: string }): Promise<boolean> {
    const rows = await this.database.write('inbox.amend', (transaction) =>
      transaction
        .updateTable('inbox')
        .set({
          updated_at: this.clock.now(),
          ...('message' in change
            ? { payload: JSON.stringify(change.message) }
            : { state: 'dropped' as const, reason: change.dropped }),
        })
        .where('id', '=', id)
        .where('state', 'in', ['pending', 'dropped'])
        .returning('id')
        .execute(),
    );
    return rows.length > 0;
  }

  /** Ends waiting rows without a turn. Returns the ones that were still waiting. */
  async drop(ids: readonly string[], reason: string): Promise<InboxRow[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.write('inbox.drop', (transaction) =>
      transaction
        .updateTable('inbox')
        .set({ state: 'dropped', reason, updated_at: this.clock.now() })
        .where('id', 'in', [...ids])
        .where('state', '=', 'pending')
        .returningAll()
        .execute(),
    );
    return rows.map(fromRow);
  }
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

function fromRow(row: Selectable<InboxTable>): InboxRow {
  return {
    seq: Number(row.seq),
    id: row.id,
    channel: row.channel,
    account: row.account,
    externalId: row.external_id,
    sessionKey: row.session_key,
    runId: row.run_id,
    turnId: row.turn_id,
    message: messageFrom(row.payload),
    state: row.state,
    reason: row.reason,
    receivedAt: Number(row.received_at),
  };
}
