import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';

type Fail = (error: unknown) => void;

/**
 * Tells to which account an error belongs that nobody waits for (a rejected promise, a throwing timer or listener of a
 * platform's library): it ends that account's task alone. Listens to the process only while an account runs.
 */
export class AccountScope {
  private readonly scope = new AsyncLocalStorage<Fail>();
  private running = 0;
  private readonly onError = (error: unknown): void => {
    const fail = this.scope.getStore();
    if (fail) {
      fail(error);
      return;
    }
    // Not ours: what Node does without a listener.
    this.log.error({ error }, `the gateway ends: ${messageOf(error)}`);
    process.exitCode = 1;
    process.off('uncaughtException', this.onError);
    setImmediate(() => {
      throw error;
    });
  };

  constructor(private readonly log: Logger) {}

  /** Runs work that is not the account's own, though it sets it off: a turn's errors are the turn's. */
  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.scope.exit(work);
  }

  /** Runs a task; rejects with its error or with the first one that it leaves to nobody. */
  async run(task: () => Promise<void>): Promise<void> {
    if (this.running++ === 0) {
      process.on('unhandledRejection', this.onError);
      process.on('uncaughtException', this.onError);
    }
    try {
      await new Promise<void>((resolve, reject) => {
        let isOver = false;
        const fail = (error: unknown): void => {
          // It can end the task once; what comes after that is said, at least.
          if (isOver) this.log.error({ error }, `an account left a further error to nobody: ${messageOf(error)}`);
          isOver = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        };
        this.scope.run(fail, () => void task().then(resolve, reject));
      });
    } finally {
      if (--this.running === 0) {
        process.off('unhandledRejection', this.onError);
        process.off('uncaughtException', this.onError);
      }
    }
  }
}
