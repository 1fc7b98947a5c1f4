import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import type { Logger } from '../common/logger';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import { LeaseLostError } from './lease';

const AGAIN: BackoffPolicy = { initialMs: 100, maxMs: 5000, factor: 2, jitter: 0.2 };

export interface StoreAgain {
  log: Logger;
  /** What is being stored, for the log: "the end of a job". */
  what: string;
  stop?: AbortSignal;
  /** Failures after which it is worth another try; all by default. */
  isWorthIt?: (error: unknown) => boolean;
}

/**
 * Stores what has happened and can't be taken back, such as a call to a platform: however often the database refuses, that is
 * tried until it works or the gateway stops. Nobody else would do it before the next start.
 * @throws the last refusal where the gateway stops, or another try is of no use
 */
export async function untilStored<T>(store: () => Promise<T>, again: StoreAgain): Promise<T> {
  const { log, what, stop, isWorthIt = () => true } = again;
  for (let attempt = 0; ; attempt++) {
    try {
      return await store();
    } catch (error) {
      const isClosed = error instanceof OpenclawError && error.code === 'STORAGE_CLOSED';
      const isOver = isClosed || error instanceof LeaseLostError;
      if (isOver || stop?.aborted || !isWorthIt(error)) throw error;
      const waitMs = backoffDelay(AGAIN, attempt);
      log.error({ waitMs, error: messageOf(error) }, `${what} could not be noted yet`);
      await sleep(waitMs, stop);
    }
  }
}
