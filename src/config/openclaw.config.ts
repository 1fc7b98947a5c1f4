import { AgentsConfig } from '../agent/agents.config';
import { AuthConfig, ModelsConfig } from '../agent/providers/models.config';
import { ChannelsConfig } from '../channels/channels.config';
import { Nested, NestedList, Obj, Opt, Reload, Str } from '../common/validation/fields';
import { CronConfig } from '../automation/cron/cron.config';
import { GatewayConfig } from '../gateway/gateway.config';
import { LoggingConfig } from '../logging/logging.config';
import { MaintenanceConfig } from '../operations/maintenance/maintenance.config';
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
import { SecretsConfig } from './secrets/secrets.config';
import { CommandsConfig, MessagesConfig } from './sections/messages.config';
import { BindingConfig, BroadcastConfig } from './sections/routing.config';
import { idle, Keys } from '../common/validation/keys';

/** The whole `openclaw.json`: one class per section, each owned by its feature. */
@Keys<OpenclawConfig>({
  $schema: 'Address of a schema, for editors.',
  meta: 'Who wrote the file last.',
  env: 'Environment variables.',
  wizard: idle('What the set-up did last.'),
  diagnostics: 'Traces for those who watch several services.',
  logging: 'What is written into the log.',
  update: 'New releases.',
  browser: 'The assistant’s browser.',
  maintenance: 'Room on the disk, and how long things are kept.',
  ui: 'Looks of the page.',
  auth: 'Credentials for services with language models.',
  secrets: 'Where secrets are kept that stand elsewhere, as objects with source, provider and id.',
  models: 'Services with language models.',
  nodeHost: idle('This machine as a node.'),
  agents: 'The agents, and what holds for all of them.',
  tools: 'What the assistant may do.',
  mcp: 'Tools from servers of the Model Context Protocol.',
  bindings: 'Which agent answers where; the first that fits.',
  broadcast: idle('Several agents that answer in one chat.'),
  audio: idle('Older place of tools.media.audio.'),
  media: idle('Files that come in.'),
  messages: 'How messages are taken and answered.',
  commands: 'Commands in chats.',
  approvals: 'Where requests for approval are told.',
  session: 'How messages are put into conversations.',
  usage: 'What may be spent.',
  cron: 'Scheduled jobs.',
  hooks: 'Calls from other programs, and to them.',
  web: idle('The connection to WhatsApp.'),
  channels: 'How people reach the assistant.',
  discovery: 'Being found by apps.',
  canvasHost: idle('The canvas of apps.'),
  talk: idle('Conversations by voice in apps.'),
  gateway: 'Where the gateway listens, and who may connect.',
  skills: 'What the assistant has learnt.',
  plugins: 'Additions by others.',
})
export class OpenclawConfig {
  @Opt() @Reload('none') @Str() $schema?: string;
  @Opt() @Reload('none') @Nested(() => MetaConfig) meta?: MetaConfig;
  @Opt() @Reload('restart') @Nested(() => EnvConfig) env?: EnvConfig;
  @Opt() @Reload('none') @Nested(() => WizardConfig) wizard?: WizardConfig;
  @Opt() @Reload('restart') @Nested(() => DiagnosticsConfig) diagnostics?: DiagnosticsConfig;
  @Opt() @Reload('hot') @Nested(() => LoggingConfig) logging?: LoggingConfig;
  @Opt() @Reload('none') @Nested(() => UpdateConfig) update?: UpdateConfig;
  @Opt() @Reload('hot') @Nested(() => BrowserConfig) browser?: BrowserConfig;
  @Opt() @Reload('none') @Nested(() => MaintenanceConfig) maintenance?: MaintenanceConfig;
  @Opt() @Reload('none') @Nested(() => UiConfig) ui?: UiConfig;
  @Opt() @Reload('none') @Nested(() => AuthConfig) auth?: AuthConfig;
  @Opt() @Reload('restart') @Nested(() => SecretsConfig) secrets?: SecretsConfig;
  @Opt() @Reload('none') @Nested(() => ModelsConfig) models?: ModelsConfig;
  @Opt() @Reload('restart') @Nested(() => NodeHostConfig) nodeHost?: NodeHostConfig;
  @Opt() @Reload('none') @Nested(() => AgentsConfig) agents?: AgentsConfig;
  @Opt() @Reload('none') @Nested(() => ToolsConfig) tools?: ToolsConfig;
  @Opt() @Reload('restart') @Nested(() => McpConfig) mcp?: McpConfig;
  @Opt() @Reload('none') @NestedList(() => BindingConfig) bindings?: BindingConfig[];
  @Opt() @Reload('none') @Nested(() => BroadcastConfig) broadcast?: BroadcastConfig;
  @Opt() @Reload('none') @Obj() audio?: Record<string, unknown>;
  @Opt() @Reload('none') @Nested(() => MediaConfig) media?: MediaConfig;
  @Opt() @Reload('none') @Nested(() => MessagesConfig) messages?: MessagesConfig;
  @Opt() @Reload('none') @Nested(() => CommandsConfig) commands?: CommandsConfig;
  @Opt() @Reload('none') @Nested(() => ApprovalsConfig) approvals?: ApprovalsConfig;
  @Opt() @Reload('none') @Nested(() => SessionConfig) session?: SessionConfig;
  @Opt() @Reload('none') @Nested(() => UsageConfig) usage?: UsageConfig;
  @Opt() @Reload('hot') @Nested(() => CronConfig) cron?: CronConfig;
  @Opt() @Reload('hot') @Nested(() => HooksConfig) hooks?: HooksConfig;
  @Opt() @Reload('restart') @Nested(() => WebConfig) web?: WebConfig;
  @Opt() @Reload('hot') @Nested(() => ChannelsConfig) channels?: ChannelsConfig;
  @Opt() @Reload('restart') @Nested(() => DiscoveryConfig) discovery?: DiscoveryConfig;
  @Opt() @Reload('restart') @Nested(() => CanvasHostConfig) canvasHost?: CanvasHostConfig;
  @Opt() @Reload('none') @Nested(() => TalkConfig) talk?: TalkConfig;
  @Opt() @Reload('restart') @Nested(() => GatewayConfig) gateway?: GatewayConfig;
  @Opt() @Reload('none') @Nested(() => SkillsConfig) skills?: SkillsConfig;
  @Opt() @Reload('restart') @Nested(() => PluginsConfig) plugins?: PluginsConfig;
}
