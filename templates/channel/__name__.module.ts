import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ChannelManager } from '__src__/channels/channel-manager.service';
import { ChannelsModule } from '__src__/channels/channels.module';
import { BootStep, type BootStepVerdict } from '__src__/common/boot-step';
import { __Name__Adapter } from './__name__.adapter';

/** Imported only when configured. */
@BootStep({ visible: { name: 'channels start: __declared__', onFailure: 'degraded' } })
@Module({ imports: [ChannelsModule], providers: [__Name__Adapter] })
export class __Name__Module implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly manager: ChannelManager) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.manager.boot('__declared__');
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('__declared__');
  }
}
