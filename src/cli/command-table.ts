import type { Type } from '@nestjs/common';

export interface CommandEntry {
  name: string;
  summary: string;
  /** Leaves below a group, for the help text and the inventory. */
  leaves?: readonly string[];
  load(): Promise<readonly Type[]>;
}

/** Every top-level command. Only the one that is called is loaded. */
export const COMMAND_TABLE: readonly CommandEntry[] = [
  {
    name: 'onboard',
    summary: 'set everything up, step by step',
    load: async () => [(await import('../onboard/onboard.command')).OnboardCommand],
  },
  {
    name: 'setup',
    summary: 'make the configuration and the workspace',
    load: async () => [(await import('../onboard/configure.command')).SetupCommand],
  },
  {
    name: 'configure',
    summary: 'change one part of the set-up',
    load: async () => [(await import('../onboard/configure.command')).ConfigureCommand],
  },
  {
    name: 'gateway',
    summary: 'run the gateway, see whether it runs, keep it running',
    leaves: ['run', 'status', 'call', 'discover', 'install', 'uninstall', 'start', 'stop', 'restart'],
    load: async () => {
      const { GatewayCommand, GatewayRunCommand, GatewayStatusCommand } = await import('../bootstrap/gateway.command');
      const { SERVICE_LEAVES } = await import('../service/service.command');
      const { GatewayDiscoverCommand } = await import('../discovery/discover.command');
      const { GatewayCallCommand } = await import('../gateway/client/call.command');
      return [
        GatewayCommand,
        GatewayRunCommand,
        GatewayStatusCommand,
        GatewayCallCommand,
        GatewayDiscoverCommand,
        ...SERVICE_LEAVES,
      ];
    },
  },
  {
    name: 'update',
    summary: 'bring the new release of this program here',
    leaves: ['status'],
    load: async () => (await import('../update/update.command')).UPDATE_COMMANDS,
  },
  {
    name: 'status',
    summary: 'gateway, model, channels and sessions at a glance',
    load: async () => [(await import('../diagnostics/status.command')).StatusCommand],
  },
  {
    name: 'health',
    summary: 'ask the running gateway whether all is well',
    load: async () => [(await import('../diagnostics/health.command')).HealthCommand],
  },
  {
    name: 'agent',
    summary: 'say something to the assistant',
    load: async () => [(await import('../agent/chat/agent.command')).AgentCommand],
  },
  {
    name: 'chat',
    summary: 'talk with the assistant on this terminal',
    load: async () => [(await import('../agent/chat/chat.command')).ChatCommand],
  },
  {
    name: 'acp',
    summary: 'the assistant in an editor (Agent Client Protocol)',
    load: async () => [(await import('../acp/acp.command')).AcpCommand],
  },
  {
    name: 'mcp',
    summary: 'conversations of the gateway for MCP clients',
    leaves: ['serve'],
    load: async () => (await import('../conversation-mcp/mcp.command')).MCP_COMMANDS,
  },
  {
    name: 'sessions',
    summary: 'conversations',
    leaves: [
      ...['list', 'show', 'history', 'patch', 'reset', 'delete', 'compact'],
      ...['abort', 'send', 'tail', 'export', 'import'],
    ],
    load: async () => {
      const { SESSIONS_COMMANDS } = await import('../agent/sessions/sessions.command');
      return SESSIONS_COMMANDS;
    },
  },
  {
    name: 'memory',
    summary: 'what the assistant has written down',
    leaves: ['status', 'index', 'search'],
    load: async () => {
      const { MemoryCommand, MemoryIndexCommand, MemoryReviewCommand, MemorySearchCommand, MemoryStatusCommand } =
        await import('../memory/memory.command');
      return [MemoryCommand, MemoryIndexCommand, MemoryReviewCommand, MemorySearchCommand, MemoryStatusCommand];
    },
  },
  {
    name: 'skills',
    summary: 'instructions for certain tasks',
    leaves: [
      'list',
      'info',
      'check',
      'install',
      'update',
      'remove',
      'enable',
      'disable',
      'trust',
      'untrust',
      'scan',
      'new',
      'sign',
      'proposals',
    ],
    load: async () => (await import('../skills/commands/skills.command')).SKILLS_COMMANDS,
  },
  {
    name: 'usage',
    summary: 'tokens, cost, limits and budgets',
    leaves: ['status', 'cost'],
    load: async () => {
      const { UsageCommand, UsageCostCommand, UsageStatusCommand } = await import('../usage/usage.command');
      return [UsageCommand, UsageCostCommand, UsageStatusCommand];
    },
  },
  {
    name: 'config',
    summary: 'read and change the configuration',
    leaves: ['get', 'set', 'unset', 'show', 'path', 'validate', 'schema', 'patch', 'history', 'restore'],
    load: async () => (await import('../config/config.command')).CONFIG_COMMANDS,
  },
  {
    name: 'channels',
    summary: 'chat platforms and their state',
    leaves: ['list', 'status', 'start', 'stop', 'logout', 'dead-letters list', 'dead-letters resubmit'],
    load: async () => {
      const { CHANNELS_LEAVES, ChannelsCommand } = await import('../channels/channels.command');
      const { DEAD_LETTERS_LEAVES } = await import('../channels/dead-letters.command');
      return [ChannelsCommand, ...CHANNELS_LEAVES, ...DEAD_LETTERS_LEAVES];
    },
  },
  {
    name: 'cron',
    summary: 'jobs that run by the clock',
    leaves: ['list', 'show', 'status', 'add', 'edit', 'rm', 'enable', 'disable', 'run', 'runs', 'next'],
    load: async () => {
      const { CRON_LEAVES, CronCommand } = await import('../cron/cron.command');
      return [CronCommand, ...CRON_LEAVES];
    },
  },
  {
    name: 'system',
    summary: 'events, presence and heartbeats',
    leaves: ['event', 'presence', 'heartbeat last', 'heartbeat enable', 'heartbeat disable', 'heartbeat now'],
    load: async () => (await import('../heartbeat/system.command')).SYSTEM_COMMANDS,
  },
  {
    name: 'hooks',
    summary: 'programs that take part in what happens',
    leaves: ['list', 'info', 'check', 'enable', 'disable', 'install', 'update'],
    load: async () => (await import('../internal-hooks/hooks.command')).HOOKS_COMMANDS,
  },
  {
    name: 'plugins',
    summary: 'programs of others that add tools, channels and more',
    leaves: ['list', 'info', 'install', 'enable', 'disable', 'remove', 'doctor'],
    load: async () => (await import('../plugins/plugins.command')).PLUGINS_COMMANDS,
  },
  {
    name: 'webhooks',
    summary: 'what other programs tell, and are told',
    leaves: ['list', 'test'],
    load: async () => (await import('../webhooks/webhooks.command')).WEBHOOKS_COMMANDS,
  },
  {
    name: 'message',
    summary: 'messages to chats',
    leaves: ['send', 'poll'],
    load: async () => {
      const { MessageCommand, MessagePollCommand, MessageSendCommand } = await import('../outbox/message.command');
      return [MessageCommand, MessageSendCommand, MessagePollCommand];
    },
  },
  {
    name: 'pairing',
    summary: 'people who ask to write to the assistant',
    leaves: ['list', 'approve', 'reject', 'revoke'],
    load: async () => {
      const { PAIRING_LEAVES, PairingCommand } = await import('../channels/access/pairing.command');
      return [PairingCommand, ...PAIRING_LEAVES];
    },
  },
  {
    name: 'devices',
    summary: 'clients that may connect',
    leaves: ['list', 'approve', 'reject', 'remove', 'rotate', 'revoke'],
    load: async () => {
      const { DEVICE_LEAVES, DevicesCommand } = await import('../gateway/devices/devices.command');
      return [DevicesCommand, ...DEVICE_LEAVES];
    },
  },
  {
    name: 'nodes',
    summary: 'devices and machines that do things for the assistant',
    leaves: ['status', 'list', 'pending', 'approve', 'reject', 'describe', 'rename', 'remove', 'invoke'],
    load: async () => (await import('../nodes/nodes.command')).NODES_COMMANDS,
  },
  {
    name: 'node',
    summary: 'this machine as a node of a gateway',
    leaves: ['run'],
    load: async () => {
      const { NodeCommand, NodeRunCommand } = await import('../nodes/host/node.command');
      return [NodeCommand, NodeRunCommand];
    },
  },
  {
    name: 'agents',
    summary: 'the assistants of this gateway',
    leaves: ['list', 'add', 'delete', 'set-identity'],
    load: async () => (await import('../agent/agents.command')).AGENTS_COMMANDS,
  },
  {
    name: 'approvals',
    summary: 'commands that need an approval',
    leaves: ['pending', 'resolve', 'get', 'set', 'allowlist add', 'allowlist remove'],
    load: async () => (await import('../tools/approvals/approvals.command')).APPROVALS_COMMANDS,
  },
  {
    name: 'tts',
    summary: 'speech',
    leaves: ['status', 'providers', 'enable', 'disable', 'set-provider', 'convert'],
    load: async () => (await import('../agent/media/tts.command')).TTS_COMMANDS,
  },
  {
    name: 'database',
    summary: 'where everything is kept',
    leaves: ['status', 'check'],
    load: async () => (await import('../storage/database.command')).DATABASE_COMMANDS,
  },
  {
    name: 'secrets',
    summary: 'the encrypted store of keys and tokens',
    leaves: ['list', 'set', 'rm', 'audit', 'move'],
    load: async () => {
      const commands = await import('../config/secrets/secrets.command');
      return [
        commands.SecretsCommand,
        commands.SecretsListCommand,
        commands.SecretsSetCommand,
        commands.SecretsRemoveCommand,
        commands.SecretsAuditCommand,
        commands.SecretsMoveCommand,
      ];
    },
  },
  {
    name: 'security',
    summary: 'how safe this installation is',
    leaves: ['audit'],
    load: async () => {
      const { SecurityAuditCommand, SecurityCommand } = await import('../security/security.command');
      return [SecurityCommand, SecurityAuditCommand];
    },
  },
  {
    name: 'models',
    summary: 'language models',
    leaves: [
      'list',
      'status',
      'set',
      'set-image',
      ...['aliases list', 'aliases add', 'aliases remove'],
      ...['fallbacks', 'image-fallbacks'].flatMap((list) =>
        ['list', 'add', 'remove', 'clear'].map((leaf) => `${list} ${leaf}`),
      ),
      ...['list', 'add', 'paste-api-key', 'paste-token', 'setup-token', 'logout'].map((leaf) => `auth ${leaf}`),
      ...['get', 'set', 'clear'].map((leaf) => `auth order ${leaf}`),
    ],
    load: async () => (await import('../agent/providers/commands/models.command')).MODELS_COMMANDS,
  },
  {
    name: 'logs',
    summary: 'show the gateway log',
    load: async () => [(await import('../diagnostics/logs.command')).LogsCommand],
  },
  {
    name: 'trace',
    summary: 'every hop of one message, run or delivery',
    load: async () => [(await import('../diagnostics/trace.command')).TraceCommand],
  },
  {
    name: 'runs',
    summary: 'what the assistant has worked on',
    leaves: ['list'],
    load: async () => {
      const { RunsCommand, RunsListCommand } = await import('../diagnostics/runs.command');
      return [RunsCommand, RunsListCommand];
    },
  },
  {
    name: 'explain',
    summary: 'why things are as they are',
    leaves: ['boot', 'route', 'tools'],
    load: async () => {
      const { ExplainCommand, ExplainBootCommand } = await import('../bootstrap/explain.command');
      const { ExplainToolsCommand } = await import('../tools/policy/policy.command');
      const { ExplainRouteCommand } = await import('../channels/route.command');
      return [ExplainCommand, ExplainBootCommand, ExplainRouteCommand, ExplainToolsCommand];
    },
  },
  {
    name: 'policy',
    summary: 'who may use which tools',
    leaves: ['test'],
    load: async () => {
      const { PolicyCommand, PolicyTestCommand } = await import('../tools/policy/policy.command');
      return [PolicyCommand, PolicyTestCommand];
    },
  },
  {
    name: 'migrate',
    summary: 'take over what OpenClaw left',
    leaves: ['plan', 'apply'],
    load: async () => (await import('../migrate/migrate.command')).MIGRATE_COMMANDS,
  },
  {
    name: 'backup',
    summary: 'archives of everything',
    leaves: ['create', 'verify', 'restore'],
    load: async () => (await import('../backup/backup.command')).BACKUP_COMMANDS,
  },
  {
    name: 'dashboard',
    summary: 'login link of the Control UI',
    load: async () => [(await import('../control-ui/dashboard.command')).DashboardCommand],
  },
  {
    name: 'diagnostics',
    summary: 'a bundle for those who help',
    leaves: ['export'],
    load: async () => {
      const { DiagnosticsCommand, DiagnosticsExportCommand } = await import('../diagnostics/diagnostics.command');
      return [DiagnosticsCommand, DiagnosticsExportCommand];
    },
  },
  {
    name: 'docs',
    summary: 'search the documentation, offline',
    load: async () => [(await import('./docs.command')).DocsCommand],
  },
  {
    name: 'reset',
    summary: 'back to the beginning',
    load: async () => [(await import('../service/uninstall.command')).ResetCommand],
  },
  {
    name: 'uninstall',
    summary: 'take the service, the state and the command away',
    load: async () => [(await import('../service/uninstall.command')).UninstallCommand],
  },
  {
    name: 'completion',
    summary: 'completion for bash, zsh, fish and PowerShell',
    load: async () => [(await import('./completion/completion.command')).CompletionCommand],
  },
  {
    name: 'doctor',
    summary: 'check the installation',
    load: async () => [(await import('../doctor/doctor.command')).DoctorCommand],
  },
];
