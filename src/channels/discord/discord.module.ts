import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AgentModule } from '../../agent/agent.module';
import { BootStep, type BootStepVerdict } from '../../common/boot-step';
import { EventsModule } from '../../events/events.module';
import { ToolsModule } from '../../tools/tools.module';
import { ChannelManager } from '../channel-manager.service';
import { ChannelsModule } from '../channels.module';
import { DiscordAdapter } from './discord.adapter';

/** Discord through necord. Imported only when configured; the library is loaded when the account starts. */
@BootStep({ visible: { name: 'channels start: discord', onFailure: 'degraded' } })
@Module({
  imports: [AgentModule, ChannelsModule, EventsModule, ToolsModule],
  providers: [DiscordAdapter],
})
export class DiscordModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly manager: ChannelManager) {}

  onApplicationBootstrap(): BootStepVerdict | undefined {
    return this.manager.boot('discord');
  }

  async onModuleDestroy(): Promise<void> {
    await this.manager.stopChannel('discord');
  }
}
