import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { DatabaseService } from '../storage/database.service';
import type { Schema } from '../storage/schema';

/** What came this long before the first run of an account still counts as said to it. */
const MARGIN_MS = 5000;

/** Bots that are not answered until a person writes. */
export interface BotPause {
  chat: string;
  title?: string;
  /** Thread of the chat, '' for what is in none; undefined: all of the chat. */
  threadId?: string;
  /** Undefined: all bots. */
  bot?: { id: string; name: string };
  /** Milliseconds since 1970. */
  since: number;
}

interface Cursor {
  firstRunAt: number;
  completeThrough?: number;
  botPauses?: BotPause[];
}

/** What is remembered of an account over restarts: up to when nothing that was said to it is missing, and paused bots. */
@Injectable()
export class ChannelCursorStore {
  constructor(private readonly database: DatabaseService) {}

  /**
   * Everything said to the account until this moment is on disk: since its first run, which is noted here, and what
   * {@link advance} told. Milliseconds since 1970.
   */
  async completeThrough(channel: string, account: string, now = Date.now()): Promise<number> {
    return this.database.write('channel.first-run', async (transaction) => {
      await transaction
        .insertInto('channel_cursors')
        .values({ channel, account, value: JSON.stringify({ firstRunAt: now - MARGIN_MS }), updated_at: now })
        .onConflict((conflict) => conflict.columns(['channel', 'account']).doNothing())
        .execute();
      const { firstRunAt, completeThrough } = await this.read(transaction, channel, account);
      return completeThrough ?? firstRunAt;
    });
  }

  /** Notes that nothing is missing up to a moment; an earlier one than is known changes nothing. */
  async advance(channel: string, account: string, to: number): Promise<void> {
    await this.database.write('channel.complete', async (transaction) => {
      const cursor = await this.read(transaction, channel, account);
      if (to <= (cursor.completeThrough ?? cursor.firstRunAt)) return;
      await transaction
        .updateTable('channel_cursors')
        .set({ value: JSON.stringify({ ...cursor, completeThrough: Math.floor(to) }), updated_at: Date.now() })
        .where('channel', '=', channel)
        .where('account', '=', account)
        .execute();
    });
  }

  async botPauses(channel: string, account: string): Promise<BotPause[]> {
    const row = await this.database.read
      .selectFrom('channel_cursors')
      .select('value')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .executeTakeFirst();
    return row ? ((JSON.parse(row.value) as Cursor).botPauses ?? []) : [];
  }

  /** All pauses that there are, by `channel/account`. */
  async allBotPauses(): Promise<ReadonlyMap<string, BotPause[]>> {
    const rows = await this.database.read
      .selectFrom('channel_cursors')
      .select(['channel', 'account', 'value'])
      .execute();
    const nameOf = ({ channel, account }: (typeof rows)[number]): string => `${channel}/${account}`;
    return new Map(
      this.database.readable('channel_cursors', rows, nameOf, (row): [string, BotPause[]] => [
        nameOf(row),
        (JSON.parse(row.value) as Cursor).botPauses ?? [],
      ]),
    );
  }

  async keepBotPauses(channel: string, account: string, pauses: readonly BotPause[]): Promise<void> {
    await this.database.write('channel.bot-pause', async (transaction) => {
      const now = Date.now();
      await transaction
        .insertInto('channel_cursors')
        .values({ channel, account, value: JSON.stringify({ firstRunAt: now - MARGIN_MS }), updated_at: now })
        .onConflict((conflict) => conflict.columns(['channel', 'account']).doNothing())
        .execute();
      const cursor = await this.read(transaction, channel, account);
      await transaction
        .updateTable('channel_cursors')
        .set({ value: JSON.stringify({ ...cursor, botPauses: pauses }), updated_at: now })
        .where('channel', '=', channel)
        .where('account', '=', account)
        .execute();
    });
  }

  private async read(transaction: Transaction<Schema>, channel: string, account: string): Promise<Cursor> {
    const { value } = await transaction
      .selectFrom('channel_cursors')
      .select('value')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .$if(this.database.dialect === 'postgres', (query) => query.forUpdate())
      .executeTakeFirstOrThrow();
    return JSON.parse(value) as Cursor;
  }
}
