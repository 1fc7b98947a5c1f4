import { Injectable } from '@nestjs/common';
import { LaneService } from '../../agent/turns/lane.service';
import { type Logger, LoggerFactory } from '../../common/logger';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { InboxStore } from '../../inbox/inbox.store';
import { ProcessWatch } from './process-watch.service';

const INTERVAL_MS = 30_000;
const QUIET_AFTER_MS = 120_000;
const MB = 1_048_576;

/** Every half minute one line and one event of what goes on, while something does. For who looks for a fault. */
@Injectable()
export class DiagnosticHeartbeat {
  private readonly log: Logger;
  private readonly counts = { received: 0, processed: 0, failed: 0 };
  private readonly off: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lastActivityAt = -Infinity;

  constructor(
    private readonly lanes: LaneService,
    private readonly inbox: InboxStore,
    private readonly watch: ProcessWatch,
    private readonly config: ConfigService,
    private readonly events: EventBus,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('diagnostics');
  }

  /** Returns why it stays off. */
  start(): string | undefined {
    if (this.config.config.diagnostics?.enabled !== true) return 'diagnostics.enabled is not set';
    this.off.push(
      this.events.on('inbox.accepted', () => this.count('received')),
      this.events.on('turn.closed', ({ outcome }) => this.count(outcome === 'failed' ? 'failed' : 'processed')),
    );
    this.timer = setInterval(() => void this.beat(), INTERVAL_MS);
    this.timer.unref();
    return undefined;
  }

  stop(): void {
    clearInterval(this.timer);
    for (const off of this.off.splice(0)) off();
  }

  /** Returns what was told; undefined after two minutes in which nothing happened. */
  async beat(now = performance.now()): Promise<Record<string, unknown> | undefined> {
    const runs = this.lanes.counts();
    if (now - this.lastActivityAt > QUIET_AFTER_MS && runs.active === 0) return undefined;
    const payload = {
      ts: Date.now(),
      messages: { ...this.counts },
      runs: { ...runs, queued: await this.inbox.countPending() },
      loopDelayMs: this.watch.loopDelayMs,
      rssMb: Math.round(process.memoryUsage.rss() / MB),
    };
    this.log.info(payload, 'what goes on');
    this.events.emit('wire.event', { event: 'diagnostics.heartbeat', payload });
    return payload;
  }

  private count(what: keyof DiagnosticHeartbeat['counts']): void {
    this.counts[what]++;
    this.lastActivityAt = performance.now();
  }
}
