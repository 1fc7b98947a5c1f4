import { RecentMap } from '../../common/recent-map';
/** A small map whose entries expire; what was used longest ago goes when it is full. */
export class TimedCache<T> {
  private readonly entries: RecentMap<string, { value: T; expires: number }>;

  constructor(capacity = 100) {
    this.entries = new RecentMap(capacity);
  }

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.expires > performance.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: T, ttlMs: number): void {
    if (ttlMs <= 0) return;
    this.entries.set(key, { value, expires: performance.now() + ttlMs });
  }
}
