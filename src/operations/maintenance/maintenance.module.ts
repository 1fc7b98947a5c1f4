import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { TimersModule } from '../../common/timers.module';
import { AgentModule } from '../../agent/agent.module';
import { BootStep } from '../../common/boot-step';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { DiagnosticsModule } from '../diagnostics/diagnostics.module';
import { HealthService } from '../diagnostics/health.service';
import { ProcessWatch } from '../diagnostics/process-watch.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { TICK_INTERVAL_MS } from '../../gateway/protocol/limits';
import { GatewayModule } from '../../gateway/gateway.module';
import { ToolsModule } from '../../tools/tools.module';
import { Leader } from '../../replicas/leader.service';
import { ReplicasModule } from '../../replicas/replicas.module';
import { LeaseService } from '../../storage/lease.service';
import { StorageModule } from '../../storage/storage.module';
import { Chores } from './chores.service';
import { DiskGuard } from './disk-guard.service';
import { MaintenanceRpc } from './maintenance.rpc';
import { StartMemoryService } from './start-memory.service';

const HEALTH_INTERVAL_MS = 60_000;
const DISK_INTERVAL_MS = 15_000;
const PROCESS_INTERVAL_MS = 5000;
const STUCK_INTERVAL_MS = 60_000;
const DAY_MS = 86_400_000;
const FIRST_DAILY_MS = 1_200_000;

/** The gateway's own clockwork. Every timer is in the scheduler's registry under its name. */
@BootStep({ visible: { name: 'maintenance timers', onFailure: 'fatal' } })
@Module({
  imports: [
    TimersModule,
    AgentModule,
    DiagnosticsModule,
    EventsModule,
    GatewayModule,
    ReplicasModule,
    StorageModule,
    ToolsModule,
  ],
  providers: [Chores, DiskGuard, MaintenanceRpc, StartMemoryService],
})
export class MaintenanceModule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private readonly names: string[] = [];
  private readonly once: string[] = [];

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly health: HealthService,
    private readonly leases: LeaseService,
    private readonly events: EventBus,
    private readonly startMemory: StartMemoryService,
    private readonly disk: DiskGuard,
    private readonly chores: Chores,
    private readonly watch: ProcessWatch,
    private readonly config: ConfigService,
    private readonly leader: Leader,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('maintenance');
  }

  onApplicationBootstrap(): void {
    this.every('tick', TICK_INTERVAL_MS, () =>
      this.events.emit('wire.event', { event: 'tick', payload: { ts: Date.now() } }),
    );
    this.every('health', HEALTH_INTERVAL_MS, () => this.health.refresh(true));
    this.every('leases', this.leases.renewMs, () => this.leases.renewAll());
    this.every('disk', DISK_INTERVAL_MS, () => this.disk.check());
    this.every('process', PROCESS_INTERVAL_MS, () => this.watch.look());
    this.every('stuck turns', STUCK_INTERVAL_MS, async () => void (await this.chores.findStuck()));
    this.daily('tidy', async () => void (await this.chores.tidy(undefined, this.leader.leads)));
    this.daily('database check', async () => void (await this.chores.checkDatabase()));
    this.events.on('gateway.ready', () => this.disk.check());
    this.config.onChange(() => void this.disk.check());
    this.watch.start();
    this.startMemory.start();
  }

  onModuleDestroy(): void {
    this.startMemory.stop();
    this.watch.stop();
    for (const name of this.names) this.scheduler.deleteInterval(name);
    for (const name of this.once) if (this.scheduler.doesExist('timeout', name)) this.scheduler.deleteTimeout(name);
  }

  /** Each day, and a while after each start: many a gateway is started anew before a day is over. */
  private daily(name: string, work: () => Promise<void>): void {
    this.every(name, DAY_MS, work);
    const timer = setTimeout(() => this.attempt(name, work), FIRST_DAILY_MS);
    timer.unref();
    this.scheduler.addTimeout(name, timer);
    this.once.push(name);
  }

  private attempt(name: string, work: () => void | Promise<void>): void {
    void (async () => work())().catch((error: unknown) =>
      this.log.error({ timer: name, error }, `a timer failed: ${messageOf(error)}`),
    );
  }

  private every(name: string, ms: number, work: () => void | Promise<void>): void {
    const timer = setInterval(() => this.attempt(name, work), ms);
    timer.unref();
    this.scheduler.addInterval(name, timer);
    this.names.push(name);
  }
}
