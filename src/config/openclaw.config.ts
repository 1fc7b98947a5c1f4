import { AgentsConfig } from '../agent/agents.config';
import { AuthConfig, ModelsConfig } from '../agent/providers/models.config';
import { ChannelsConfig } from '../channels/channels.config';
import { Nested, NestedList, Obj, Opt, Str } from '../common/validation/fields';
import { CronConfig } from '../cron/cron.config';
import { GatewayConfig } from '../gateway/gateway.config';
import { LoggingConfig } from '../logging/logging.config';
import { SessionConfig } from '../sessions/session.config';
import { ApprovalsConfig } from '../tools/approvals/approvals.config';
import { McpConfig } from '../tools/mcp/mcp.config';
import { ToolsConfig } from '../tools/tools.config';
import { UsageConfig } from '../usage/usage.config';
import { BrowserConfig, HooksConfig, PluginsConfig, SkillsConfig } from './sections/extensions.config';
import {
  CanvasHostConfig,
  DiagnosticsConfig,
  DiscoveryConfig,
  EnvConfig,
  MediaConfig,
  MetaConfig,
  NodeHostConfig,
  TalkConfig,
  UiConfig,
  UpdateConfig,
  WebConfig,
  WizardConfig,
} from './sections/general.config';
import { CommandsConfig, MessagesConfig } from './sections/messages.config';
import { BindingConfig, BroadcastConfig } from './sections/routing.config';

/** The whole `openclaw.json`: one class per section, each owned by its feature. */
export class OpenclawConfig {
  @Opt() @Str() $schema?: string;
  @Opt() @Nested(() => MetaConfig) meta?: MetaConfig;
  @Opt() @Nested(() => EnvConfig) env?: EnvConfig;
  @Opt() @Nested(() => WizardConfig) wizard?: WizardConfig;
  @Opt() @Nested(() => DiagnosticsConfig) diagnostics?: DiagnosticsConfig;
  @Opt() @Nested(() => LoggingConfig) logging?: LoggingConfig;
  @Opt() @Nested(() => UpdateConfig) update?: UpdateConfig;
  @Opt() @Nested(() => BrowserConfig) browser?: BrowserConfig;
  @Opt() @Nested(() => UiConfig) ui?: UiConfig;
  @Opt() @Nested(() => AuthConfig) auth?: AuthConfig;
  @Opt() @Nested(() => ModelsConfig) models?: ModelsConfig;
  @Opt() @Nested(() => NodeHostConfig) nodeHost?: NodeHostConfig;
  @Opt() @Nested(() => AgentsConfig) agents?: AgentsConfig;
  @Opt() @Nested(() => ToolsConfig) tools?: ToolsConfig;
  @Opt() @Nested(() => McpConfig) mcp?: McpConfig;
  @Opt() @NestedList(() => BindingConfig) bindings?: BindingConfig[];
  @Opt() @Nested(() => BroadcastConfig) broadcast?: BroadcastConfig;
  @Opt() @Obj() audio?: Record<string, unknown>;
  @Opt() @Nested(() => MediaConfig) media?: MediaConfig;
  @Opt() @Nested(() => MessagesConfig) messages?: MessagesConfig;
  @Opt() @Nested(() => CommandsConfig) commands?: CommandsConfig;
  @Opt() @Nested(() => ApprovalsConfig) approvals?: ApprovalsConfig;
  @Opt() @Nested(() => SessionConfig) session?: SessionConfig;
  @Opt() @Nested(() => UsageConfig) usage?: UsageConfig;
  @Opt() @Nested(() => CronConfig) cron?: CronConfig;
  @Opt() @Nested(() => HooksConfig) hooks?: HooksConfig;
  @Opt() @Nested(() => WebConfig) web?: WebConfig;
  @Opt() @Nested(() => ChannelsConfig) channels?: ChannelsConfig;
  @Opt() @Nested(() => DiscoveryConfig) discovery?: DiscoveryConfig;
  @Opt() @Nested(() => CanvasHostConfig) canvasHost?: CanvasHostConfig;
  @Opt() @Nested(() => TalkConfig) talk?: TalkConfig;
  @Opt() @Nested(() => GatewayConfig) gateway?: GatewayConfig;
  @Opt() @Nested(() => SkillsConfig) skills?: SkillsConfig;
  @Opt() @Nested(() => PluginsConfig) plugins?: PluginsConfig;
}
