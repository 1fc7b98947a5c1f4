import {
  type DynamicModule,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { TelegrafModule } from 'nestjs-telegraf';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../../common/boot-step';
import { ConfigService } from '../../config/config.service';
import { EventBus } from '../../events/event-bus';
import { EventsModule } from '../../events/events.module';
import { ToolsModule } from '../../tools/tools.module';
import { StorageModule } from '../../storage/storage.module';
import { ChannelManager } from '../channel-manager.service';
import { AgentModule } from '../../agent/agent.module';
import { ChannelsModule } from '../channels.module';
import type { TelegramAccount } from './telegram-accounts';
import { TelegramAdapter } from './telegram.adapter';
import { TelegramBots } from './telegram-bots';
import { TelegramUpdates } from './telegram-updates';

const HANDLER_TIMEOUT_MS = 60_000;

/** Telegram through nestjs-telegraf: one bot per account, none launched by the library. Imported only when configured. */
@BootStep({ visible: { name: 'channels start: telegram', onFailure: 'degraded' } })
@Module({})
export class TelegramModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly manager: ChannelManager,
    private readonly adapter: TelegramAdapter,
    private readonly bots: TelegramBots,
    private readonly config: ConfigService,
    private readonly events: EventBus,
  ) {}

  static forAccounts(accounts: readonly TelegramAccount[]): DynamicModule {
    return {
      module: TelegramModule,
      imports: [
        AgentModule,
        ChannelsModule,
        EventsModule,
        StorageModule,
        ToolsModule,
        ...accounts
          .filter((account) => account.token !== undefined)
          .map((account) =>
            TelegrafModule.forRoot({
              botName: account.id,
              token: account.token ?? '',
              launchOptions: false,
              include: [TelegramModule],
              options: {
                handlerTimeout: HANDLER_TIMEOUT_MS,
                telegram: account.settings.apiRoot
                  ? { apiRoot: `${account.settings.apiRoot.replace(/\/+$/, '')}/` }
                  : {},
              },
            }),
          ),
      ],
      providers: [TelegramAdapter, TelegramBots, TelegramUpdates],
    };
  }

  onModuleInit(): void {
    for (const account of this.adapter.accounts()) if (account.notConfigured === undefined) this.bots.get(account.id);
  }

  /** Connecting happens in the background once the gateway is ready. */
  onApplicationBootstrap(): BootStepVerdict | undefined {
    if (this.config.env.isOn('OPENCLAW_SKIP_CHANNELS') || this.config.env.isOn('OPENCLAW_SKIP_PROVIDERS'))
      return skipped('OPENCLAW_SKIP_CHANNELS');
    const accounts = this.adapter.accounts();
    if (accounts.every((account) => !account.enabled)) return skipped('channels.telegram.enabled is false');
    this.events.on('gateway.ready', () => void this.manager.startChannel('telegram'));
    const missing = accounts.filter((account) => account.enabled && account.notConfigured !== undefined);
    return missing.length > 0 ? degraded(missing.map((account) => account.notConfigured).join('; ')) : undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('telegram');
  }
}
