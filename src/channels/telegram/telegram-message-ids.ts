import { RecentMap } from '../../common/recent-map';

/** How many of its own messages are remembered. */
const MOST_OWN = 5000;
/** How many numbers of one sequence are remembered: the newest. */
const MOST_KNOWN = 2000;
/** How many sequences are remembered: those that were used last. */
const MOST_SEQUENCES = 5000;

/**
 * Message numbers that are known, each of the sequence that it belongs to: private chats and small groups of a bot share
 * one; supergroups and channels (ids below -100…) have one each, and so has an account that the bot answers for.
 */
export class TelegramMessageIds {
  private readonly sequences = new RecentMap<string, { newest: number; known: Map<number, number> }>(MOST_SEQUENCES);
  private readonly own = new RecentMap<string, true>(MOST_OWN);

  /** @param notBefore moment of the monotonic clock after which the message surely came into being, where one is known */
  note(account: string, chat: string, messageId: number, notBefore = -Infinity): void {
    if (!Number.isSafeInteger(messageId)) return;
    const key = sequenceOf(account, chat);
    const sequence = this.sequences.get(key) ?? { newest: 0, known: new Map<number, number>() };
    this.sequences.set(key, sequence);
    sequence.newest = Math.max(sequence.newest, messageId);
    // What is told again is as old as it was.
    if (!sequence.known.has(messageId)) sequence.known.set(messageId, notBefore);
    if (sequence.known.size < 2 * MOST_KNOWN) return;
    const newest = [...sequence.known].sort(([a], [b]) => b - a).slice(0, MOST_KNOWN);
    sequence.known = new Map(newest);
  }

  /** A message that the bot has sent. */
  noteOwn(account: string, chat: string, messageId: number, notBefore?: number): void {
    this.note(account, chat, messageId, notBefore);
    this.own.set(`${account}/${chat}/${messageId}`, true);
  }

  /** Whether the bot is known to have sent a message. */
  isOwn(account: string, chat: string, messageId: number): boolean {
    return this.own.has(`${account}/${chat}/${messageId}`);
  }

  /** Whether a number is known to be that of some message of the chat's sequence. */
  isKnown(account: string, chat: string, messageId: number): boolean {
    return this.sequences.get(sequenceOf(account, chat))?.known.has(messageId) === true;
  }

  /** The lowest number above another one that surely came into being after a moment of the monotonic clock. */
  firstAfter(account: string, chat: string, moment: number, above: number): number | undefined {
    let first: number | undefined;
    for (const [id, notBefore] of this.sequences.get(sequenceOf(account, chat))?.known ?? [])
      if (notBefore >= moment && id > above && (first === undefined || id < first)) first = id;
    return first;
  }

  /** Undefined where nothing is known yet. */
  newest(account: string, chat: string): number | undefined {
    return this.sequences.get(sequenceOf(account, chat))?.newest;
  }
}

const OWN_SEQUENCE = /^(?:-100\d|@)/;
const BUSINESS = /^business:[^:]+/;

/** @param chat as `chatIdOf` of telegram-places spells it */
export function sequenceOf(account: string, chat: string): string {
  const [connection] = BUSINESS.exec(chat) ?? [];
  if (connection !== undefined) return `${account}/${connection}`;
  return OWN_SEQUENCE.test(chat) ? `${account}/${chat}` : account;
}
