import { Module, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AgentModule } from '../../agent/agent.module';
import { ChannelsModule } from '../../channels/channels.module';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventsModule } from '../../events/events.module';
import { GatewayModule } from '../../gateway/gateway.module';
import { HelloSnapshot } from '../../gateway/connection/hello-snapshot';
import { StorageModule } from '../../storage/storage.module';
import { DiagnosticsBundle } from './diagnostics-bundle.service';
import { DiagnosticsRpc } from './diagnostics.rpc';
import { HealthService } from './health.service';
import { HostRpc } from './host.rpc';
import { LogTailService } from './log-tail.service';
import { MetricCounters } from './metric-counters.service';
import { MetricsController } from './metrics.controller';
import { MetricsService } from './metrics.service';
import { ProblemsRpc } from './problems.rpc';
import { ProblemsService } from './problems.service';
import { ProcessWatch } from './process-watch.service';
import { RunAgain } from './run-again.service';
import { RunsRpc } from './runs.rpc';
import { RunsService } from './runs.service';
import { SystemRpc } from './system.rpc';
import { TraceRpc } from './trace.rpc';
import { TraceService } from './trace.service';
import { TurnSpans } from './turn-spans.service';

@BootStep({
  ready: { name: 'health summary', onFailure: 'fatal' },
  visible: { name: 'telemetry', onFailure: 'degraded' },
})
@Module({
  imports: [AgentModule, ChannelsModule, EventsModule, GatewayModule, StorageModule],
  controllers: [MetricsController],
  providers: [
    DiagnosticsBundle,
    MetricCounters,
    MetricsService,
    DiagnosticsRpc,
    HealthService,
    HostRpc,
    LogTailService,
    ProblemsRpc,
    ProblemsService,
    ProcessWatch,
    RunAgain,
    RunsRpc,
    RunsService,
    SystemRpc,
    TraceRpc,
    TraceService,
    TurnSpans,
  ],
  exports: [HealthService, ProcessWatch],
})
export class DiagnosticsModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly health: HealthService,
    private readonly hello: HelloSnapshot,
    private readonly counters: MetricCounters,
    private readonly spans: TurnSpans,
    private readonly config: ConfigService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.health.refresh();
    this.counters.listen();
    this.hello.provideHealth(() => this.health.cached());
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    const reason = this.spans.listen();
    if (reason === undefined) return undefined;
    return this.config.config.diagnostics?.otel?.enabled ? degraded(reason) : skipped(reason);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.spans.stop();
  }
}
