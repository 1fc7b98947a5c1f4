import type { APIMessage } from 'discord.js';
import type { OutboundMessage, SearchStep, SentSearch } from '../channel-adapter';
import { discordMarkdown } from './discord-format';
import { maxSnowflake } from './snowflake';

const PAGE = 100;

export interface SearchPlace {
  botId: string;
  /** At most so many messages after one. */
  after(messageId: string, limit: number): Promise<readonly APIMessage[]>;
  /** Gives one of our messages the text that is looked for. Returns false where it is gone. */
  complete(messageId: string): Promise<boolean>;
}

/**
 * One page of the history behind the mark: our own messages that no other part is known by. Each conversation gets one
 * message at a time, so the one with the text, or with the beginning of it that was shown while it was written, is the one.
 */
export async function searchStep(
  place: SearchPlace,
  message: OutboundMessage,
  search: SentSearch,
): Promise<SearchStep> {
  const page = [...(await place.after(search.progress ?? search.mark, PAGE))].sort((a, b) =>
    BigInt(a.id) < BigInt(b.id) ? -1 : 1,
  );
  const own = page.filter(({ author }) => author.id === place.botId);
  const taken = new Set((await search.known(own.map(({ id }) => id))).map(({ platformId }) => platformId));
  const wanted = discordMarkdown(message.text);
  for (const { id, content, attachments } of own) {
    const hasFile = attachments.some(({ filename }) => filename === message.file?.name);
    const fits = message.file ? hasFile : content !== '' && wanted.startsWith(content.trim());
    if (!fits || taken.has(id)) continue;
    if (content.trim() === wanted || (await place.complete(id))) return { kind: 'found', platformId: id };
  }
  const newest = page.map(({ id }) => id).reduce(maxSnowflake, search.mark);
  return page.length < PAGE ? { kind: 'absent' } : { kind: 'unfinished', progress: newest };
}
