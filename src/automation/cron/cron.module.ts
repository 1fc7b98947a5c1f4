import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { TimersModule } from '../../common/timers.module';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { StorageModule } from '../../storage/storage.module';
import { ApprovalsModule } from '../../tools/approvals/approvals.module';
import { CronCalendarRpc } from './cron-calendar.rpc';
import { CronPreviewRpc } from './cron-preview.rpc';
import { CronRunLog } from './cron-run-log.service';
import { CronRpc } from './cron.rpc';
import { CronReports } from './cron-reports.service';
import { CronService } from './cron.service';
import { CronStore } from './cron.store';
import { CronTool } from './cron.tool';

@BootStep({
  ready: { name: 'build cron', onFailure: 'degraded' },
  visible: { name: 'start cron', onFailure: 'degraded' },
})
@Module({
  imports: [TimersModule, AgentModule, ApprovalsModule, EventsModule, StorageModule],
  providers: [CronCalendarRpc, CronPreviewRpc, CronReports, CronRpc, CronRunLog, CronService, CronStore, CronTool],
})
export class CronModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private unlisten: (() => void) | undefined;

  constructor(
    private readonly cron: CronService,
    private readonly store: CronStore,
    private readonly tool: CronTool,
    private readonly events: EventBus,
    private readonly config: ConfigService,
  ) {}

  async onModuleInit(): Promise<BootStepVerdict | undefined> {
    const reason = this.tool.unavailableReason();
    if (reason !== undefined) return skipped(reason);
    await this.store.nextDue();
    return undefined;
  }

  /** What became due while the gateway was down runs once it is ready. */
  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.events.on('gateway.ready', async () => {
      this.unlisten = this.config.onChange(() => void this.follow());
      await this.follow();
    });
    const reason = this.tool.unavailableReason();
    return reason === undefined ? undefined : skipped(reason);
  }

  /** Jobs run exactly while the configuration says so. */
  private async follow(): Promise<void> {
    if (this.tool.unavailableReason() === undefined) await this.cron.start();
    else this.cron.stop();
  }

  onModuleDestroy(): void {
    this.unlisten?.();
    this.cron.stop();
  }
}
