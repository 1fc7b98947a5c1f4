import { statfs } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { ReadinessService } from '../../gateway/readiness.service';
import { InboxService } from '../../inbox/inbox.service';
import { DEFAULT_MIN_FREE_MB } from './maintenance.config';

const MIB = 1024 * 1024;
/** Room that has to be free beyond the limit before intake begins again, so that it does not flutter. */
const HYSTERESIS = 1.1;

/**
 * Takes no more messages before the disk is full: platforms keep what is not confirmed and clients are told, so nothing
 * is lost, and the database never sees the end of the disk.
 */
@Injectable()
export class DiskGuard {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly inbox: InboxService,
    private readonly readiness: ReadinessService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('maintenance/disk');
  }

  async check(): Promise<void> {
    const minFreeMb = this.config.config.maintenance?.minFreeMb ?? DEFAULT_MIN_FREE_MB;
    if (minFreeMb === 0) return this.release();
    let freeMb: number;
    try {
      const { bavail, bsize } = await statfs(this.config.stateDir);
      freeMb = Math.floor((bavail * bsize) / MIB);
    } catch (error) {
      this.log.debug({}, `free room is not known: ${messageOf(error)}`);
      return;
    }
    const isPaused = this.inbox.pausedBecause !== undefined;
    if (freeMb < minFreeMb) {
      const reason = `only ${freeMb} MB are free on the disk of ${this.config.stateDir}, ${minFreeMb} MB are kept; make room`;
      if (!isPaused) this.log.error({ freeMb, minFreeMb }, `no more messages are taken: ${reason}`);
      this.inbox.pause(reason);
      this.readiness.fail('disk', reason);
      if (!isPaused) this.tell();
    } else if (freeMb >= minFreeMb * HYSTERESIS || !isPaused) this.release();
  }

  private release(): void {
    if (this.inbox.pausedBecause === undefined) return;
    this.inbox.resume();
    this.readiness.fail('disk', undefined);
    this.log.info({}, 'there is room again: messages are taken');
    this.tell();
  }

  private tell(): void {
    this.events.emit('wire.event', {
      event: 'intake.changed',
      payload: { paused: this.inbox.pausedBecause !== undefined, reason: this.inbox.pausedBecause ?? null },
    });
  }
}
