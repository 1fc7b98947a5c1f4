import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BootStep, type BootStepVerdict } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { ToolsModule } from '../../tools/tools.module';
import { ChannelManager } from '../channel-manager.service';
import { ChannelsModule } from '../channels.module';
import { HeldFiles } from './held-files.service';
import { WebhookAdapter } from './webhook.adapter';
import { WebhookController } from './webhook.controller';

/** Signed JSON in and out. Imported only when configured. */
@BootStep({ visible: { name: 'channels start: webhook', onFailure: 'degraded' } })
@Module({
  imports: [ChannelsModule, EventsModule, ToolsModule],
  controllers: [WebhookController],
  providers: [HeldFiles, WebhookAdapter],
})
export class WebhookModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly manager: ChannelManager) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.manager.boot('webhook');
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('webhook');
  }
}
