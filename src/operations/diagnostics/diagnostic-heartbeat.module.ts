import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict, skipped } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { InboxModule } from '../../inbox/inbox.module';
import { DiagnosticHeartbeat } from './diagnostic-heartbeat.service';
import { DiagnosticsModule } from './diagnostics.module';

@BootStep({ visible: { name: 'diagnostic heartbeat', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, DiagnosticsModule, EventsModule, InboxModule],
  providers: [DiagnosticHeartbeat],
})
export class DiagnosticHeartbeatModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly heartbeat: DiagnosticHeartbeat) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    const reason = this.heartbeat.start();
    return reason === undefined ? undefined : skipped(reason);
  }

  onModuleDestroy(): void {
    this.heartbeat.stop();
  }
}
