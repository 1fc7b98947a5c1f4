import { RecentMap } from '../../common/recent-map';
const MOST = 500;

/** Calls that are known again by a key while the gateway runs: the same key has the same result. */
export class KnownCalls<T> {
  private readonly results = new RecentMap<string, Promise<T>>(MOST);

  /** Does the work unless it is being done or was done under this key; what has failed may be tried again. */
  once(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.results.get(key);
    if (known) return known;
    const result = work();
    this.results.set(key, result);
    result.catch(() => this.results.delete(key));
    return result;
  }
}
