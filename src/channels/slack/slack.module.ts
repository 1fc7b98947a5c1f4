import { type DynamicModule, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { ToolsModule } from '../../tools/tools.module';
import { ChannelManager } from '../channel-manager.service';
import { ChannelsModule } from '../channels.module';
import { type SlackAccount, pathOf } from './slack-accounts';
import { SlackAdapter } from './slack.adapter';
import { slackController } from './slack.controller';

/** Slack through Bolt. Imported only when configured; the library is loaded when the account starts. */
@BootStep({ visible: { name: 'channels start: slack', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, ChannelsModule, EventsModule, ToolsModule],
  providers: [SlackAdapter],
})
export class SlackModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly manager: ChannelManager) {}

  static forAccounts(accounts: readonly SlackAccount[]): DynamicModule {
    const paths = [...new Set(accounts.filter(({ settings }) => settings.mode === 'http').map(pathOf))];
    return { module: SlackModule, controllers: paths.length > 0 ? [slackController(paths)] : [] };
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.manager.boot('slack');
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('slack');
  }
}
