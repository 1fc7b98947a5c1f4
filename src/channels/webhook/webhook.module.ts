import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { ToolsModule } from '../../tools/tools.module';
import { ChannelManager } from '../channel-manager.service';
import { ChannelsModule } from '../channels.module';
import { WebhookAdapter } from './webhook.adapter';
import { WebhookController } from './webhook.controller';

/** Signed JSON in and out. Imported only when configured. */
@BootStep({ visible: { name: 'channels start: webhook', onFailure: 'degraded' } })
@Module({
  imports: [ChannelsModule, EventsModule, ToolsModule],
  controllers: [WebhookController],
  providers: [WebhookAdapter],
})
export class WebhookModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly manager: ChannelManager,
    private readonly adapter: WebhookAdapter,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    if (this.config.env.isOn('OPENCLAW_SKIP_CHANNELS')) return skipped('OPENCLAW_SKIP_CHANNELS');
    const accounts = this.adapter.accounts();
    if (accounts.every((account) => !account.enabled)) return skipped('channels.webhook.enabled is false');
    this.events.on('gateway.ready', () => void this.manager.startChannel('webhook'));
    const missing = accounts.filter((account) => account.enabled && account.notConfigured !== undefined);
    return missing.length > 0 ? degraded(missing.map((account) => account.notConfigured).join('; ')) : undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('webhook');
  }
}
