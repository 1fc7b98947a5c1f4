import { Injectable, Optional } from '@nestjs/common';
import { sql } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { DatabaseService } from '../storage/database.service';
import { readRow } from './outbox-part';

const GIVEN_UP = ['failed', 'uncertain'] as const;
/** In the words of the index that holds nothing else. */
const IS_GIVEN_UP = sql<boolean>`state in ('failed', 'uncertain')`;

/** A part of the outbox that was given up. What can't be read of it is left out; the error says so. */
export interface DeadLetter {
  id: string;
  runId: string;
  part: number;
  channel: string;
  accountId: string;
  to: string;
  threadId?: string;
  text: string;
  /** Name of the file that it is the caption of. */
  file?: string;
  /** `failed`: it did not arrive. `uncertain`: it may have, and nobody can find out. */
  state: (typeof GIVEN_UP)[number];
  error: string | null;
  attempts: number;
  createdAt: number;
  failedAt: number;
}

/** Parts of the outbox that were given up; they stay until somebody decides. */
@Injectable()
export class DeadLetterStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /** Parts that were given up, newest first. */
  async list(channel: string | undefined, limit: number): Promise<DeadLetter[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where(IS_GIVEN_UP)
      .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? ''))
      .orderBy('updated_at', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row): DeadLetter => {
      const part = readRow(row);
      const { route, payload } = 'unreadable' in part ? { route: undefined, payload: undefined } : part;
      return {
        id: row.id,
        runId: row.run_id,
        part: Number(row.part),
        channel: row.channel,
        accountId: row.account,
        to: route?.to ?? row.target,
        ...(route?.threadId ? { threadId: route.threadId } : {}),
        text: payload?.text ?? '',
        ...(payload?.file ? { file: payload.file.name } : {}),
        state: row.state as DeadLetter['state'],
        error: row.error,
        attempts: Number(row.attempts),
        createdAt: Number(row.created_at),
        failedAt: Number(row.updated_at),
      };
    });
  }

  /** Opens given-up parts again, as if they had just been handed in. Returns those that were. */
  async resubmit(ids: readonly string[]): Promise<{ id: string; channel: string; account: string }[]> {
    const now = this.clock.now();
    return this.database.write('outbox.resubmit', (transaction) =>
      transaction
        .updateTable('outbox')
        .set({
          state: 'pending',
          attempts: 0,
          copies: 0,
          mark: null,
          searched: null,
          error: null,
          next_attempt_at: now,
          created_at: now,
          updated_at: now,
        })
        .where('id', 'in', [...ids])
        .where('state', 'in', GIVEN_UP)
        .returning(['id', 'channel', 'account'])
        .execute(),
    );
  }
}
