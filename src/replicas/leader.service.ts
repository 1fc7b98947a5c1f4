import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { EventBus } from '../events/event-bus';
import type { Lease } from '../storage/lease';
import { LeaseService } from '../storage/lease.service';

export const LEADER = 'leader';

/**
 * Which gateway does what is to be done once for all of them: heartbeats, tidying up, looking for updates, telling webhooks.
 * By lease; where a gateway is alone on its database it is always this one.
 */
@Injectable()
export class Leader {
  private readonly log: Logger;
  private lease: Lease | undefined;
  private isSeeking = false;
  private readonly chosen = new Set<() => void>();

  constructor(
    private readonly leases: LeaseService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('replicas');
  }

  /** Whether this gateway does it now. */
  get leads(): boolean {
    return this.leases.isAlone || (this.lease !== undefined && this.leases.isSure(this.lease));
  }

  /** Called each time it falls to this gateway, where others were there before. */
  onChosen(listener: () => void): void {
    this.chosen.add(listener);
  }

  async start(): Promise<void> {
    if (this.leases.isAlone) return;
    await this.seek();
    this.events.on('replicas.look', () => this.seek());
  }

  private async seek(): Promise<void> {
    if (this.isSeeking || this.leads) return;
    this.isSeeking = true;
    try {
      // To look at it takes no write, which each of them would make all the time.
      if (!(await this.leases.isFree(LEADER))) return;
      this.lease = await this.leases.acquire(LEADER);
      if (!this.lease) return;
      this.log.info({}, 'this gateway does the chores of all');
      for (const listener of this.chosen) listener();
    } catch (error) {
      this.log.debug({ error: messageOf(error) }, 'nobody could tell which gateway does the chores');
    } finally {
      this.isSeeking = false;
    }
  }
}
