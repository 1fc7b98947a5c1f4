import { isPlainObject } from '../../common/plain-object';
import type { SearchStep, SentSearch } from '../channel-adapter';
import type { SlackBot } from './slack-inbound';

/** Type of the metadata that each message of ours carries, with the number of its delivery. */
export const DELIVERY = 'openclaw_delivery';

/** A message as the history gives it; only what is read here. */
export interface SlackSentMessage {
  ts: string;
  text: string;
  user?: string;
  bot_id?: string;
  files?: { id: string; name?: string; title?: string }[];
  metadata?: { event_type?: string; event_payload?: { id?: string } };
}

export interface SearchPlace {
  /** A page of the history behind the mark. */
  page(cursor: string | undefined): Promise<Record<string, unknown>>;
  /** Gives the message its final text. Returns false where it is gone. */
  complete(message: SlackSentMessage): Promise<boolean>;
}

export interface Wanted {
  deliveryId: string | undefined;
  text: string;
  fileName: string | undefined;
  bot: SlackBot | undefined;
}

/** The id that the outbox keeps for a file. */
export const fileId = (id: string): string => `file:${id}`;

/**
 * One page of the history. A message says by its metadata which delivery it is, where the app may read that; else by its
 * text, and a file by its name: then it must be none that is known.
 */
export async function searchStep(place: SearchPlace, wanted: Wanted, search: SentSearch): Promise<SearchStep> {
  const answer = await place.page(search.progress);
  const messages = (answer['messages'] ?? []) as SlackSentMessage[];
  const idOf = (message: SlackSentMessage): string => {
    const file = message.files?.find(({ name, title }) => name === wanted.fileName || title === wanted.fileName);
    return wanted.fileName !== undefined && file ? fileId(file.id) : message.ts;
  };
  const fitting = messages.filter((message) => fits(message, wanted)).sort((a, b) => Number(a.ts) - Number(b.ts));
  const taken = new Set((await search.known(fitting.map(idOf))).map(({ platformId }) => platformId));
  for (const message of fitting) {
    const platformId = idOf(message);
    if (!taken.has(platformId) && (await place.complete(message))) return { kind: 'found', platformId };
  }
  const next = isPlainObject(answer['response_metadata']) ? answer['response_metadata']['next_cursor'] : undefined;
  return typeof next === 'string' && next !== '' ? { kind: 'unfinished', progress: next } : { kind: 'absent' };
}

function fits({ metadata, files, text, user, bot_id: botId }: SlackSentMessage, wanted: Wanted): boolean {
  const { bot, fileName } = wanted;
  if (metadata?.event_type === DELIVERY) return metadata.event_payload?.id === wanted.deliveryId;
  if (bot === undefined || (botId !== bot.botId && user !== bot.userId)) return false;
  if (fileName !== undefined) return (files ?? []).some(({ name, title }) => name === fileName || title === fileName);
  return text !== '' && wanted.text.startsWith(text);
}
