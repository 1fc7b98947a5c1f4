import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BootStep, type BootStepVerdict, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { UpdatePort } from '../../events/update-port';
import { UpdateRpc } from './update.rpc';
import { UpdateService } from './update.service';

@BootStep({ visible: { name: 'update check', onFailure: 'degraded' } })
@Module({ imports: [EventsModule], providers: [UpdateRpc, UpdateService] })
export class UpdateModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly updates: UpdateService,
    private readonly updatePort: UpdatePort,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.updatePort.open((order) => this.updates.run(order));
    if (this.config.config.update?.checkOnStart === false) return skipped('update.checkOnStart is false');
    if (this.config.env.isOn('OPENCLAW_SKIP_UPDATE_CHECK')) return skipped('OPENCLAW_SKIP_UPDATE_CHECK is set');
    this.events.on('gateway.ready', () => this.updates.watch());
    return undefined;
  }

  onModuleDestroy(): void {
    this.updates.stop();
  }
}
