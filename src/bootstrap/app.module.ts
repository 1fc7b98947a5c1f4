import { type DynamicModule, Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { ChannelsModule } from '../channels/channels.module';
import { discordAccounts } from '../channels/discord/discord-accounts';
import { slackAccounts } from '../channels/slack/slack-accounts';
import { telegramAccounts } from '../channels/telegram/telegram-accounts';
import { webhookAccounts } from '../channels/webhook/webhook-accounts';
import { webpageAccounts } from '../channels/webpage/webpage-accounts';
import { ConfigModule } from '../config/config.module';
import type { Environment } from '../config/environment';
import { EnvironmentModule } from '../config/environment.module';
import type { GatewayFlags } from '../config/gateway-flags';
import type { OpenclawConfig } from '../config/openclaw.config';
import { ControlUiModule } from '../control-ui/control-ui.module';
import { CronModule } from '../cron/cron.module';
import { DiagnosticsModule } from '../diagnostics/diagnostics.module';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { LoggingModule } from '../logging/logging.module';
import { MaintenanceModule } from '../maintenance/maintenance.module';
import { MemoryModule } from '../memory/memory.module';
import { NodesModule } from '../nodes/nodes.module';
import { OutboxModule } from '../outbox/outbox.module';
import { SkillsModule } from '../skills/skills.module';
import { StorageModule } from '../storage/storage.module';
import { SubagentsModule } from '../subagents/subagents.module';
import { ApprovalsModule } from '../tools/approvals/approvals.module';
import { ToolsModule } from '../tools/tools.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import type { BootReport } from './boot-report.service';
import { CloseHandlerModule } from './close-handler.module';
import { StartupModule } from './startup.module';

export interface AppModuleOptions {
  env: Environment;
  flags: GatewayFlags;
  report: BootReport;
  /** The configuration as it is on disk now, to know which channels are worth loading. */
  config: OpenclawConfig;
}

/**
 * The gateway. Nest runs globals first, then modules by depth of import, then (for those nobody imports) in the order
 * of this list; `boot-plan.ts` holds the resulting order and a spec compares.
 */
@Module({})
export class AppModule {
  static async forRoot(options: AppModuleOptions): Promise<DynamicModule> {
    return {
      module: AppModule,
      imports: [
        EnvironmentModule,
        ConfigModule.forRoot(options.env, options.flags),
        LoggingModule,
        EventsModule,
        StorageModule,
        WorkspaceModule,
        ApprovalsModule,
        ToolsModule,
        MemoryModule,
        SkillsModule,
        OutboxModule,
        AgentModule,
        ChannelsModule,
        GatewayModule,
        ControlUiModule,
        DiagnosticsModule,
        SubagentsModule,
        CronModule,
        NodesModule,
        MaintenanceModule,
        ...(await configuredChannels(options)),
        StartupModule.forReport(options.report),
        CloseHandlerModule,
      ],
    };
  }
}

/** Modules of the channels that are configured. The libraries of the others are not even loaded. */
async function configuredChannels({ env, config }: AppModuleOptions): Promise<DynamicModule[]> {
  const modules: DynamicModule[] = [];
  const telegram = telegramAccounts(config, env);
  if (telegram.length > 0) {
    const { TelegramModule } = await import('../channels/telegram/telegram.module');
    modules.push(TelegramModule.forAccounts(telegram));
  }
  if (discordAccounts(config, env).length > 0) {
    const { DiscordModule } = await import('../channels/discord/discord.module');
    modules.push({ module: DiscordModule });
  }
  const slack = slackAccounts(config, env);
  if (slack.length > 0) {
    const { SlackModule } = await import('../channels/slack/slack.module');
    modules.push(SlackModule.forAccounts(slack));
  }
  if (webhookAccounts(config).length > 0) {
    const { WebhookModule } = await import('../channels/webhook/webhook.module');
    modules.push({ module: WebhookModule });
  }
  if (webpageAccounts(config).length > 0) {
    const { WebpageModule } = await import('../channels/webpage/webpage.module');
    modules.push({ module: WebpageModule });
  }
  return modules;
}
