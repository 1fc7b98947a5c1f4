import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../common/clock';
import { DatabaseService } from '../storage/database.service';
import { type OutboxPart, partFromRow } from './outbox.store';

/** Parts of the outbox that were given up; they stay until somebody decides. */
@Injectable()
export class DeadLetterStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Parts that were given up, newest first. */
  async failed(channel: string | undefined, limit: number): Promise<OutboxPart[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('state', '=', 'failed')
      .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? ''))
      .orderBy('updated_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map(partFromRow);
  }

  /** Opens given-up parts again, as if they had just been handed in. Returns those that were. */
  async resubmit(ids: readonly string[]): Promise<OutboxPart[]> {
    const now = this.clock.now();
    const rows = await this.database.write('outbox.resubmit', (transaction) =>
      transaction
        .updateTable('outbox')
        .set({ state: 'pending', attempts: 0, next_attempt_at: now, created_at: now, updated_at: now, error: null })
        .where('id', 'in', [...ids])
        .where('state', '=', 'failed')
        .returningAll()
        .execute(),
    );
    return rows.map(partFromRow);
  }
}
