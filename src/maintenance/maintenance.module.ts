import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { BootStep } from '../common/boot-step';
import { type Logger, LoggerFactory } from '../common/logger';
import { messageOf } from '../common/openclaw-error';
import { DiagnosticsModule } from '../diagnostics/diagnostics.module';
import { HealthService } from '../diagnostics/health.service';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { TICK_INTERVAL_MS } from '../gateway/protocol/limits';
import { LeaseService } from '../storage/lease.service';
import { StorageModule } from '../storage/storage.module';
import { StartMemoryService } from './start-memory.service';

const HEALTH_INTERVAL_MS = 60_000;
const LEASE_INTERVAL_MS = 10_000;

/** The gateway's own clockwork. Every timer is in the scheduler's registry under its name. */
@BootStep({ visible: { name: 'maintenance timers', onFailure: 'fatal' } })
@Module({
  imports: [ScheduleModule.forRoot(), DiagnosticsModule, EventsModule, StorageModule],
  providers: [StartMemoryService],
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
