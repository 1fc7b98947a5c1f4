import { type DynamicModule, Module } from '@nestjs/common';
import { AgentModule } from '../agent/agent.module';
import { BackupModule } from '../operations/backup/backup.module';
import { ChannelsModule } from '../channels/channels.module';
import { ConfigModule } from '../config/config.module';
import type { Environment } from '../config/environment';
import { EnvironmentModule } from '../config/environment.module';
import type { GatewayFlags } from '../config/gateway-flags';
import type { OpenclawConfig } from '../config/openclaw.config';
import { ControlUiModule } from '../control-ui/control-ui.module';
import { CronModule } from '../automation/cron/cron.module';
import { DiagnosticHeartbeatModule } from '../operations/diagnostics/diagnostic-heartbeat.module';
import { DiagnosticsModule } from '../operations/diagnostics/diagnostics.module';
import { DiscoveryModule } from '../operations/discovery/discovery.module';
import { EventsModule } from '../events/events.module';
import { GatewayModule } from '../gateway/gateway.module';
import { HttpApiModule } from '../http-api/http-api.module';
import { HeartbeatModule } from '../automation/heartbeat/heartbeat.module';
import { HooksModule } from '../automation/hooks/hooks.module';
import { LoggingModule } from '../logging/logging.module';
import { ConfigReloadModule } from '../operations/maintenance/config-reload.module';
import { MaintenanceModule } from '../operations/maintenance/maintenance.module';
import { MemoryModule } from '../memory/memory.module';
import { NodesModule } from '../nodes/nodes.module';
import { OutboxModule } from '../outbox/outbox.module';
import { PluginsModule } from '../plugins/plugins.module';
import { SkillsModule } from '../skills/skills.module';
import { ReplicasModule } from '../replicas/replicas.module';
import { StorageModule } from '../storage/storage.module';
import { SubagentsModule } from '../subagents/subagents.module';
import { ApprovalsModule } from '../tools/approvals/approvals.module';
import { TasksModule } from '../tasks/tasks.module';
import { ToolsModule } from '../tools/tools.module';
import { UpdateModule } from '../operations/update/update.module';
import { WorkspaceModule } from '../workspace/workspace.module';
import { WizardModule } from '../wizard/wizard.module';
import { WebhooksModule } from '../automation/webhooks/webhooks.module';
import type { BootReport } from './boot-report.service';
import type { ListedChannel } from './channel-list';
import { CloseHandlerModule } from './close-handler.module';
import { StartupModule } from './startup.module';

export interface AppModuleOptions {
  env: Environment;
  flags: GatewayFlags;
  report: BootReport;
  /** The configuration as it is on disk now, to know which channels are worth loading. */
  config: OpenclawConfig;
  channels: readonly ListedChannel[];
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
        ReplicasModule,
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
        DiagnosticHeartbeatModule,
        SubagentsModule,
        CronModule,
        TasksModule,
        HeartbeatModule,
        WebhooksModule,
        HttpApiModule,
        HooksModule,
        BackupModule,
        PluginsModule,
        DiscoveryModule,
        NodesModule,
        WizardModule,
        UpdateModule,
        MaintenanceModule,
        ConfigReloadModule,
        ...(await configuredChannels(options)),
        StartupModule.forReport(options.report),
        CloseHandlerModule,
      ],
    };
  }
}

async function configuredChannels({ env, config, channels }: AppModuleOptions): Promise<DynamicModule[]> {
  const modules = await Promise.all(channels.map(({ load }) => load(config, env)));
  return modules.filter((module) => module !== undefined);
}
