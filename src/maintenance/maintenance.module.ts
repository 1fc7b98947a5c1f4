import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { AgentModule } from '../agent/agent.module';
import { BootStep } from '../common/boot-step';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { DiagnosticsModule } from '../diagnostics/diagnostics.module';
import { HealthService } from '../diagnostics/health.service';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { TICK_INTERVAL_MS } from '../gateway/protocol/limits';
import { GatewayModule } from '../gateway/gateway.module';
import { DatabaseService } from '../storage/database.service';
import { LeaseService } from '../storage/lease.service';
import { StorageModule } from '../storage/storage.module';
import { Chores } from './chores.service';
import { DiskGuard } from './disk-guard.service';
import { MaintenanceRpc } from './maintenance.rpc';
import { StartMemoryService } from './start-memory.service';

const HEALTH_INTERVAL_MS = 60_000;
const LEASE_INTERVAL_MS = 10_000;
const DISK_INTERVAL_MS = 15_000;
const LOOP_INTERVAL_MS = 5000;
const STUCK_INTERVAL_MS = 60_000;
const CHECKPOINT_INTERVAL_MS = 300_000;
const DAY_MS = 86_400_000;

/** The gateway's own clockwork. Every timer is in the scheduler's registry under its name. */
@BootStep({ visible: { name: 'maintenance timers', onFailure: 'fatal' } })
@Module({
  imports: [ScheduleModule.forRoot(), AgentModule, DiagnosticsModule, EventsModule, GatewayModule, StorageModule],
  providers: [Chores, DiskGuard, MaintenanceRpc, StartMemoryService],
})
export class MaintenanceModule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log: Logger;
  private readonly names: string[] = [];

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly health: HealthService,
    private readonly leases: LeaseService,
    private readonly events: EventBus,
    private readonly startMemory: StartMemoryService,
    private readonly disk: DiskGuard,
    private readonly chores: Chores,
    private readonly database: DatabaseService,
    private readonly config: ConfigService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('maintenance');
  }

  onApplicationBootstrap(): void {
    this.every('tick', TICK_INTERVAL_MS, () =>
      this.events.emit('wire.event', { event: 'tick', payload: { ts: Date.now() } }),
    );
    this.every('health', HEALTH_INTERVAL_MS, () => this.health.refresh(true));
    this.every('leases', LEASE_INTERVAL_MS, () => this.leases.renewAll());
    this.every('disk', DISK_INTERVAL_MS, () => this.disk.check());
    this.every('loop', LOOP_INTERVAL_MS, () => this.chores.watchLoop(LOOP_INTERVAL_MS));
    this.every('stuck turns', STUCK_INTERVAL_MS, async () => void (await this.chores.findStuck()));
    this.every('checkpoint', CHECKPOINT_INTERVAL_MS, () => this.database.checkpoint());
    this.every('tidy', DAY_MS, async () => void (await this.chores.tidy()));
    this.every('database check', DAY_MS, async () => void (await this.chores.checkDatabase()));
    this.events.on('gateway.ready', () => this.disk.check());
    this.config.onChange(() => void this.disk.check());
    this.startMemory.start();
  }

  onModuleDestroy(): void {
    this.startMemory.stop();
    for (const name of this.names) this.scheduler.deleteInterval(name);
  }

  private every(name: string, ms: number, work: () => void | Promise<void>): void {
    const timer = setInterval(() => {
      void (async () => work())().catch((error: unknown) =>
        this.log.error({ timer: name, error }, `a timer failed: ${messageOf(error)}`),
      );
    }, ms);
    timer.unref();
    this.scheduler.addInterval(name, timer);
    this.names.push(name);
  }
}
