import type { APIMessage } from 'discord.js';
import type { Logger } from '../../common/logger';
import { type DiscordHistory, isFullPage } from './discord-history';
import type { DiscordPlaces } from './discord-places';
import { maxSnowflake, snowflakeAt } from './snowflake';

/** How many of the last messages tell where each chat stands. */
const REMEMBERED = 1000;
const MOST_PAGES = 200;
const MOST_LISTED = 25;
/** Chats that are looked at at the same time; each in its own order. */
const AT_ONCE = 5;

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
    await sideBySide([...chats], async ([channel, after]) => {
      const count = signal.aborted ? 0 : await this.look(channel, after, signal);
      found += count;
    });
    if (signal.aborted) return;
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
    await sideBySide(listedUsers.slice(0, MOST_LISTED), async (user) => {
      const chat = await history.directWith(user);
      if (chat) places.knowDirect(user, chat.id);
      if (!chat?.last_message_id) return;
      const after = chats.get(chat.id) ?? start;
      if (BigInt(chat.last_message_id) > BigInt(after)) chats.set(chat.id, after);
    });
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

/** Some at a time; the first failure is told once those that have begun are done. */
async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const next = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, next));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
