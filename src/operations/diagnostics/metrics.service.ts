import { statfs } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { LaneService } from '../../agent/turns/lane.service';
import { ChannelStatus } from '../../channels/channel-status.service';
import { appVersion } from '../../common/app-root';
import { ConfigService } from '../../config/config.service';
import { PresenceService } from '../../gateway/connection/presence.service';
import { ReadinessService } from '../../gateway/readiness.service';
import { PinoLoggerFactory } from '../../logging/pino-logger-factory';
import { DatabaseService } from '../../storage/database.service';
import { MetricCounters } from './metric-counters.service';
import { MetricsPage, type Sample } from './metrics-page';
import { ProcessWatch } from './process-watch.service';

const INBOX_STATES = ['pending', 'running'] as const;
const OUTBOX_STATES = ['pending', 'failed', 'unknown', 'uncertain'] as const;

/** Figures in the text format of Prometheus. What is counted is counted since the start; the rest is asked for then. */
@Injectable()
export class MetricsService {
  constructor(
    private readonly counters: MetricCounters,
    private readonly lanes: LaneService,
    private readonly channels: ChannelStatus,
    private readonly presence: PresenceService,
    private readonly readiness: ReadinessService,
    private readonly database: DatabaseService,
    private readonly watch: ProcessWatch,
    private readonly config: ConfigService,
    private readonly loggers: PinoLoggerFactory,
  ) {}

  async text(): Promise<string> {
    const page = new MetricsPage();
    this.addProcess(page);
    page.gauge('openclaw_ready', 'Whether it takes work.', [[(await this.readiness.report()).ready ? 1 : 0]]);
    page.gauge('openclaw_turns_active', 'Turns that are going on.', [[this.lanes.activeRunIds().length]]);
    page.gauge('openclaw_clients', 'Connected clients that tell who they are.', [[this.presence.size]]);
    page.gauge(
      'openclaw_channel_up',
      'Whether an account that is switched on is connected.',
      this.channels
        .accountStates()
        .map(({ channel, account, state }): Sample => [state === 'connected' ? 1 : 0, { channel, account }]),
    );
    this.counters.addTo(page);
    await this.addQueues(page);
    await this.addSizes(page);
    return page.text;
  }

  private addProcess(page: MetricsPage): void {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    page.gauge('openclaw_info', 'Version of the gateway.', [[1, { version: appVersion(), node: process.version }]]);
    page.gauge('process_resident_memory_bytes', 'Resident memory.', [[rss]]);
    page.gauge('nodejs_heap_used_bytes', 'Heap in use.', [[heapUsed]]);
    page.counter('process_cpu_seconds_total', 'Processor time.', [[(user + system) / 1e6]]);
    page.gauge('process_start_time_seconds', 'Start of the process, in seconds since 1970.', [
      [Math.round(performance.timeOrigin) / 1000],
    ]);
    page.gauge('nodejs_eventloop_delay_max_seconds', 'Longest wait for the event loop, last seconds.', [
      [this.watch.loopDelayMs / 1000],
    ]);
  }

  /** Where nothing waits there is a zero, so that a rule that looks at it has something to look at. */
  private async addQueues(page: MetricsPage): Promise<void> {
    const { read } = this.database;
    const [inbox, outbox, approvals] = await Promise.all([
      read
        .selectFrom('inbox')
        .select((eb) => ['state', eb.fn.countAll().as('count')])
        .where('state', 'in', INBOX_STATES)
        .groupBy('state')
        .execute(),
      read
        .selectFrom('outbox')
        .select((eb) => ['channel', 'account', 'state', eb.fn.countAll().as('count')])
        .where('state', '!=', 'sent')
        .groupBy(['channel', 'account', 'state'])
        .execute(),
      read
        .selectFrom('approvals')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('state', '=', 'pending')
        .where('expires_at', '>', Date.now())
        .executeTakeFirstOrThrow(),
    ]);
    page.gauge(
      'openclaw_inbox',
      'Messages that have no answer yet.',
      INBOX_STATES.map((state): Sample => [Number(inbox.find((row) => row.state === state)?.count ?? 0), { state }]),
    );
    const rows = new Map<string, Sample>();
    for (const { channel, account } of this.channels.accountStates())
      for (const state of OUTBOX_STATES) rows.set(`${channel}/${account} ${state}`, [0, { channel, account, state }]);
    for (const { channel, account, state, count } of outbox)
      rows.set(`${channel}/${account} ${state}`, [Number(count), { channel, account, state }]);
    page.gauge('openclaw_outbox', 'Messages to chat platforms that have not arrived, by state.', [...rows.values()]);
    page.gauge('openclaw_approvals_pending', 'Calls that wait for an approval.', [[Number(approvals.count)]]);
  }

  private async addSizes(page: MetricsPage): Promise<void> {
    const sizes = await this.database.sizes();
    page.gauge(
      'openclaw_database_size_bytes',
      'Size of the database, and of the write-ahead log of SQLite.',
      Object.entries(sizes).map(([file, bytes]): Sample => [bytes, { file }]),
    );
    page.gauge('openclaw_log_size_bytes', 'Size of all log files.', [[this.loggers.logBytes]]);
    const { bavail, bsize } = await statfs(this.config.stateDir);
    page.gauge('openclaw_disk_free_bytes', 'Free on the disk of the state directory.', [[bavail * bsize]]);
  }
}
