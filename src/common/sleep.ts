/** Longest time of a timer: one that is set to more fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** A time that a timer can be set to: the longest there is, 24 days, for any that is longer. */
export const timerMs = (ms: number): number => Math.min(Math.max(0, ms), MAX_TIMER_MS);

/** Resolves after `ms`, however long that is, or at once (also without an error) when the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const until = performance.now() + ms;
    const wait = (): void => {
      const rest = until - performance.now();
      timer = rest > MAX_TIMER_MS ? setTimeout(wait, MAX_TIMER_MS) : setTimeout(done, rest);
    };
    let timer: NodeJS.Timeout;
    wait();
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits for a promise, but no longer than `ms`. Returns whether it settled in time; its errors are the caller's business. */
export async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, sleep(ms, timer.signal).then(() => false)]);
  timer.abort();
  return inTime;
}
