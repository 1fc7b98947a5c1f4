import type { APIMessage } from 'discord.js';
import type { Logger } from '../../common/logger';
import { type DiscordHistory, isFullPage } from './discord-history';
import type { DiscordPlaces } from './discord-places';
import { maxSnowflake, snowflakeAt } from './snowflake';

/** How many of the last messages tell where each chat stands. */
const REMEMBERED = 1000;
const MOST_PAGES = 200;
const MOST_LISTED = 25;

export interface BackfillOptions {
  history: DiscordHistory;
  places: DiscordPlaces;
  log: Logger;
  lastReceived(limit: number): Promise<string[]>;
  /** Up to when nothing is missing, in milliseconds since 1970. */
  completeThrough(): Promise<number>;
  listedUsers: readonly string[];
  take(message: APIMessage): Promise<void>;
}

/**
 * Looks for messages that came while nobody listened: after the last one that is known of each chat, and in the others
 * after the moment up to which nothing is missing. Known ones are told apart by the inbox.
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
    const chats = await this.chats(known, snowflakeAt(await this.options.completeThrough()));
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
