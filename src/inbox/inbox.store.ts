import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { type RawBuilder, type Transaction, sql } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { DatabaseService } from '../storage/database.service';
import type { Schema } from '../storage/schema';
import type { InboundMessage } from './inbound-message';
import { type InboxRow, packMessageIn, readRow, readRows } from './inbox-row';

const WAITING = sql<boolean>`state in ('pending', 'command')`;
/** Waiting rows of a session that are read at a time. */
export const MOST_WAITING = 100;

export interface NewInboxRow {
  channel: string;
  account: string;
  /** Id given by the platform or the client. */
  externalId: string;
  sessionKey: string;
  /** Where the gateway itself starts the run and looks for it by this id; made here for everybody else. */
  runId?: string;
  /** What a client wants to call the run; held by one open run at a time, the next has its own id for a name. */
  runName?: string;
  message: InboundMessage;
  /** Set for a message that is kept but not answered. */
  dropped?: string;
}

export type WaitingName = Pick<InboxRow, 'id' | 'runName' | 'channel' | 'externalId'>;

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
    const runId = row.runId ?? randomUUID();
    const open = row.message.command ? 'command' : 'pending';
    const id = randomUUID();
    const inserted = await transaction
      .insertInto('inbox')
      .values({
        id,
        channel: row.channel,
        account: row.account,
        external_id: row.externalId,
        session_key: row.sessionKey,
        run_id: runId,
        run_name: row.runName === undefined ? runId : nameUnlessTaken(row.runName, runId),
        turn_id: null,
        payload: await packMessageIn(transaction, id, row.message),
        state: row.dropped === undefined ? open : 'dropped',
        reason: row.dropped ?? null,
        received_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.columns(['channel', 'account', 'external_id']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (inserted) return { row: { ...(await readRow(transaction, inserted)), message: row.message }, duplicate: false };
    const known = await transaction
      .selectFrom('inbox')
      .selectAll()
      .where('channel', '=', row.channel)
      .where('account', '=', row.account)
      .where('external_id', '=', row.externalId)
      .executeTakeFirstOrThrow();
    return { row: await readRow(transaction, known), duplicate: true };
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
  async pending(sessionKey: string, limit = MOST_WAITING): Promise<InboxRow[]> {
    const rows = await this.waiting(sessionKey).where('state', '=', 'pending').limit(limit).execute();
    return readRows(this.database.read, rows);
  }

  /** Those of them that a turn may take: what came after a command waits for its end. */
  async ready(sessionKey: string, limit = MOST_WAITING): Promise<InboxRow[]> {
    const rows = await this.waiting(sessionKey).limit(limit).execute();
    const command = rows.findIndex(({ state }) => state === 'command');
    return readRows(this.database.read, command < 0 ? rows : rows.slice(0, command));
  }

  /** Commands of a session that wait or are being carried out, in order of arrival. */
  async commands(sessionKey: string, limit = MOST_WAITING): Promise<InboxRow[]> {
    const rows = await this.waiting(sessionKey).where('state', '=', 'command').limit(limit).execute();
    return readRows(this.database.read, rows);
  }

  /** All messages and commands of a session that wait, by name, in order of arrival. */
  async waitingNames(sessionKey: string): Promise<WaitingName[]> {
    return this.database.read
      .selectFrom('inbox')
      .select((eb) => [
        'id',
        eb.fn.coalesce('run_name', 'run_id').as('runName'),
        'channel',
        'external_id as externalId',
      ])
      .where('session_key', '=', sessionKey)
      .where(WAITING)
      .orderBy('seq')
      .execute();
  }

  /** Messages and commands; in the words of the index that holds nothing else, however long the conversation is. */
  private waiting(sessionKey: string) {
    return this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('session_key', '=', sessionKey)
      .where(WAITING)
      .orderBy('seq');
  }

  async find(id: string): Promise<InboxRow | undefined> {
    const row = await this.database.read.selectFrom('inbox').selectAll().where('id', '=', id).executeTakeFirst();
    return row && readRow(this.database.read, row);
  }

  /** Waiting messages of all sessions. */
  async countPending(): Promise<number> {
    const row = await this.database.read
      .selectFrom('inbox')
      .select((eb) => eb.fn.countAll().as('count'))
      .where(WAITING)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  /** Sessions with rows in a state in which they wait. */
  async sessionsWith(state: 'pending' | 'command'): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .select('session_key')
      .distinct()
      .where(WAITING)
      .where('state', '=', state)
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

  /** By our own id of its run. */
  async findByRun(runId: string): Promise<InboxRow | undefined> {
    const row = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('seq')
      .executeTakeFirst();
    return row && readRow(this.database.read, row);
  }

  /** By what clients call its run; the newest of that name. */
  async findByName(runName: string): Promise<InboxRow | undefined> {
    const row = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('run_name', '=', runName)
      .orderBy('seq', 'desc')
      .executeTakeFirst();
    return row && readRow(this.database.read, row);
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
    return row && readRow(this.database.read, row);
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
    return readRows(this.database.read, rows);
  }

  /**
   * Changes a message that no turn has taken yet: its text, or, where it is gone, its end.
   * @returns whether it was still in time
   */
  async amend(id: string, change: { message: InboundMessage } | { dropped: string }): Promise<boolean> {
    const rows = await this.database.write('inbox.amend', async (transaction) =>
      transaction
        .updateTable('inbox')
        .set({
          updated_at: this.clock.now(),
          ...('message' in change
            ? { payload: await packMessageIn(transaction, id, change.message) }
            : { state: 'dropped' as const, reason: change.dropped }),
        })
        .where('id', '=', id)
        .where('state', 'in', ['pending', 'dropped'])
        .returning('id')
        .execute(),
    );
    return rows.length > 0;
  }

  /** Messages that were kept without an answer wait for one after all. */
  async reviveIn(transaction: Transaction<Schema>, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await transaction
      .updateTable('inbox')
      .set({ state: 'pending', reason: null, updated_at: this.clock.now() })
      .where('id', 'in', [...ids])
      .where('state', '=', 'dropped')
      .execute();
  }

  /** Ends waiting rows without a turn. Returns the ones that were still waiting. */
  async drop(ids: readonly string[], reason: string): Promise<InboxRow[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.write('inbox.drop', (transaction) =>
      transaction
        .updateTable('inbox')
        .set({ state: 'dropped', reason, updated_at: this.clock.now() })
        .where('id', 'in', [...ids])
        .where('state', 'in', ['pending', 'command'])
        .where('turn_id', 'is', null)
        .returningAll()
        .execute(),
    );
    return readRows(this.database.read, rows);
  }
}

/** A name that no run bears which waits or goes on; else our own id. */
const nameUnlessTaken = (runName: string, runId: string): RawBuilder<string> =>
  sql<string>`case when exists (
    select 1 from inbox where run_name = ${runName} and state in ('pending', 'command', 'running')
  ) then ${runId} else ${runName} end`;
