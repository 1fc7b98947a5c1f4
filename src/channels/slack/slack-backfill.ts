import type { Logger } from '../../common/logger';
import type { SlackCalls } from './slack-calls';
import type { SlackMessage } from './slack-inbound';

/** How many of the last messages tell where each conversation stands. */
const REMEMBERED = 1000;
/** Conversations are taken side by side, so one's message may be on disk before an older one of another. */
const OVERLAP_SECONDS = 60;
const MOST_CONVERSATIONS = 200;
const MOST_PAGES = 10;
const PAGE = 100;

export interface BackfillOptions {
  calls: SlackCalls;
  account: string;
  log: Logger;
  lastReceived(limit: number): Promise<string[]>;
  /** When the account ran for the first time: what was said before was not said to this gateway. */
  firstRunAt(): Promise<number>;
  take(message: SlackMessage): Promise<void>;
}

/**
 * Slack tells an event again for some minutes only. What was said while nobody listened for longer is looked for in
 * the conversations that the bot is in, and in the threads it knows; known messages are told apart by the inbox.
 */
export class SlackBackfill {
  constructor(private readonly options: BackfillOptions) {}

  async run(signal: AbortSignal): Promise<void> {
    const channels = new Map<string, string>();
    const threads = new Map<string, string>();
    for (const id of await this.options.lastReceived(REMEMBERED)) {
      const [, channel, ts, thread] = /^(\w+):(\d+\.\d+)(?::(\d+\.\d+))?$/.exec(id) ?? [];
      if (!channel || !ts) continue;
      note(channels, channel, ts);
      if (thread) note(threads, `${channel}:${thread}`, ts);
    }
    const since = (await this.options.firstRunAt()) / 1000;
    const newest = Math.max(since, ...[...channels.values()].map((ts) => Number(ts) - OVERLAP_SECONDS));
    for (const { id } of await this.conversations()) if (!channels.has(id)) channels.set(id, newest.toFixed(6));
    let found = 0;
    for (const [channel, oldest] of channels) {
      if (signal.aborted) return;
      found += await this.look('conversations.history', { channel, oldest }, channel, signal);
    }
    for (const [key, oldest] of threads) {
      if (signal.aborted) return;
      const [channel = '', ts = ''] = key.split(':');
      found += await this.look('conversations.replies', { channel, ts, oldest }, channel, signal);
    }
    if (found > 0)
      this.options.log.info({ found, conversations: channels.size }, 'looked through what was said meanwhile');
  }

  private async conversations(): Promise<{ id: string }[]> {
    const { calls, account } = this.options;
    const answer = await calls.ask(account, 'users.conversations', {
      types: 'public_channel,private_channel,mpim,im',
      exclude_archived: true,
      limit: MOST_CONVERSATIONS,
    });
    return (answer?.['channels'] as { id: string }[] | undefined) ?? [];
  }

  /** Pages come newest first (threads: oldest first); they are handed on in order of time. */
  private async look(
    method: string,
    params: Record<string, unknown>,
    channel: string,
    signal: AbortSignal,
  ): Promise<number> {
    const { calls, account, take } = this.options;
    const messages: SlackMessage[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES && !signal.aborted; page++) {
      const answer = await calls.ask(account, method, { ...params, limit: PAGE, ...(cursor ? { cursor } : {}) });
      if (!answer) break;
      messages.push(...((answer['messages'] as SlackMessage[] | undefined) ?? []));
      cursor = (answer['response_metadata'] as { next_cursor?: string } | undefined)?.next_cursor;
      if (!cursor) break;
    }
    const inOrder = messages
      .filter(({ ts }) => Number(ts) > Number(params['oldest']))
      .sort((a, b) => Number(a.ts) - Number(b.ts));
    for (const message of inOrder) await take({ ...message, channel });
    return inOrder.length;
  }
}

const note = (map: Map<string, string>, key: string, ts: string): void => {
  if (Number(ts) > Number(map.get(key) ?? 0)) map.set(key, ts);
};
