import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BootStep, type BootStepVerdict } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { RuntimeConfigModule } from '../../gateway/runtime-config.module';
import { StorageModule } from '../../storage/storage.module';
import { ChannelManager } from '../channel-manager.service';
import { ChannelsModule } from '../channels.module';
import { VisitorSecret } from './visitor-secret.service';
import { WebpageAdapter } from './webpage.adapter';
import { WebpageController } from './webpage.controller';
import { WebpageConversation } from './webpage-conversation.service';

/** A chat page for other sites. Imported only when configured. */
@BootStep({ visible: { name: 'channels start: webpage', onFailure: 'degraded' } })
@Module({
  imports: [ChannelsModule, EventsModule, RuntimeConfigModule, StorageModule],
  controllers: [WebpageController],
  providers: [VisitorSecret, WebpageAdapter, WebpageConversation],
})
export class WebpageModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly manager: ChannelManager) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.manager.boot('webpage');
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('webpage');
  }
}
