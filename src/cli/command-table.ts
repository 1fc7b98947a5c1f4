import type { Type } from '@nestjs/common';

export interface CommandEntry {
  name: string;
  summary: string;
  /** Other names of the same command. */
  aliases?: readonly string[];
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
    aliases: ['daemon'],
    summary: 'run the gateway, see whether it runs, keep it running',
    load: async () => (await import('../bootstrap/gateway.command')).GATEWAY_COMMANDS,
  },
  {
    name: 'update',
    summary: 'bring the new release of this program here',
    load: async () => (await import('../operations/update/update.command')).UPDATE_COMMANDS,
  },
  {
    name: 'status',
    summary: 'gateway, model, channels and sessions at a glance',
    load: async () => [(await import('../bootstrap/status.command')).StatusCommand],
  },
  {
    name: 'health',
    summary: 'ask the running gateway whether all is well',
    load: async () => [(await import('../operations/diagnostics/health.command')).HealthCommand],
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
    name: 'tui',
    summary: 'the assistant on the whole terminal',
    load: async () => [(await import('../tui/tui.command')).TuiCommand],
  },
  {
    name: 'acp',
    summary: 'the assistant in an editor (Agent Client Protocol)',
    load: async () => (await import('../bridges/acp/acp.command')).ACP_COMMANDS,
  },
  {
    name: 'mcp',
    summary: 'conversations of the gateway for MCP clients',
    load: async () => (await import('../bridges/conversation-mcp/mcp.command')).MCP_COMMANDS,
  },
  {
    name: 'sessions',
    summary: 'conversations',
    load: async () => {
      const { SESSIONS_COMMANDS } = await import('../agent/sessions/sessions.command');
      return SESSIONS_COMMANDS;
    },
  },
  {
    name: 'memory',
    summary: 'what the assistant has written down',
    load: async () => (await import('../memory/memory.command')).MEMORY_COMMANDS,
  },
  {
    name: 'skills',
    summary: 'instructions for certain tasks',
    load: async () => (await import('../skills/commands/skills.command')).SKILLS_COMMANDS,
  },
  {
    name: 'usage',
    summary: 'tokens, cost, limits and budgets',
    load: async () => {
      const { UsageCommand, UsageCostCommand, UsageStatusCommand } = await import('../usage/usage.command');
      return [UsageCommand, UsageCostCommand, UsageStatusCommand];
    },
  },
  {
    name: 'cluster',
    summary: 'gateways that share one database',
    load: async () => {
      const { ClusterCommand, ClusterStatusCommand } = await import('../replicas/cluster.command');
      return [ClusterCommand, ClusterStatusCommand];
    },
  },
  {
    name: 'config',
    summary: 'read and change the configuration',
    load: async () => (await import('../config/config.command')).CONFIG_COMMANDS,
  },
  {
    name: 'channels',
    summary: 'chat platforms and their state',
    load: async () => {
      const { CHANNELS_LEAVES, ChannelsCommand } = await import('../channels/commands/channels.command');
      const { DEAD_LETTERS_LEAVES } = await import('../channels/commands/dead-letters.command');
      return [ChannelsCommand, ...CHANNELS_LEAVES, ...DEAD_LETTERS_LEAVES];
    },
  },
  {
    name: 'directory',
    summary: 'people and groups that this gateway knows on a platform',
    load: async () => (await import('../channels/commands/directory.command')).DIRECTORY_COMMANDS,
  },
  {
    name: 'cron',
    aliases: ['automations'],
    summary: 'scheduled jobs',
    load: async () => {
      const { CRON_LEAVES, CronCommand } = await import('../automation/cron/cron.command');
      return [CronCommand, ...CRON_LEAVES];
    },
  },
  {
    name: 'system',
    summary: 'events, presence and heartbeats',
    load: async () => (await import('../automation/heartbeat/system.command')).SYSTEM_COMMANDS,
  },
  {
    name: 'hooks',
    summary: 'programs that take part in what happens',
    load: async () => (await import('../automation/hooks/hooks.command')).HOOKS_COMMANDS,
  },
  {
    name: 'plugins',
    summary: 'programs of others that add tools, channels and more',
    load: async () => (await import('../plugins/plugins.command')).PLUGINS_COMMANDS,
  },
  {
    name: 'webhooks',
    summary: 'what other programs tell, and are told',
    load: async () => (await import('../automation/webhooks/webhooks.command')).WEBHOOKS_COMMANDS,
  },
  {
    name: 'message',
    summary: 'messages to chats',
    load: async () => (await import('../outbox/commands/message.command')).MESSAGE_COMMANDS,
  },
  {
    name: 'pairing',
    summary: 'people who ask to write to the assistant',
    load: async () => {
      const { PAIRING_LEAVES, PairingCommand } = await import('../channels/access/pairing.command');
      return [PairingCommand, ...PAIRING_LEAVES];
    },
  },
  {
    name: 'devices',
    summary: 'clients that may connect',
    load: async () => {
      const { DEVICE_LEAVES, DevicesCommand } = await import('../gateway/devices/devices.command');
      return [DevicesCommand, ...DEVICE_LEAVES];
    },
  },
  {
    name: 'nodes',
    summary: 'devices and machines that do things for the assistant',
    load: async () => (await import('../nodes/nodes.command')).NODES_COMMANDS,
  },
  {
    name: 'node',
    summary: 'this machine as a node of a gateway',
    load: async () => {
      const { NodeCommand, NodeRunCommand } = await import('../nodes/host/node.command');
      return [NodeCommand, NodeRunCommand];
    },
  },
  {
    name: 'agents',
    summary: 'the assistants of this gateway',
    load: async () => (await import('../agent/agents.command')).AGENTS_COMMANDS,
  },
  {
    name: 'approvals',
    aliases: ['exec-approvals'],
    summary: 'commands that need an approval',
    load: async () => (await import('../tools/approvals/approvals.command')).APPROVALS_COMMANDS,
  },
  {
    name: 'exec-policy',
    summary: 'where commands run, and which are asked for',
    load: async () => (await import('../tools/exec/exec-policy.command')).EXEC_POLICY_COMMANDS,
  },
  {
    name: 'browser',
    summary: "the assistant's browser",
    load: async () => (await import('../tools/browser/cli/browser.command')).BROWSER_COMMANDS,
  },
  {
    name: 'tools',
    summary: 'tools of the assistant',
    load: async () => (await import('../tools/policy/tools.command')).TOOLS_COMMANDS,
  },
  {
    name: 'sandbox',
    summary: 'where commands of the assistant run',
    load: async () => (await import('../tools/sandbox/sandbox.command')).SANDBOX_COMMANDS,
  },
  {
    name: 'tts',
    summary: 'speech',
    load: async () => (await import('../agent/media/tts.command')).TTS_COMMANDS,
  },
  {
    name: 'database',
    summary: 'where everything is kept',
    load: async () => (await import('../storage/database.command')).DATABASE_COMMANDS,
  },
  {
    name: 'secrets',
    summary: 'the encrypted store of keys and tokens',
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
    load: async () => {
      const { SecurityAuditCommand, SecurityCommand } = await import('../security/security.command');
      return [SecurityCommand, SecurityAuditCommand];
    },
  },
  {
    name: 'models',
    summary: 'language models',
    load: async () => (await import('../agent/providers/commands/models.command')).MODELS_COMMANDS,
  },
  {
    name: 'logs',
    summary: 'show the gateway log',
    load: async () => [(await import('../operations/diagnostics/logs.command')).LogsCommand],
  },
  {
    name: 'trace',
    summary: 'every hop of one message, run or delivery',
    load: async () => [(await import('../operations/diagnostics/trace.command')).TraceCommand],
  },
  {
    name: 'runs',
    summary: 'what the assistant has worked on',
    load: async () => {
      const { RunsCommand, RunsListCommand } = await import('../operations/diagnostics/runs.command');
      return [RunsCommand, RunsListCommand];
    },
  },
  {
    name: 'tasks',
    summary: 'work beside the conversations',
    load: async () => (await import('../tasks/tasks.command')).TASKS_COMMANDS,
  },
  {
    name: 'explain',
    summary: 'why things are as they are',
    load: async () => (await import('../bootstrap/explain.command')).EXPLAIN_COMMANDS,
  },
  {
    name: 'policy',
    summary: 'who may use which tools',
    load: async () => {
      const { PolicyCommand, PolicyTestCommand } = await import('../tools/policy/policy.command');
      return [PolicyCommand, PolicyTestCommand];
    },
  },
  {
    name: 'migrate',
    summary: 'take over what OpenClaw left',
    load: async () => (await import('../operations/migrate/migrate.command')).MIGRATE_COMMANDS,
  },
  {
    name: 'backup',
    summary: 'archives of everything',
    load: async () => (await import('../operations/backup/backup.command')).BACKUP_COMMANDS,
  },
  {
    name: 'dashboard',
    summary: 'login link of the Control UI',
    load: async () => [(await import('../control-ui/dashboard.command')).DashboardCommand],
  },
  {
    name: 'diagnostics',
    summary: 'a bundle for those who help',
    load: async () => {
      const { DiagnosticsCommand, DiagnosticsExportCommand } =
        await import('../operations/diagnostics/diagnostics.command');
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
    load: async () => [(await import('../operations/service/uninstall.command')).ResetCommand],
  },
  {
    name: 'uninstall',
    summary: 'take the service, the state and the command away',
    load: async () => [(await import('../operations/service/uninstall.command')).UninstallCommand],
  },
  {
    name: 'completion',
    summary: 'completion for bash, zsh, fish and PowerShell',
    load: async () => [(await import('./completion/completion.command')).CompletionCommand],
  },
  {
    name: 'doctor',
    summary: 'check the installation',
    load: async () => [(await import('../operations/doctor/doctor.command')).DoctorCommand],
  },
];
