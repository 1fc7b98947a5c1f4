import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { TimersModule } from '../../common/timers.module';
import { AgentModule } from '../../agent/agent.module';
import { heartbeatPlans } from '../../agent/heartbeat-plan';
import { BootStep, type BootStepVerdict, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { GatewayModule } from '../../gateway/gateway.module';
import { ReplicasModule } from '../../replicas/replicas.module';
import { StorageModule } from '../../storage/storage.module';
import { HeartbeatRpc } from './heartbeat.rpc';
import { HeartbeatService } from './heartbeat.service';
import { HeartbeatStore } from './heartbeat.store';

@BootStep({ visible: { name: 'heartbeat', onFailure: 'degraded' } })
@Module({
  imports: [TimersModule, AgentModule, EventsModule, GatewayModule, ReplicasModule, StorageModule],
  providers: [HeartbeatRpc, HeartbeatService, HeartbeatStore],
})
export class HeartbeatModule implements OnApplicationBootstrap, OnModuleDestroy {
  private unlisten: (() => void) | undefined;

  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.events.on('gateway.ready', () => this.heartbeats.start());
    this.unlisten = this.config.onChange(() => this.heartbeats.arm());
    const isOff = heartbeatPlans(this.config.config).every(({ everyMs }) => everyMs === 0);
    return isOff ? skipped('no agent has an interval; what waits is told all the same') : undefined;
  }

  onModuleDestroy(): void {
    this.unlisten?.();
    this.heartbeats.stop();
  }
}
