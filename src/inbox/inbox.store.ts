import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { type Transaction, sql } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { DatabaseService } from '../storage/database.service';
import type { Lease } from '../storage/lease';
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
    const isNameFree = row.runName !== undefined && !(await this.isOpenIn(transaction, row.runName));
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
        run_name: isNameFree ? (row.runName ?? runId) : runId,
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

  /** Whether a run of that name waits or goes on. */
  private async isOpenIn(transaction: Transaction<Schema>, runName: string): Promise<boolean> {
    const open = await transaction
      .selectFrom('inbox')
      .select('id')
      .where('run_name', '=', runName)
      .where('state', 'in', ['pending', 'command', 'running'])
      .executeTakeFirst();
    return open !== undefined;
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

  /** Messages that a turn answers. */
  async ofTurn(turnId: string): Promise<InboxRow[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .selectAll()
      .where('turn_id', '=', turnId)
      .orderBy('seq')
      .execute();
    return readRows(this.database.read, rows);
  }

  /** Gives waiting rows to a turn. Returns those that were still waiting, as they are now, in order of arrival. */
  async claimIn(transaction: Transaction<Schema>, ids: readonly string[], turnId: string): Promise<InboxRow[]> {
    const rows = await transaction
      .updateTable('inbox')
      .set({ state: 'running', turn_id: turnId, updated_at: this.clock.now() })
      .where('id', 'in', [...ids])
      .where('state', '=', 'pending')
      .returningAll()
      .execute();
    return (await readRows(transaction, rows)).sort((a, b) => a.seq - b.seq);
  }

  /** Gives a waiting command to the run that carries it out. Returns it; undefined where it does not wait any more. */
  async claimCommandIn(transaction: Transaction<Schema>, id: string, turnId: string): Promise<InboxRow | undefined> {
    const row = await transaction
      .updateTable('inbox')
      .set({ turn_id: turnId, updated_at: this.clock.now() })
      .where('id', '=', id)
      .where('state', '=', 'command')
      .where('turn_id', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row && readRow(transaction, row);
  }

  /** Ends a command, or makes what is left of it a message that waits for a turn. */
  async closeCommandIn(
    transaction: Transaction<Schema>,
    turnId: string,
    end: { state: 'answered' | 'failed'; reason: string | null } | { message: InboundMessage },
  ): Promise<void> {
    const row = await transaction
      .selectFrom('inbox')
      .select('id')
      .where('turn_id', '=', turnId)
      .where('state', '=', 'command')
      .executeTakeFirst();
    if (!row) return;
    const change =
      'message' in end
        ? {
            state: 'pending' as const,
            turn_id: null,
            payload: await packMessageIn(transaction, row.id, end.message),
          }
        : end;
    await transaction
      .updateTable('inbox')
      .set({ updated_at: this.clock.now(), ...change })
      .where('id', '=', row.id)
      .execute();
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
      async (transaction) =>
        transaction
          .updateTable('inbox')
          .set({ payload: await packMessageIn(transaction, id, message) })
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

  /** Ends rows that can't be worked on: one that waits, or those of a turn or command. Returns them. */
  async putAsideIn(
    transaction: Transaction<Schema>,
    which: { id: string } | { turnId: string },
    reason: string,
  ): Promise<InboxRow[]> {
    const rows = await transaction
      .updateTable('inbox')
      .set({ state: 'quarantined', reason, updated_at: this.clock.now() })
      .where((eb) => ('id' in which ? eb('id', '=', which.id) : eb('turn_id', '=', which.turnId)))
      .where('state', 'in', ['pending', 'command', 'running'])
      .returningAll()
      .execute();
    return readRows(transaction, rows);
  }
}
