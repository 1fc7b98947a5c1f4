import type { APIMessage } from 'discord.js';
import type { DiscordHistory } from './discord-history';

/** Type of the message in a thread that stands for the one which it began with. */
const THREAD_STARTER = 21;

/**
 * The message that a thread began with, and the newest before another one. In a forum it stands in the thread itself, else
 * in the channel that the thread belongs to, under the thread's own number.
 * @throws Error where the bot may not read it
 */
export async function threadMessages(
  history: DiscordHistory,
  { threadId, parentId }: { threadId: string; parentId: string | undefined },
  before: string,
  limit: number,
): Promise<APIMessage[]> {
  const page = await history.before(threadId, before, Math.max(limit, 2));
  if (!page) throw new Error('Discord does not let the bot read it');
  const starter = page.find(({ type }) => type === THREAD_STARTER)?.referenced_message;
  const first =
    page.find(({ id }) => id === threadId) ??
    starter ??
    (parentId === undefined ? undefined : await history.message(parentId, threadId)) ??
    (await history.message(threadId, threadId));
  const rest = page.filter(({ id, type }) => id !== first?.id && type !== THREAD_STARTER);
  const room = first ? limit - 1 : limit;
  return [...(first ? [first] : []), ...(room > 0 ? rest.slice(-room) : [])];
}
