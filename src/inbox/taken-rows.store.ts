import { Injectable, Optional } from '@nestjs/common';
import { type RawBuilder, type SqlBool, type Transaction, sql } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { DatabaseService } from '../storage/database.service';
import { writeLater } from '../storage/later-writes';
import type { Lease } from '../storage/lease';
import type { Schema } from '../storage/schema';
import type { InboundMessage } from './inbound-message';
import { type InboxRow, packMessageIn, readRow, readRows } from './inbox-row';

/** Rows of the `inbox` table that a turn or a command has taken, from its claim to their end. */
@Injectable()
export class TakenRows {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

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

  /**
   * Gives waiting rows to a turn. Returns those that were still waiting, as they are now, in order of arrival.
   * @param idle session of which no turn may be running: none is given where one is
   */
  async claimIn(
    transaction: Transaction<Schema>,
    ids: readonly string[],
    turnId: string,
    idle?: string,
  ): Promise<InboxRow[]> {
    const rows = await transaction
      .updateTable('inbox')
      .set({ state: 'running', turn_id: turnId, updated_at: this.clock.now() })
      .where('id', 'in', [...ids])
      .where('state', '=', 'pending')
      .$if(idle !== undefined, (query) =>
        query.where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('turns')
                .select('turns.run_id')
                .where('turns.session_key', '=', idle ?? '')
                .where('turns.state', '=', 'running')
                .where('turns.kind', '=', 'turn'),
            ),
          ),
        ),
      )
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

  /** Sessions with commands that have been waiting since then, or were cut off, and that a condition allows. */
  async leftCommands(waitsSince: number, condition: RawBuilder<SqlBool>): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('inbox')
      .select('session_key')
      .distinct()
      .where(sql<boolean>`state in ('pending', 'command')`)
      .where('state', '=', 'command')
      .where('session_key', 'is not', null)
      .where((eb) => eb.or([eb('turn_id', 'is not', null), eb('received_at', '<', waitsSince)]))
      .where(condition)
      .execute();
    return rows.flatMap((row) => row.session_key ?? []);
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
    await writeLater(
      transaction,
      `inbox of ${turnId}`,
      transaction
        .updateTable('inbox')
        .set({ state, reason, updated_at: this.clock.now() })
        .where('turn_id', '=', turnId)
        .where('state', '=', 'running'),
    );
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
