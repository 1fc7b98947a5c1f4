import { Injectable } from '@nestjs/common';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { sleep } from '../common/sleep';
import { QuarantineStore } from '../inbox/quarantine.store';
import { LeaseLostError } from '../storage/lease';
import type { RawUpdate, UpdateWait } from './channel-adapter';
import { goesBy } from './passing-fault';

/** Tries after which an update is kept as it came. */
const MAX_TRIES = 3;
const AGAIN: BackoffPolicy = { initialMs: 50, maxMs: 200, factor: 2, jitter: 0 };
const STORE_BACKOFF: BackoffPolicy = { initialMs: 200, maxMs: 5000, factor: 2, jitter: 0.2 };

/**
 * Sees to it that each update of a platform is taken: one that can't be handled is kept raw after three tries and stops
 * nobody; what stands in the way for a while is waited for.
 */
@Injectable()
export class UpdateIntake {
  private readonly log: Logger;

  constructor(
    private readonly quarantine: QuarantineStore,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('channels/intake');
  }

  /**
   * Resolves when the update is on disk, as what it says or as it came.
   * @throws what stands in the way, without `wait`, or when that is over
   */
  async take(
    channel: string,
    account: string,
    update: RawUpdate,
    work: () => Promise<void>,
    wait?: UpdateWait,
  ): Promise<void> {
    let fault: unknown;
    for (let tries = 0, rests = 0; ;) {
      try {
        if (tries < MAX_TRIES) await work();
        else await this.keep(channel, account, update, fault);
        if (rests > 0) wait?.over();
        return;
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        if (goesBy(error)) {
          if (!wait || wait.signal.aborted) throw error;
          const waitMs = backoffDelay(STORE_BACKOFF, rests++);
          wait.begins(messageOf(error));
          this.log.warn({ channel, account, update: update.id, waitMs }, `an update waits: ${messageOf(error)}`);
          await sleep(waitMs, wait.signal);
          if (wait.signal.aborted) throw error;
          continue;
        }
        if (tries >= MAX_TRIES) throw error;
        fault = error;
        this.log.warn(
          { channel, account, update: update.id, tries: tries + 1, error },
          `an update failed: ${messageOf(error)}`,
        );
        await sleep(backoffDelay(AGAIN, tries++));
      }
    }
  }

  private async keep(channel: string, account: string, { id, raw }: RawUpdate, fault: unknown): Promise<void> {
    const reason = `it could not be handled: ${messageOf(fault)}`;
    await this.quarantine.keep({ channel, account, externalId: id, raw, reason });
    this.log.error(
      { channel, account, update: id, error: fault },
      `an update was put into quarantine: ${messageOf(fault)}`,
    );
  }
}
