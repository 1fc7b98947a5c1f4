import type { APIChannel, APIMessage, APIUser, REST } from 'discord.js';
import { backoffDelay } from '../../common/backoff';
import { sleep } from '../../common/sleep';
import { isPlainObject } from '../../common/plain-object';
import { FAILURE_BACKOFF, MOST_FAILURES, MOST_WAITS } from '../asking';
import { retryAfterOf, statusOf } from './discord-errors';

const PAGE = 100;

/** Of a message, what is asked about it later. */
export type SeenMessage = Pick<APIMessage, 'poll'> & { author: { id: string } };

/** Questions about channels and what was said in them. Limits are waited out, failures of the network tried again. */
export class DiscordHistory {
  constructor(private readonly rest: REST) {}

  /** Undefined where the bot may not see it. */
  channel(id: string): Promise<APIChannel | undefined> {
    return this.ask<APIChannel>(`/channels/${id}`);
  }

  /** A page of at most 100 messages after one, oldest first; undefined where the bot may not read. */
  async after(channelId: string, messageId: string): Promise<APIMessage[] | undefined> {
    const page = await this.ask<APIMessage[]>(
      `/channels/${channelId}/messages`,
      new URLSearchParams({ after: messageId, limit: String(PAGE) }),
    );
    return page?.sort(byId);
  }

  /** The newest messages before one, oldest first. */
  async before(channelId: string, messageId: string, limit: number): Promise<APIMessage[] | undefined> {
    const query = new URLSearchParams({ before: messageId, limit: String(Math.min(limit, PAGE)) });
    const page = await this.ask<APIMessage[]>(`/channels/${channelId}/messages`, query);
    return page?.sort(byId);
  }

  /** Undefined where it is gone, or the bot may not read. */
  message(channelId: string, id: string): Promise<APIMessage | undefined> {
    return this.ask<APIMessage>(`/channels/${channelId}/messages/${id}`);
  }

  /** Somebody, as a server knows them where there is one. */
  async person(id: string, guildId: string | undefined): Promise<{ user: APIUser; nick?: string | null } | undefined> {
    if (guildId !== undefined) return this.ask(`/guilds/${guildId}/members/${id}`);
    const user = await this.ask<APIUser>(`/users/${id}`);
    return user && { user };
  }

  /** The conversation with one person; undefined where there can't be one. */
  async directWith(userId: string): Promise<{ id: string; last_message_id?: string | null } | undefined> {
    return this.tolerant(
      () => this.rest.post('/users/@me/channels', { body: { recipient_id: userId } }) as Promise<{ id: string }>,
    );
  }

  private ask<T>(path: `/${string}`, query?: URLSearchParams): Promise<T | undefined> {
    return this.tolerant(() => this.rest.get(path, query ? { query } : {}) as Promise<T>);
  }

  private async tolerant<T>(call: () => Promise<T>): Promise<T | undefined> {
    let failures = 0;
    for (let waits = 0; ;) {
      try {
        return answerOf(await call());
      } catch (error) {
        const wait = retryAfterOf(error);
        if (wait !== undefined && waits < MOST_WAITS) {
          waits++;
          await sleep(wait);
          continue;
        }
        const status = statusOf(error);
        if (status !== undefined && status >= 400 && status < 500 && status !== 401 && status !== 429) return undefined;
        if (status === 401 || status === 429 || failures >= MOST_FAILURES) throw error;
        await sleep(backoffDelay(FAILURE_BACKOFF, failures++));
      }
    }
  }
}

const byId = (a: APIMessage, b: APIMessage): number => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

export const isFullPage = (page: readonly unknown[]): boolean => page.length >= PAGE;

/** The library gives the page of a proxy as bytes; taken for an answer, it would say that there is nothing. */
function answerOf<T>(value: T): T {
  if (!isPlainObject(value) && !Array.isArray(value)) throw new Error('Discord: the answer is not valid JSON');
  return value;
}
