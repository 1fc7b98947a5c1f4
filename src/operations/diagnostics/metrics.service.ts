import { Injectable } from '@nestjs/common';
import { LaneService } from '../../agent/turns/lane.service';
import { ChannelStatus } from '../../channels/channel-status.service';
import { appVersion } from '../../common/app-root';
import { EventBus } from '../../events/event-bus';
import { PresenceService } from '../../gateway/connection/presence.service';
import { ReadinessService } from '../../gateway/readiness.service';
import { DatabaseService } from '../../storage/database.service';
import { ProcessWatch } from './process-watch.service';

const BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

type Labels = Readonly<Record<string, string>>;

/** Figures in the text format of Prometheus. What is counted is counted since the start; the rest is asked for then. */
@Injectable()
export class MetricsService {
  private readonly started = new Map<string, number>();
  private readonly outcomes = new Map<string, number>();
  private readonly durations = { buckets: BUCKETS_S.map(() => 0), sum: 0, count: 0 };

  constructor(
    private readonly lanes: LaneService,
    private readonly channels: ChannelStatus,
    private readonly presence: PresenceService,
    private readonly readiness: ReadinessService,
    private readonly database: DatabaseService,
    private readonly watch: ProcessWatch,
    private readonly events: EventBus,
  ) {}

  listen(): void {
    this.events.on('turn.started', ({ runId }) => void this.started.set(runId, performance.now()));
    this.events.on('turn.closed', ({ runId, outcome }) => {
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
      const since = this.started.get(runId);
      this.started.delete(runId);
      if (since !== undefined) this.observe((performance.now() - since) / 1000);
    });
  }

  async text(): Promise<string> {
    const page = new MetricsPage();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    page.add('openclaw_info', 'gauge', 'Version of the gateway.', [
      [1, { version: appVersion(), node: process.version }],
    ]);
    page.add('process_resident_memory_bytes', 'gauge', 'Resident memory.', [[rss]]);
    page.add('nodejs_heap_used_bytes', 'gauge', 'Heap in use.', [[heapUsed]]);
    page.add('process_cpu_seconds_total', 'counter', 'Processor time.', [[(user + system) / 1e6]]);
    page.add('process_uptime_seconds', 'gauge', 'Since the start of the process.', [[Math.round(process.uptime())]]);
    page.add('nodejs_eventloop_delay_max_seconds', 'gauge', 'Longest wait for the event loop, last seconds.', [
      [this.watch.loopDelayMs / 1000],
    ]);
    page.add('openclaw_ready', 'gauge', 'Whether it takes work.', [[(await this.readiness.report()).ready ? 1 : 0]]);
    page.add('openclaw_turns_active', 'gauge', 'Turns that are going on.', [[this.lanes.activeRunIds().length]]);
    page.add(
      'openclaw_turns_total',
      'counter',
      'Turns that have ended, by outcome.',
      [...this.outcomes].map(([outcome, count]): [number, Labels] => [count, { outcome }]),
    );
    page.histogram('openclaw_turn_duration_seconds', 'From the start of a turn to its end.', BUCKETS_S, this.durations);
    page.add('openclaw_clients', 'gauge', 'Connected clients that tell who they are.', [
      [this.presence.list().length - 1],
    ]);
    page.add('openclaw_channel_up', 'gauge', 'Whether an account is connected.', this.channelRows());
    for (const [name, help, rows] of await this.databaseRows()) page.add(name, 'gauge', help, rows);
    return page.text;
  }

  private observe(seconds: number): void {
    this.durations.sum += seconds;
    this.durations.count++;
    BUCKETS_S.forEach((limit, index) => {
      if (seconds <= limit) this.durations.buckets[index] = (this.durations.buckets[index] ?? 0) + 1;
    });
  }

  private channelRows(): [number, Labels][] {
    return this.channels
      .states()
      .map(({ name, state }): [number, Labels] => [state === 'connected' ? 1 : 0, { account: name }]);
  }

  private async databaseRows(): Promise<[string, string, [number, Labels][]][]> {
    const { read } = this.database;
    const [inbox, outbox, usage] = await Promise.all([
      read
        .selectFrom('inbox')
        .select((eb) => ['state', eb.fn.countAll().as('count')])
        .where('state', 'in', ['pending', 'running'])
        .groupBy('state')
        .execute(),
      read
        .selectFrom('outbox')
        .select((eb) => ['channel', 'state', eb.fn.countAll().as('count')])
        .where('state', '!=', 'sent')
        .groupBy(['channel', 'state'])
        .execute(),
      read
        .selectFrom('usage_calls')
        .select((eb) => [
          'provider',
          'model',
          eb.fn.countAll().as('calls'),
          eb.fn.sum('input').as('input'),
          eb.fn.sum('output').as('output'),
          eb.fn.sum('cost_micros').as('cost'),
        ])
        .groupBy(['provider', 'model'])
        .execute(),
    ]);
    const models = usage.map((row) => ({ row, labels: { provider: row.provider, model: row.model } }));
    return [
      [
        'openclaw_inbox',
        'Messages that have no answer yet.',
        inbox.map((row) => [Number(row.count), { state: row.state }]),
      ],
      [
        'openclaw_outbox',
        'Deliveries that have not arrived.',
        outbox.map((row) => [Number(row.count), { channel: row.channel, state: row.state }]),
      ],
      [
        'openclaw_model_calls',
        'Model calls that are on record.',
        models.map(({ row, labels }) => [Number(row.calls), labels]),
      ],
      [
        'openclaw_model_tokens',
        'Tokens that are on record.',
        models.flatMap(({ row, labels }): [number, Labels][] => [
          [Number(row.input), { ...labels, type: 'input' }],
          [Number(row.output), { ...labels, type: 'output' }],
        ]),
      ],
      [
        'openclaw_model_cost_usd',
        'Cost that is on record.',
        models.map(({ row, labels }) => [Number(row.cost) / 1e6, labels]),
      ],
    ];
  }
}

class MetricsPage {
  private readonly lines: string[] = [];

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  add(name: string, type: 'gauge' | 'counter', help: string, rows: readonly (readonly [number, Labels?])[]): void {
    this.lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [value, labels] of rows) this.lines.push(`${name}${labelText(labels)} ${value}`);
  }

  histogram(
    name: string,
    help: string,
    limits: readonly number[],
    { buckets, sum, count }: { buckets: readonly number[]; sum: number; count: number },
  ): void {
    this.lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} histogram`);
    limits.forEach((limit, index) => this.lines.push(`${name}_bucket{le="${limit}"} ${buckets[index] ?? 0}`));
    this.lines.push(`${name}_bucket{le="+Inf"} ${count}`, `${name}_sum ${sum}`, `${name}_count ${count}`);
  }
}

function labelText(labels: Labels | undefined): string {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return '';
  const escaped = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${entries.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}
