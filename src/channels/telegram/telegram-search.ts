import { isPlainObject } from '../../common/plain-object';
import type { SearchStep, SentSearch } from '../channel-adapter';
import { type TelegramMessageIds, sequenceOf } from './telegram-message-ids';
import { chatIdOf } from './telegram-places';

/** Numbers behind the newest that is known: nobody tells a bot of every message. */
const MARGIN = 3;
/** Each other message of the sequence that is being looked for may have a number before the one. */
const MOST_OTHERS = 4;
const MOST_PROBES = 8;
/** Whether a poll has told what came meanwhile is waited for so long, in milliseconds. */
const CATCH_UP_MS = 6000;

interface Progress {
  /** Number up to which has been looked. */
  through: number;
  probes: number;
}

export interface SearchPlace {
  account: string;
  chat: string;
  ids: TelegramMessageIds;
  /** Whether all that was said to the account before a moment of the monotonic clock is known. */
  isCaughtUp(moment: number): boolean;
  /** Gives the message of a number the text that is looked for. Returns false where the number is not that of a text of ours. */
  probe(messageId: number): Promise<boolean>;
}

/**
 * One step of the search for a message without a known outcome. Numbers only rise and each chat gets one message at a time,
 * so the first text of ours behind the mark that is nothing else is the one. Every number that is known is something else.
 */
export async function searchStep(place: SearchPlace, search: SentSearch): Promise<SearchStep> {
  let { through, probes } = progressOf(search);
  const cutAt = performance.now() - search.sinceCutMs;
  // What people had said by then takes numbers as well: asking about these would be in vain.
  if (search.elapsedMs < CATCH_UP_MS && !place.isCaughtUp(cutAt)) return { kind: 'waiting' };
  const candidate = probes < MOST_PROBES ? await nextCandidate(place, search, through) : undefined;
  if (candidate === undefined) return { kind: 'absent' };
  if (await place.probe(candidate)) return { kind: 'found', platformId: String(candidate) };
  through = candidate;
  probes++;
  const isOver = probes >= MOST_PROBES || (await nextCandidate(place, search, through)) === undefined;
  return isOver ? { kind: 'absent' } : unfinished({ through, probes });
}

const unfinished = (progress: Progress): SearchStep => ({ kind: 'unfinished', progress: JSON.stringify(progress) });

/** The lowest number that may be the message's. */
async function nextCandidate(
  { account, chat, ids }: SearchPlace,
  { mark, others, known, elapsedMs }: SentSearch,
  through: number,
): Promise<number | undefined> {
  const sequence = sequenceOf(account, chat);
  const besides = others.filter((place) => sequenceOf(account, place) === sequence).length;
  const last = (): number => {
    // Numbers only rise: what came into being after the search began has a higher one.
    const after = ids.firstAfter(account, chat, performance.now() - elapsedMs, Number(mark));
    if (after !== undefined) return after - 1;
    return Math.max(Number(mark), ids.newest(account, chat) ?? 0) + MARGIN + Math.min(besides, MOST_OTHERS);
  };
  let from = through + 1;
  for (;;) {
    const open: number[] = [];
    for (; from <= last() && open.length < MOST_PROBES; from++) if (!ids.isKnown(account, chat, from)) open.push(from);
    if (open.length === 0) return undefined;
    for (const { route, platformId } of await known(open.map(String)))
      if (sequenceOf(account, chatIdOf(route.to)) === sequence) ids.note(account, chat, Number(platformId));
    const free = open.find((id) => !ids.isKnown(account, chat, id));
    if (free !== undefined) return free;
  }
}

function progressOf({ mark, progress }: SentSearch): Progress {
  const before: unknown = progress === undefined ? undefined : JSON.parse(progress);
  const { through, probes } = isPlainObject(before) ? before : {};
  return typeof through === 'number' && typeof probes === 'number'
    ? { through, probes }
    : { through: Number(mark), probes: 0 };
}
