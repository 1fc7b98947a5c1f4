import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import type { DeliveryRoute } from '../common/delivery-route';
import { DatabaseService } from '../storage/database.service';
import type { Lease } from '../storage/lease';
import type { Schema } from '../storage/schema';
import { isPreview } from './outbox-part';
import { OutboxStore } from './outbox.store';

/** The first part of an answer while it is still being written: one row, one message that the final text takes over. */
@Injectable()
export class PreviewStore {
  constructor(
    private readonly database: DatabaseService,
    private readonly outbox: OutboxStore,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Notes that a preview of a run's first part is about to be sent.
   * @returns identity of the part; undefined where it is there already
   */
  async begin(
    runId: string,
    route: DeliveryRoute,
    place: string,
    text: string,
    mark: string | undefined,
    under?: Lease,
  ): Promise<string | undefined> {
    const payload = { text, preview: true as const, ...(route.replyToId ? { replyToId: route.replyToId } : {}) };
    const row = this.outbox.newRow(runId, 0, route, payload, 'sending', this.clock.now());
    const inserted = await this.database.write(
      'outbox.preview',
      (transaction) =>
        transaction
          .insertInto('outbox')
          .values({ ...row, target: place, mark: mark ?? null, copies: 1 })
          .onConflict((conflict) => conflict.columns(['run_id', 'part']).doNothing())
          .returning('id')
          .executeTakeFirst(),
      under ? { under } : {},
    );
    return inserted?.id;
  }

  /**
   * Ends the sending of a preview, with the platform's id or without one where it failed. When the final text came
   * meanwhile, the part goes to the queue: as an edit, or as a message of its own.
   */
  async end(id: string, platformId: string | null, notDelivered = false, under?: Lease): Promise<void> {
    await this.database.write(
      'outbox.preview',
      async (transaction) => {
        const row = await transaction.selectFrom('outbox').select('payload').where('id', '=', id).executeTakeFirst();
        await transaction
          .updateTable('outbox')
          .set({
            platform_id: platformId,
            state: row !== undefined && isPreview(row.payload) ? 'streaming' : 'pending',
            updated_at: this.clock.now(),
            ...(platformId !== null || notDelivered ? { mark: null, copies: 0 } : {}),
          })
          .where('id', '=', id)
          .execute();
      },
      under ? { under } : {},
    );
  }

  /** Whether people see, or are about to see, the beginning of a run's answer. */
  async isShownIn(transaction: Transaction<Schema>, runId: string): Promise<boolean> {
    const row = await transaction
      .selectFrom('outbox')
      .select('payload')
      .where('run_id', '=', runId)
      .where('part', '=', 0)
      .where('state', 'in', ['streaming', 'sending'])
      .executeTakeFirst();
    return row !== undefined && isPreview(row.payload);
  }

  /** Ends previews whose run came to nothing that is told. */
  async dropIn(transaction: Transaction<Schema>, runId: string): Promise<void> {
    await transaction
      .updateTable('outbox')
      .set({ state: 'sent', error: 'left as it was shown', updated_at: this.clock.now() })
      .where('run_id', '=', runId)
      .where('state', '=', 'streaming')
      .execute();
  }

  /** Whether the message of a part is still that of a turn that goes on: another process may have ended it. */
  async isStreaming(runId: string): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('outbox')
      .select('payload')
      .where('run_id', '=', runId)
      .where('part', '=', 0)
      .where('state', '=', 'streaming')
      .executeTakeFirst();
    return row !== undefined && isPreview(row.payload);
  }

  /** Whether earlier answers to the same place are still on their way. */
  async hasOpen({ channel, account }: DeliveryRoute, place: string): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('outbox')
      .select('id')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('target', '=', place)
      .where('state', 'in', ['pending', 'sending', 'unknown'])
      .executeTakeFirst();
    return row !== undefined;
  }
}
