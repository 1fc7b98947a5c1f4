import { Injectable } from '@nestjs/common';
import { DatabaseService } from '../storage/database.service';

/** What came this long before the first run of an account still counts as said to it. */
const MARGIN_MS = 5000;

/** What is remembered of an account over restarts: since when it has been there. */
@Injectable()
export class ChannelCursorStore {
  constructor(private readonly database: DatabaseService) {}

  /** Notes that the account runs, unless it did before. @returns when it ran for the first time */
  async firstRunAt(channel: string, account: string, now = Date.now()): Promise<number> {
    const row = await this.database.write('channel.first-run', async (transaction) => {
      await transaction
        .insertInto('channel_cursors')
        .values({ channel, account, value: JSON.stringify({ firstRunAt: now - MARGIN_MS }), updated_at: now })
        .onConflict((conflict) => conflict.columns(['channel', 'account']).doNothing())
        .execute();
      return transaction
        .selectFrom('channel_cursors')
        .select('value')
        .where('channel', '=', channel)
        .where('account', '=', account)
        .executeTakeFirstOrThrow();
    });
    return (JSON.parse(row.value) as { firstRunAt: number }).firstRunAt;
  }
}
