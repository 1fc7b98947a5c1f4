import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { type Selectable, type Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { type DeliveryRoute, targetKey } from '../common/delivery-route';
import { DatabaseService } from '../storage/database.service';
import type { OutboxTable, Schema } from '../storage/schema';
import { type OutboxPart, type OutboxPayload, isPreview, partFromRow, readRow } from './outbox-part';
import { Places } from './places';

/** Rows of the `outbox` table: one intent per (run, part). Here they are made; `DeliveryStore` brings them to their end. */
@Injectable()
export class OutboxStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly places?: Places,
  ) {}

  /**
   * Adds the parts of a run. A part that a streamed preview made already gets its final text and stays one message; the
   * same part again is the same message; another text for a part that is there already follows as one more.
   */
  async enqueueIn(
    transaction: Transaction<Schema>,
    runId: string,
    route: DeliveryRoute,
    payloads: readonly OutboxPayload[],
  ): Promise<void> {
    const now = this.clock.now();
    const more: OutboxPayload[] = [];
    for (const [part, payload] of payloads.entries()) {
      const row = this.newRow(runId, part, route, payload, 'pending', now);
      const inserted = await transaction
        .insertInto('outbox')
        .values(row)
        .onConflict((conflict) => conflict.columns(['run_id', 'part']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (inserted) continue;
      const there = await transaction
        .selectFrom('outbox')
        .select(['id', 'payload', 'route', 'state'])
        .where('run_id', '=', runId)
        .where('part', '=', part)
        .executeTakeFirstOrThrow();
      if (isPreview(there.payload) && (there.state === 'streaming' || there.state === 'sending'))
        await transaction
          .updateTable('outbox')
          .set({ payload: row.payload, updated_at: now, ...(there.state === 'streaming' ? { state: 'pending' } : {}) })
          .where('id', '=', there.id)
          .execute();
      else if (there.payload !== row.payload || there.route !== row.route) more.push(payload);
    }
    await this.appendIn(transaction, runId, route, more);
  }

  /** Adds parts behind those that a run has. */
  async appendIn(
    transaction: Transaction<Schema>,
    runId: string,
    route: DeliveryRoute,
    payloads: readonly OutboxPayload[],
  ): Promise<void> {
    if (payloads.length === 0) return;
    const { last } = await transaction
      .selectFrom('outbox')
      .select((eb) => eb.fn.max('part').as('last'))
      .where('run_id', '=', runId)
      .executeTakeFirstOrThrow();
    const next = last === null ? 0 : Number(last) + 1;
    const now = this.clock.now();
    await transaction
      .insertInto('outbox')
      .values(payloads.map((payload, index) => this.newRow(runId, next + index, route, payload, 'pending', now)))
      .execute();
  }

  /**
   * Adds a block of an answer that is still being written; none where another process has written its end meanwhile.
   * @param isFirst none either where a former attempt at the turn has told blocks: its end knows what is missing
   * @returns whether it was added
   */
  async appendBlock(
    runId: string,
    route: DeliveryRoute,
    payloads: readonly OutboxPayload[],
    isFirst: boolean,
  ): Promise<boolean> {
    return this.database.write('outbox.block', async (transaction) => {
      const turn = await transaction
        .selectFrom('turns')
        .select('state')
        .where('run_id', '=', runId)
        .$if(this.database.dialect === 'postgres', (query) => query.forShare())
        .executeTakeFirst();
      if (turn?.state === 'closed') return false;
      if (isFirst && (await this.blocksIn(transaction, runId)).length > 0) return false;
      await this.appendIn(transaction, runId, route, payloads);
      return true;
    });
  }

  /** Blocks that were told before the end of a run. */
  async blocksIn(transaction: Transaction<Schema>, runId: string): Promise<OutboxPart[]> {
    const rows = await transaction
      .selectFrom('outbox')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('part')
      .execute();
    return rows.map(readRow).filter((part) => 'payload' in part && part.payload.block !== undefined) as OutboxPart[];
  }

  /** Gives a part that arrived another text. */
  async reviseIn(transaction: Transaction<Schema>, id: string, payload: OutboxPayload): Promise<void> {
    await transaction
      .updateTable('outbox')
      .set({ payload: JSON.stringify(payload), state: 'pending', updated_at: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }

  /** Keeps the id of a message that was sent past the outbox, so that no search takes it for another one. */
  async noteSent(route: DeliveryRoute, platformId: string, text: string): Promise<void> {
    const row = this.newRow(`act:${randomUUID()}`, 0, route, { text }, 'sent', this.clock.now());
    await this.database.write('outbox.noted', (transaction) =>
      transaction
        .insertInto('outbox')
        .values({ ...row, platform_id: platformId })
        .execute(),
    );
  }

  async existsIn(transaction: Transaction<Schema>, runId: string): Promise<boolean> {
    const row = await transaction.selectFrom('outbox').select('id').where('run_id', '=', runId).executeTakeFirst();
    return row !== undefined;
  }

  /** Parts of a run, in their order. @throws OpenclawError OUTBOX_UNREADABLE */
  async ofRun(runId: string): Promise<OutboxPart[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('part')
      .execute();
    return rows.map(partFromRow);
  }

  newRow(
    runId: string,
    part: number,
    route: DeliveryRoute,
    payload: OutboxPayload,
    state: OutboxTable['state'],
    now: number,
  ): Omit<Selectable<OutboxTable>, 'seq'> {
    return {
      id: randomUUID(),
      run_id: runId,
      part,
      channel: route.channel,
      account: route.account,
      target: this.places?.of(route) ?? targetKey(route),
      route: JSON.stringify(route),
      payload: JSON.stringify(payload),
      state,
      attempts: 0,
      next_attempt_at: now,
      platform_id: null,
      mark: null,
      searched: null,
      copies: 0,
      error: null,
      created_at: now,
      updated_at: now,
    };
  }
}
