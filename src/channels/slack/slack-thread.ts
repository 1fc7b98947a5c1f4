import type { SlackCalls } from './slack-calls';
import type { SlackMessage } from './slack-inbound';

const PAGE = 200;
const MOST_PAGES = 10;

export interface SlackThread {
  channel: string;
  /** Time of the message that it began with. */
  thread: string;
  /** Time of the message up to which it is read. */
  before: string;
  limit: number;
}

/**
 * The message that a thread began with and the newest before another one: Slack tells a thread from its beginning.
 * @throws Error where the app may not read it
 */
export async function threadMessages(
  calls: SlackCalls,
  account: string,
  { channel, thread, before, limit }: SlackThread,
): Promise<SlackMessage[]> {
  let first: SlackMessage | undefined;
  let rest: SlackMessage[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await calls.ask(account, 'conversations.replies', {
      ...{ channel, ts: thread, latest: before, limit: PAGE },
      ...(cursor ? { cursor } : {}),
    });
    if (!answer) throw new Error('Slack does not let the app read it');
    for (const message of (answer['messages'] as SlackMessage[] | undefined) ?? [])
      if (message.ts === thread) first = message;
      else if (Number(message.ts) < Number(before)) rest.push(message);
    rest = rest.slice(-Math.max(limit - 1, 1));
    cursor = (answer['response_metadata'] as { next_cursor?: string } | undefined)?.next_cursor;
    if (!cursor) break;
  }
  return [...(first ? [first] : []), ...(limit > 1 ? rest : [])].map((message) => ({ ...message, channel }));
}
