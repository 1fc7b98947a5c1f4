import { RecentMap } from '../../common/recent-map';
import type { BotLoopProtectionConfig } from './bot-loop.config';

const HOUR_MS = 3_600_000;
/** Bots and chats whose messages are counted at a time; who has been silent longest is forgotten first. */
const MOST_COUNTED = 2000;

export interface BotLoopRules {
  perWindow: number;
  windowMs: number;
  perHour: number;
  /** Undefined: a pause lasts until a person writes. */
  cooldownMs?: number;
}

/** One place of a chat: a thread of it, or the rest. */
export interface BotPlace {
  chat: string;
  threadId?: string;
}

export type Excess = 'window' | 'hour';

/** Rules from the widest to the narrowest block; undefined where they are switched off. */
export function botLoopRules(...blocks: readonly (BotLoopProtectionConfig | undefined)[]): BotLoopRules | undefined {
  const merged: BotLoopProtectionConfig = Object.assign({}, ...blocks);
  const {
    enabled = true,
    maxEventsPerWindow = 20,
    windowSeconds = 60,
    maxEventsPerHour = 120,
    cooldownSeconds = 0,
  } = merged;
  if (!enabled) return undefined;
  return {
    perWindow: maxEventsPerWindow,
    windowMs: windowSeconds * 1000,
    perHour: maxEventsPerHour,
    ...(cooldownSeconds > 0 ? { cooldownMs: cooldownSeconds * 1000 } : {}),
  };
}

/**
 * Counts the messages of other bots that were answered since a person wrote. Two budgets: one bot in one place within a
 * short window, and all bots of a chat within an hour, for exchanges that are slow or go round between several.
 */
export class BotBudget {
  /** Times of messages, oldest first, by bot and place, and by chat. */
  private readonly times = new RecentMap<string, number[]>(MOST_COUNTED);

  count(place: BotPlace, bot: string, rules: BotLoopRules, now: number): void {
    this.add(pairKey(place, bot), rules.perWindow, now);
    this.add(chatKey(place), rules.perHour, now);
  }

  /** Which budget has nothing left for one more message. */
  excess(place: BotPlace, bot: string, rules: BotLoopRules, now: number): Excess | undefined {
    if (this.within(pairKey(place, bot), now - rules.windowMs) >= rules.perWindow) return 'window';
    return this.within(chatKey(place), now - HOUR_MS) >= rules.perHour ? 'hour' : undefined;
  }

  /** Counting begins anew in a place; of its chat, too. */
  forget(place: BotPlace): void {
    const start = pairKey(place, '');
    for (const key of this.times.keys()) if (key.startsWith(start)) this.times.delete(key);
    this.times.delete(chatKey(place));
  }

  private within(key: string, since: number): number {
    return (this.times.get(key) ?? []).filter((at) => at > since).length;
  }

  private add(key: string, most: number, now: number): void {
    this.times.set(key, [...(this.times.get(key) ?? []), now].slice(-most));
  }
}

const chatKey = ({ chat }: BotPlace): string => JSON.stringify([chat]);
const pairKey = ({ chat, threadId = '' }: BotPlace, bot: string): string =>
  `${JSON.stringify([chat, threadId])} ${bot}`;
