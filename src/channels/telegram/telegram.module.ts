import { type DynamicModule, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { StorageModule } from '../../storage/storage.module';
import { ToolsModule } from '../../tools/tools.module';
import { ChannelManager } from '../channel-manager.service';
import { ChannelsModule } from '../channels.module';
import type { TelegramAccount } from './telegram-accounts';
import { hookPathOf } from './telegram-hook';
import { TelegramAdapter } from './telegram.adapter';
import { telegramController } from './telegram.controller';

/** Telegram through nestjs-telegraf. Imported only when configured. */
@BootStep({ visible: { name: 'channels start: telegram', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, ChannelsModule, EventsModule, StorageModule, ToolsModule],
  providers: [TelegramAdapter],
})
export class TelegramModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly manager: ChannelManager) {}

  static forAccounts(accounts: readonly TelegramAccount[]): DynamicModule {
    const paths = [...new Set(accounts.filter(({ settings }) => settings.webhookUrl !== undefined).map(hookPathOf))];
    return { module: TelegramModule, controllers: paths.length > 0 ? [telegramController(paths)] : [] };
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.manager.boot('telegram');
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('telegram');
  }
}
