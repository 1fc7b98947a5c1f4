import type { Logger } from '../../common/logger';
import type { SlackCalls } from './slack-calls';
import type { SlackMessage } from './slack-inbound';

/** How many of the last messages tell which conversations and threads there are. */
const REMEMBERED = 1000;
/** Conversations are taken side by side, so one's message may be on disk before an older one of another. */
export const OVERLAP_MS = 60_000;
const MOST_CONVERSATIONS = 200;
const MOST_PAGES = 200;
const PAGE = 100;

export interface BackfillOptions {
  calls: SlackCalls;
  account: string;
  log: Logger;
  lastReceived(limit: number): Promise<string[]>;
  /** Up to when nothing is missing, in milliseconds since 1970. */
  completeThrough(): Promise<number>;
  take(message: SlackMessage): Promise<void>;
}

/**
 * Slack tells an event again for some minutes only. What was said while nobody listened for longer is looked for in
 * the conversations that the bot is in, and in the threads it knows; known messages are told apart by the inbox.
 */
export class SlackBackfill {
  constructor(private readonly options: BackfillOptions) {}

  async run(signal: AbortSignal): Promise<void> {
    // What was taken since then may have gaps: events came while an earlier search was still going on.
    const since = ((await this.options.completeThrough()) / 1000).toFixed(6);
    const channels = new Map<string, string>();
    const threads = new Map<string, string>();
    for (const id of await this.options.lastReceived(REMEMBERED)) {
      const [, channel, ts, thread] = /^(\w+):(\d+\.\d+)(?::(\d+\.\d+))?$/.exec(id) ?? [];
      if (!channel || !ts) continue;
      channels.set(channel, since);
      if (thread) threads.set(`${channel}:${thread}`, since);
    }
    for (const { id } of await this.conversations()) channels.set(id, since);
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
