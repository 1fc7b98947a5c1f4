import { Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { ChannelManager } from '../channels/channel-manager.service';
import { ChannelsModule } from '../channels/channels.module';
import { BootStep, type BootStepVerdict, degraded, skipped } from '../common/boot-step';
import { EventBus } from '../events/event-bus';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { ToolsModule } from '../tools/tools.module';
import { OpenclawPlugins } from './openclaw/openclaw-plugins.service';
import { Plugins } from './plugins.service';
import { PluginsRpc } from './plugins.rpc';

@BootStep({
  ready: { name: 'gateway plugins', onFailure: 'degraded' },
  visible: { name: 'plugin services', onFailure: 'degraded' },
})
@Module({
  imports: [AgentModule, ChannelsModule, EventsModule, GatewayModule, ToolsModule],
  providers: [OpenclawPlugins, Plugins, PluginsRpc],
})
export class PluginsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly plugins: Plugins,
    private readonly manager: ChannelManager,
    private readonly events: EventBus,
  ) {}

  async onModuleInit(): Promise<BootStepVerdict | undefined> {
    const { any, faults } = await this.plugins.load();
    if (!any) return skipped('no plugin is enabled');
    return faults.length > 0 ? degraded(faults.join('; ')) : undefined;
  }

  onApplicationBootstrap(): BootStepVerdict | undefined {
    this.events.on('gateway.ready', () => this.plugins.begin());
    const verdicts = this.plugins.channelIds().flatMap((id) => this.manager.boot(id) ?? []);
    return verdicts.length > 0 ? degraded(verdicts.map(({ reason }) => reason).join('; ')) : undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.plugins.channelIds().map((id) => this.manager.stopChannel(id)));
    await this.plugins.close();
  }
}
