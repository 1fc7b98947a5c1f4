import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { type Selectable, type Transaction, sql } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import type { OutboundFile, ReplyButton } from '../common/chat-media';
import { type DeliveryRoute, targetKey } from '../common/delivery-route';
import { DatabaseService } from '../storage/database.service';
import type { OutboxTable, Schema } from '../storage/schema';

export interface OutboxPayload {
  text: string;
  replyToId?: string;
  /** File that the text is the caption of. */
  file?: OutboundFile;
  buttons?: readonly (readonly ReplyButton[])[];
  silent?: boolean;
  /** Text of a turn that still runs; the final text takes its place. */
  preview?: true;
  /** Piece of the answer that was told before its end; all of them together are its beginning. */
  block?: string;
}

const OPEN = ['pending', 'unknown'] as const;

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
  error: string | null;
  createdAt: number;
  updatedAt: number;
}

/** Rows of the `outbox` table: one intent per (run, part). */
@Injectable()
export class OutboxStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Adds the parts of a run. A part that a streamed preview made already gets its final text and stays one message. */
  async enqueueIn(
    transaction: Transaction<Schema>,
    runId: string,
    route: DeliveryRoute,
    payloads: readonly OutboxPayload[],
  ): Promise<void> {
    const now = this.clock.now();
    for (const [part, payload] of payloads.entries()) {
      await transaction
        .insertInto('outbox')
        .values(this.newRow(runId, part, route, payload, 'pending', now))
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'part']).doUpdateSet((eb) => ({
            payload: JSON.stringify(payload),
            updated_at: now,
            state: sql<
              OutboxTable['state']
            >`case when ${eb.ref('outbox.state')} = 'streaming' then 'pending' else ${eb.ref('outbox.state')} end`,
          })),
        )
        .execute();
    }
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

  /** Adds a block of an answer that is still being written. */
  async appendBlock(runId: string, route: DeliveryRoute, payloads: readonly OutboxPayload[]): Promise<void> {
    await this.database.write('outbox.block', (transaction) => this.appendIn(transaction, runId, route, payloads));
  }

  /** Blocks that were told before the end of a run. */
  async blocksIn(transaction: Transaction<Schema>, runId: string): Promise<OutboxPart[]> {
    const rows = await transaction
      .selectFrom('outbox')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('part')
      .execute();
    return rows.map(partFromRow).filter(({ payload }) => payload.block !== undefined);
  }

  /** Gives a part that arrived another text. */
  async reviseIn(transaction: Transaction<Schema>, id: string, payload: OutboxPayload): Promise<void> {
    await transaction
      .updateTable('outbox')
      .set({ payload: JSON.stringify(payload), state: 'pending', updated_at: this.clock.now() })
      .where('id', '=', id)
      .execute();
  }

  /** Notes that a preview of a run's first part is about to be sent. Returns false when the part is there already. */
  async beginPreview(
    runId: string,
    route: DeliveryRoute,
    text: string,
    replyToId: string | undefined,
    mark: string | undefined,
  ): Promise<boolean> {
    const payload: OutboxPayload = { text, preview: true, ...(replyToId ? { replyToId } : {}) };
    const now = this.clock.now();
    const row = await this.database.write('outbox.preview', (transaction) =>
      transaction
        .insertInto('outbox')
        .values({ ...this.newRow(runId, 0, route, payload, 'sending', now), mark: mark ?? null })
        .onConflict((conflict) => conflict.columns(['run_id', 'part']).doNothing())
        .returning('id')
        .executeTakeFirst(),
    );
    return row !== undefined;
  }

  /**
   * Ends the sending of a preview, with the platform's id or without one where it failed. When the final text came
   * meanwhile, the part goes to the queue: as an edit, or as a message of its own.
   */
  async endPreview(runId: string, platformId: string | null, notDelivered = false): Promise<void> {
    await this.database.write('outbox.preview', async (transaction) => {
      const row = await transaction
        .selectFrom('outbox')
        .select('payload')
        .where('run_id', '=', runId)
        .where('part', '=', 0)
        .executeTakeFirst();
      const waits = row !== undefined && (JSON.parse(row.payload) as OutboxPayload).preview === true;
      await transaction
        .updateTable('outbox')
        .set({
          platform_id: platformId,
          state: waits ? 'streaming' : 'pending',
          updated_at: this.clock.now(),
          ...(platformId !== null || notDelivered ? { mark: null } : {}),
        })
        .where('run_id', '=', runId)
        .where('part', '=', 0)
        .execute();
    });
  }

  /** Ends previews whose run came to nothing that is told. */
  async dropPreviewIn(transaction: Transaction<Schema>, runId: string): Promise<void> {
    await transaction
      .updateTable('outbox')
      .set({ state: 'sent', error: 'left as it was shown', updated_at: this.clock.now() })
      .where('run_id', '=', runId)
      .where('state', '=', 'streaming')
      .execute();
  }

  /** Parts to deliver on an account, in order of their queueing. */
  async openIds(channel: string, account: string): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .select('id')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('state', 'in', OPEN)
      .orderBy('seq')
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Those of some parts that are still open, in their order. */
  async open(ids: readonly string[]): Promise<OutboxPart[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('id', 'in', ids)
      .where('state', 'in', OPEN)
      .orderBy('seq')
      .execute();
    return rows.map(partFromRow);
  }

  /** Accounts that have open parts. */
  async accountsWithOpen(): Promise<{ channel: string; account: string }[]> {
    return this.database.read
      .selectFrom('outbox')
      .select(['channel', 'account'])
      .distinct()
      .where('state', 'in', ['pending', 'unknown', 'sending'])
      .execute();
  }

  /** The last messages that arrived on an account, latest first: a chat that waited long may have arrived last. */
  async lastSent(channel: string, account: string, limit: number): Promise<OutboxPart[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('platform_id', 'is not', null)
      .orderBy('updated_at', 'desc')
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute();
    return rows.map(partFromRow);
  }

  /** Ids of the other messages that were sent to the place of a part. */
  async platformIds(part: OutboxPart): Promise<ReadonlySet<string>> {
    const rows = await this.ofTarget(part.route)
      .select('platform_id')
      .where('id', '!=', part.id)
      .where('platform_id', 'is not', null)
      .orderBy('seq', 'desc')
      .limit(100)
      .execute();
    return new Set(rows.map((row) => row.platform_id ?? ''));
  }

  /** Whether earlier answers to the same place are still on their way. */
  async hasOpen(route: DeliveryRoute): Promise<boolean> {
    const row = await this.ofTarget(route)
      .select('id')
      .where('state', 'in', ['pending', 'sending', 'unknown'])
      .executeTakeFirst();
    return row !== undefined;
  }

  private ofTarget(route: DeliveryRoute) {
    return this.database.read
      .selectFrom('outbox')
      .where('channel', '=', route.channel)
      .where('account', '=', route.account)
      .where('target', '=', targetKey(route));
  }

  async ofRun(runId: string): Promise<OutboxPart[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('run_id', '=', runId)
      .orderBy('part')
      .execute();
    return rows.map(partFromRow);
  }

  /**
   * Parts that a former process was cut off in: whether they arrived is unknown. Previews wait for the final text of
   * their turn, which goes on.
   */
  async markInterrupted(): Promise<number> {
    return this.database.write('outbox.interrupted', async (transaction) => {
      const rows = await transaction
        .selectFrom('outbox')
        .select(['id', 'payload'])
        .where('state', '=', 'sending')
        .execute();
      for (const row of rows) {
        const isPreview = (JSON.parse(row.payload) as OutboxPayload).preview === true;
        await transaction
          .updateTable('outbox')
          .set({
            state: isPreview ? 'streaming' : 'unknown',
            error: 'the gateway stopped while it was being sent',
            updated_at: this.clock.now(),
          })
          .where('id', '=', row.id)
          .execute();
      }
      return rows.length;
    });
  }

  /** Notes that the part is being sent, before it is. */
  async sending(id: string, mark: string | undefined): Promise<void> {
    await this.database.write('outbox.sending', (transaction) =>
      transaction
        .updateTable('outbox')
        .set((eb) => ({
          state: 'sending',
          attempts: eb('attempts', '+', 1),
          updated_at: this.clock.now(),
          ...(mark === undefined ? {} : { mark }),
        }))
        .where('id', '=', id)
        .execute(),
    );
  }

  async settle(
    id: string,
    change: {
      state: 'sent' | 'failed' | 'unknown' | 'pending';
      platformId?: string;
      error?: string | null;
      nextAttemptAt?: number;
      /** Null: the outcome of the last attempt is known. */
      mark?: null;
    },
  ): Promise<void> {
    await this.database.write(`outbox.${change.state}`, (transaction) =>
      transaction
        .updateTable('outbox')
        .set({
          state: change.state,
          updated_at: this.clock.now(),
          ...(change.platformId === undefined ? {} : { platform_id: change.platformId }),
          ...(change.error === undefined ? {} : { error: change.error }),
          ...(change.mark === undefined ? {} : { mark: change.mark }),
          ...(change.nextAttemptAt === undefined ? {} : { next_attempt_at: change.nextAttemptAt }),
        })
        .where('id', '=', id)
        .execute(),
    );
  }

  private newRow(
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
      target: targetKey(route),
      route: JSON.stringify(route),
      payload: JSON.stringify(payload),
      state,
      attempts: 0,
      next_attempt_at: now,
      platform_id: null,
      mark: null,
      error: null,
      created_at: now,
      updated_at: now,
    };
  }
}

export function partFromRow(row: Selectable<OutboxTable>): OutboxPart {
  return {
    seq: Number(row.seq),
    id: row.id,
    runId: row.run_id,
    part: Number(row.part),
    route: JSON.parse(row.route) as DeliveryRoute,
    payload: JSON.parse(row.payload) as OutboxPayload,
    state: row.state,
    attempts: Number(row.attempts),
    nextAttemptAt: Number(row.next_attempt_at),
    platformId: row.platform_id,
    mark: row.mark,
    error: row.error,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}
