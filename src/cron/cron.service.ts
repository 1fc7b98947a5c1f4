import { Injectable, Optional } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock, systemClock } from '../common/clock';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { InboxService } from '../inbox/inbox.service';
import type { CronJob } from './cron-job';
import { CronStore } from './cron.store';

const TIMER = 'cron';
/** Timers can't be longer; the rest is waited for in a further round. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const RETRY_MS = 5000;

/** Hands each due job to the inbox, in the commit that takes it off the schedule: no slot is lost or runs twice. */
@Injectable()
export class CronService {
  private readonly log: Logger;
  private running = false;

  constructor(
    private readonly store: CronStore,
    private readonly inbox: InboxService,
    private readonly scheduler: SchedulerRegistry,
    loggers: LoggerFactory,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    this.log = loggers.child('cron');
  }

  async start(): Promise<void> {
    this.running = true;
    await this.arm();
  }

  stop(): void {
    this.running = false;
    this.disarm();
  }

  /** Sets the timer to the next due job; to be called after each change of the jobs. */
  async arm(): Promise<void> {
    if (!this.running) return;
    const next = await this.store.nextDue();
    this.disarm();
    if (next !== undefined) this.wakeIn(Math.min(Math.max(0, next - this.clock.now()), MAX_TIMER_MS));
  }

  /** Makes a job due at once, whatever its time. */
  async runNow(job: CronJob): Promise<void> {
    await this.run({ ...job, schedule: { kind: 'at', atMs: this.clock.now() } });
    await this.arm();
  }

  private wakeIn(ms: number): void {
    const timer = setTimeout(() => void this.tick(), ms);
    timer.unref();
    this.scheduler.addTimeout(TIMER, timer);
  }

  private disarm(): void {
    if (this.scheduler.doesExist('timeout', TIMER)) this.scheduler.deleteTimeout(TIMER);
  }

  private async tick(): Promise<void> {
    this.disarm();
    try {
      for (const job of await this.store.due(this.clock.now())) await this.run(job);
      await this.arm();
    } catch (error) {
      this.log.error({ error, waitMs: RETRY_MS }, `due jobs could not be handed over: ${messageOf(error)}`);
      if (this.running) this.wakeIn(RETRY_MS);
    }
  }

  private async run(job: CronJob): Promise<void> {
    const slot = `${job.id}:${job.schedule.atMs}`;
    const runId = `cron:${slot}`;
    const receipt = await this.inbox.accept(
      {
        channel: 'cron',
        account: 'default',
        externalId: slot,
        sessionKey: job.sessionKey,
        runId,
        message: {
          text: job.payload.text,
          // Only owners make jobs; what they may have read then stays with the text.
          isOwner: true,
          isSystemEvent: true,
          jobId: job.id,
          ...(job.origin ? { origin: job.origin } : {}),
          ...(job.route ? { route: job.route } : {}),
        },
      },
      async (transaction, { duplicate }) => {
        if (!duplicate) await this.store.ranIn(transaction, job, runId, this.clock.now());
      },
    );
    this.log.info(
      { job: job.id, runId, lateMs: this.clock.now() - job.schedule.atMs, duplicate: receipt.duplicate },
      'job is due',
    );
  }
}
