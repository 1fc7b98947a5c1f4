import type { BootFailure } from '../common/boot-step';
import { CHANNELS, type ListedChannel } from './channel-list';

export interface PlannedStep {
  name: string;
  phase: 'ready' | 'visible';
  module: string;
  onFailure: BootFailure;
  /** Only there when the channel is configured. */
  whenConfigured?: true;
}

const ready = (name: string, module: string, onFailure: BootFailure = 'fatal'): PlannedStep => ({
  name,
  phase: 'ready',
  module,
  onFailure,
});
const visible = (name: string, module: string, onFailure: BootFailure = 'fatal'): PlannedStep => ({
  name,
  phase: 'visible',
  module,
  onFailure,
});
/** Of a channel's own step; its module is named like its folder. */
const startOf = ({ id }: ListedChannel): PlannedStep => ({
  ...visible(
    `channels start: ${id}`,
    `${id.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase())}Module`,
    'degraded',
  ),
  whenConfigured: true,
});

/**
 * The boot in one table. The order itself follows from the modules' imports and hooks; a spec boots a gateway and
 * compares. Shutdown undoes the same modules from the last row to the first.
 */
export const BOOT_PLAN: readonly PlannedStep[] = [
  ready('environment', 'EnvironmentModule'),
  ready('load config', 'ConfigModule'),
  ready('storage', 'StorageModule'),
  ready('runtime config', 'RuntimeConfigModule'),
  ready('other gateways', 'ReplicasModule'),
  ready('workspace', 'WorkspaceModule'),
  ready('exec-approval manager', 'ApprovalsModule'),
  ready('tools', 'ToolsModule'),
  ready('skills', 'SkillsModule', 'degraded'),
  ready('outbox', 'OutboxModule'),
  ready('default dependencies', 'AgentModule'),
  ready('channel logs and runtimes', 'ChannelsModule', 'degraded'),
  ready('RPC methods', 'GatewayModule'),
  ready('health summary', 'DiagnosticsModule'),
  ready('build cron', 'CronModule', 'degraded'),
  ready('gateway plugins', 'PluginsModule', 'degraded'),
  visible('agent-event handler', 'BroadcastModule'),
  visible('skills-change listener', 'SkillsModule', 'degraded'),
  visible('deliveries', 'OutboxModule'),
  visible('runtime state', 'AgentModule'),
  visible('channel manager', 'ChannelsModule', 'degraded'),
  visible('attach WebSocket handlers', 'GatewayModule'),
  visible('Control UI', 'ControlUiModule', 'degraded'),
  visible('telemetry', 'DiagnosticsModule', 'degraded'),
  visible('diagnostic heartbeat', 'DiagnosticHeartbeatModule', 'degraded'),
  visible('subagent registry', 'SubagentsModule', 'degraded'),
  visible('start cron', 'CronModule', 'degraded'),
  visible('heartbeat', 'HeartbeatModule', 'degraded'),
  visible('webhooks', 'WebhooksModule', 'degraded'),
  visible('internal hooks', 'HooksModule', 'degraded'),
  visible('plugin services', 'PluginsModule', 'degraded'),
  visible('discovery', 'DiscoveryModule', 'degraded'),
  visible('update check', 'UpdateModule', 'degraded'),
  visible('maintenance timers', 'MaintenanceModule'),
  visible('config reloader', 'ConfigReloadModule', 'degraded'),
  ...CHANNELS.map(startOf),
  visible('startup log', 'StartupModule'),
  visible('close handler', 'CloseHandlerModule'),
];
