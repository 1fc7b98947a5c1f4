import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../../common/boot-step';
import { messageOf } from '../../common/openclaw-error';
import { EventsModule } from '../../events/events.module';
import { ConfigReload } from './config-reload.service';

@BootStep({ visible: { name: 'config reloader', onFailure: 'degraded' } })
@Module({ imports: [EventsModule], providers: [ConfigReload] })
export class ConfigReloadModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly reload: ConfigReload) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    if (!this.reload.isOn) return skipped('gateway.reload.mode is off');
    try {
      this.reload.start();
      return undefined;
    } catch (error) {
      return degraded(`changes of the file are not seen: ${messageOf(error)}`);
    }
  }

  onModuleDestroy(): void {
    this.reload.stop();
  }
}
