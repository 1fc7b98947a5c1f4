import { RecentMap } from '../../common/recent-map';
import { dayIn } from '../../common/zoned-time';

/** As long as providers keep what they have read at the least. */
const HOLD_MS = 5 * 60_000;
const MOST_SESSIONS = 1000;

/**
 * The time that a conversation is told in its system prompt. It stays the same for five minutes of a day: another one
 * would make a provider read the whole conversation again at full price.
 */
export class ToldTimes {
  private readonly told = new RecentMap<string, number>(MOST_SESSIONS);

  of(sessionKey: string, now: number, zone: string): number {
    const before = this.told.get(sessionKey);
    const isFresh = before !== undefined && now >= before && now - before < HOLD_MS;
    if (isFresh && dayIn(before, zone) === dayIn(now, zone)) return before;
    this.told.set(sessionKey, now);
    return now;
  }
}
