import { RecentMap } from '../../common/recent-map';

const MINUTE_MS = 60_000;
const MOST_NAMES = 10_000;

/** Counts what each name did within the last minute. */
export class RateWindow {
  private readonly times = new RecentMap<string, number[]>(MOST_NAMES);

  /** Notes one more unless there were so many already. @returns milliseconds to wait, 0 when it is allowed */
  take(name: string, most: number, now = performance.now()): number {
    const recent = (this.times.get(name) ?? []).filter((time) => now - time < MINUTE_MS);
    const [oldest = now] = recent;
    if (recent.length >= most) return oldest + MINUTE_MS - now;
    this.times.set(name, [...recent, now]);
    return 0;
  }
}
