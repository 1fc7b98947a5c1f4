import { Module, type OnModuleInit } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { ChannelsModule } from '../channels/channels.module';
import { BootStep } from '../common/boot-step';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { HelloSnapshot } from '../gateway/connection/hello-snapshot';
import { StorageModule } from '../storage/storage.module';
import { DiagnosticsBundle } from './diagnostics-bundle.service';
import { DiagnosticsRpc } from './diagnostics.rpc';
import { HealthService } from './health.service';
import { LogTailService } from './log-tail.service';
import { MetricsController } from './metrics.controller';
import { MetricsService } from './metrics.service';
import { TraceRpc } from './trace.rpc';
import { TraceService } from './trace.service';

@BootStep({ ready: { name: 'health summary', onFailure: 'fatal' } })
@Module({
  imports: [AgentModule, ChannelsModule, EventsModule, GatewayModule, StorageModule],
  controllers: [MetricsController],
  providers: [DiagnosticsBundle, MetricsService, DiagnosticsRpc, HealthService, LogTailService, TraceRpc, TraceService],
  exports: [HealthService],
})
export class DiagnosticsModule implements OnModuleInit {
  constructor(
    private readonly health: HealthService,
    private readonly hello: HelloSnapshot,
    private readonly metrics: MetricsService,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.health.refresh();
    this.metrics.listen();
    this.hello.provideHealth(() => this.health.cached());
  }
}
