import { type DynamicModule, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { appVersion } from '../common/app-root';
import { BootStep } from '../common/boot-step';
import { LoggerFactory } from '../common/logger';
import { AgentModule } from '../agent/agent.module';
import { ChannelsModule } from '../channels/channels.module';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { ListeningState } from '../gateway/http/listening-state';
import { ReadinessService } from '../gateway/readiness.service';
import { SkillsModule } from '../skills/skills.module';
import { ToolsModule } from '../tools/tools.module';
import { BannerService } from './banner.service';
import { BootReportRpc } from './boot-report.rpc';
import { BootReport } from './boot-report.service';

/** Last step: everything fatal is done, so the gateway calls itself ready. The banner follows from the finished report. */
@BootStep({ visible: { name: 'startup log', onFailure: 'fatal' } })
@Module({})
export class StartupModule implements OnApplicationBootstrap {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly events: EventBus,
    private readonly listening: ListeningState,
    private readonly banner: BannerService,
    private readonly report: BootReport,
    private readonly loggers: LoggerFactory,
  ) {}

  static forReport(report: BootReport): DynamicModule {
    return {
      module: StartupModule,
      imports: [EventsModule, AgentModule, SkillsModule, ToolsModule, ChannelsModule, GatewayModule],
      providers: [{ provide: BootReport, useValue: report }, BootReportRpc, BannerService],
    };
  }

  onApplicationBootstrap(): void {
    this.readiness.markReady();
    const port = this.listening.gatewayPort;
    this.loggers.child('gateway').info(
      {
        version: appVersion(),
        pid: process.pid,
        node: process.version,
        port,
        model: this.banner.modelName(),
        degraded: this.report.count('degraded'),
        ms: this.report.elapsedMs,
      },
      'gateway started',
    );
    this.events.emit('gateway.ready', { port });
  }
}
