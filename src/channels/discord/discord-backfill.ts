import type { APIMessage } from 'discord.js';
import type { Logger } from '../../common/logger';
import { type DiscordHistory, isFullPage } from './discord-history';
import type { DiscordPlaces } from './discord-places';
import { earlier, maxSnowflake, snowflakeAt } from './snowflake';

/** How many of the last messages tell where each chat stands. */
const REMEMBERED = 1000;
/** Chats are taken side by side, so one's message may be on disk before an older one of another. */
const OVERLAP_MS = 60_000;
const MOST_PAGES = 20;
const MOST_LISTED = 25;

export interface BackfillOptions {
  history: DiscordHistory;
  places: DiscordPlaces;
  log: Logger;
  lastReceived(limit: number): Promise<string[]>;
  /** When the account ran for the first time: what was said before was not said to this gateway. */
  firstRunAt(): Promise<number>;
  listedUsers: readonly string[];
  take(message: APIMessage): Promise<void>;
}

/**
 * Looks for messages that came while nobody listened: after the last one that is known of each chat, and in chats
 * nobody wrote in before, after the last one that is known at all. Known ones are told apart by the inbox.
 */
export class DiscordBackfill {
  constructor(private readonly options: BackfillOptions) {}

  async run(signal: AbortSignal): Promise<void> {
    const { lastReceived, log } = this.options;
    const known = new Map<string, string>();
    for (const externalId of await lastReceived(REMEMBERED)) {
      const [, channel, message] = /^(\d+):(\d+)$/.exec(externalId) ?? [];
      if (channel && message) known.set(channel, maxSnowflake(known.get(channel) ?? '0', message));
    }
    const newest = [...known.values()].reduce(maxSnowflake, snowflakeAt(await this.options.firstRunAt()));
    const start = known.size === 0 ? newest : earlier(newest, OVERLAP_MS);
    const chats = await this.chats(known, start);
    let found = 0;
    for (const [channel, after] of chats) {
      if (signal.aborted) return;
      found += await this.look(channel, after, signal);
    }
    if (found > 0) log.info({ found, chats: chats.size }, 'looked through what was said meanwhile');
  }

  /** Where to look, and after which message. */
  private async chats(known: ReadonlyMap<string, string>, start: string): Promise<Map<string, string>> {
    const { places, history, listedUsers } = this.options;
    const chats = new Map(known);
    for (const { id, lastMessageId } of places.withMessages()) {
      const after = chats.get(id) ?? start;
      if (BigInt(lastMessageId) > BigInt(after)) chats.set(id, after);
      else chats.delete(id);
    }
    for (const user of listedUsers.slice(0, MOST_LISTED)) {
      const chat = await history.directWith(user);
      if (!chat?.last_message_id) continue;
      const after = chats.get(chat.id) ?? start;
      if (BigInt(chat.last_message_id) > BigInt(after)) chats.set(chat.id, after);
    }
    return chats;
  }

  private async look(channel: string, after: string, signal: AbortSignal): Promise<number> {
    let last = after;
    let count = 0;
    for (let pages = 0; pages < MOST_PAGES && !signal.aborted; pages++) {
      const page = await this.options.history.after(channel, last);
      if (!page) break;
      for (const message of page) await this.options.take(message);
      count += page.length;
      last = page.at(-1)?.id ?? last;
      if (!isFullPage(page)) break;
    }
    return count;
  }
}
