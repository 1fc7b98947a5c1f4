import { Injectable } from '@nestjs/common';
import { SessionStore } from '../../sessions/session.store';
import type { SessionEntry } from '../../sessions/session-entry';
import { ToolPolicyService } from '../../tools/policy/tool-policy.service';
import { UsageService } from '../../usage/usage.service';
import { UsageStore } from '../../usage/usage.store';
import { ContextReportService } from '../context/context-report.service';
import { MODEL_CATALOG } from '../providers/model-catalog';
import {
  COMMAND_CATEGORIES,
  type ChatCommand,
  type CommandCall,
  type CommandEffect,
  ProvidesChatCommands,
  answer,
} from './chat-command';
import { isGuestGiver } from './command-giver';
import { CommandRegistry } from './command-registry.service';
import { costText } from './cost-text';
import { StatusCard } from './status-card.service';

const USAGE_MODES = ['off', 'tokens', 'full'] as const;
const DAY_MS = 86_400_000;
/** Without a word: totals and sections; list: files, too; detail: tools, too. */
const CONTEXT_MODES: ReadonlySet<string> = new Set(['', 'list', 'detail', 'json']);

/** Commands that tell how things stand. */
@Injectable()
@ProvidesChatCommands()
export class InfoCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'help',
      summary: 'short help',
      category: 'status',
      right: 'sender',
      isRepeatable: true,
      run: ({ agentId }) => this.help(agentId),
    },
    {
      name: 'commands',
      summary: 'all commands',
      category: 'status',
      right: 'sender',
      isRepeatable: true,
      run: ({ agentId }) => this.list(agentId),
    },
    {
      name: 'status',
      summary: 'model, tokens, cost and state of this conversation',
      category: 'status',
      right: 'sender',
      isRepeatable: true,
      run: async ({ sessionKey, agentId }) => answer(await this.card.text(sessionKey, agentId)),
    },
    {
      name: 'whoami',
      aliases: ['id'],
      summary: 'who you are to me',
      category: 'status',
      right: 'sender',
      isRepeatable: true,
      run: ({ giver, sessionKey }) =>
        answer(
          [
            `You: ${giver.senderId ?? giver.name}${giver.senderId && giver.name !== giver.senderId ? ` (${giver.name})` : ''}`,
            `Channel: ${giver.channel}${giver.account === 'default' ? '' : ` (${giver.account})`}`,
            `Authorised: ${giver.isAuthorised ? 'yes' : 'no'}${giver.isOwner ? ', as owner' : ''}`,
            `Conversation: ${sessionKey}`,
          ].join('\n'),
        ),
    },
    {
      name: 'context',
      usage: 'list|detail|json',
      summary: 'what fills the prompt',
      category: 'status',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.context(call),
    },
    {
      name: 'tools',
      usage: '[all]',
      summary: 'tools of this conversation, and why others are missing',
      category: 'tools',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.tools(call),
    },
    {
      name: 'usage',
      usage: 'off|tokens|full|cost',
      summary: 'tokens and cost under each answer, or of late',
      category: 'options',
      right: 'sender',
      isRepeatable: true,
      run: (call) => this.usageOf(call),
    },
  ];

  constructor(
    private readonly registry: CommandRegistry,
    private readonly sessions: SessionStore,
    private readonly policy: ToolPolicyService,
    private readonly usage: UsageService,
    private readonly usageStore: UsageStore,
    private readonly reports: ContextReportService,
    private readonly card: StatusCard,
  ) {}

  private help(agentId: string): CommandEffect {
    const first = ['new', 'stop', 'status', 'model', 'think', 'context', 'commands'];
    const lines = first.flatMap((name) => {
      const command = this.registry.find(name, agentId);
      return command ? [`/${command.name} – ${command.summary}`] : [];
    });
    return answer(`Commands:\n${lines.join('\n')}\n\nAll of them: /commands. Anything else goes to the assistant.`);
  }

  private list(agentId: string): CommandEffect {
    const all = this.registry.all(agentId);
    const groups = COMMAND_CATEGORIES.flatMap((category) => {
      const lines = all
        .filter((command) => command.category === category)
        .map(({ name, aliases, usage, summary, right }) => {
          const names = [name, ...(aliases ?? [])].map((each) => `/${each}`).join(', ');
          return `${names}${usage ? ` ${usage}` : ''} – ${summary}${right === 'owner' ? ' (owners)' : right === 'elevated' ? ' (elevated)' : ''}`;
        });
      return lines.length > 0 ? [`${category}:\n${lines.join('\n')}`] : [];
    });
    return answer(groups.join('\n\n'));
  }

  private async context({ args, sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    const report = await this.reports.of(sessionKey, agentId, giver);
    const mode = args.toLowerCase();
    if (!CONTEXT_MODES.has(mode))
      return answer(`"${args}" is not known; write /context, /context list, detail or json.`);
    if (mode === 'json') return answer(`\`\`\`json\n${JSON.stringify(report, null, 2)}\n\`\`\``);
    const { sections, tools, files, totals, model, contextWindow } = report;
    const lines = [
      `Context for ${model}: ${totals.tokens} of ${contextWindow} tokens`,
      `System prompt: ${totals.systemTokens} · tools: ${totals.toolTokens} (${tools.filter((tool) => tool.offered).length} of ${tools.length} offered) · conversation: ${totals.historyTokens} (${totals.messages} messages${totals.summed ? ', its beginning summed up' : ''})`,
      '',
      ...sections.map(({ id, tokens, budget, cut }) => `- ${id}: ${tokens} of ${budget}${cut ? ' (cut)' : ''}`),
    ];
    if (mode !== '') {
      lines.push(
        '',
        'Files:',
        ...files.map(({ name, chars, cut }) => `- ${name}: ${chars} characters${cut ? ' (cut)' : ''}`),
      );
    }
    if (mode === 'detail') {
      lines.push(
        '',
        'Tools:',
        ...tools.map(({ name, tokens, offered }) => `- ${name}: ${tokens}${offered ? '' : ' (on demand)'}`),
      );
    }
    return answer(lines.join('\n'));
  }

  private async tools({ args, sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    const standings = this.policy.explain(this.reports.subjectOf(sessionKey, agentId, giver));
    const usable = standings.filter((tool) => tool.allowed && tool.unavailable === undefined);
    const missing = standings.filter((tool) => !usable.includes(tool));
    const lines = [`Tools (${usable.length}): ${usable.map((tool) => tool.name).join(', ')}`];
    if (args.toLowerCase() === 'all')
      lines.push(
        '',
        'Not here:',
        ...missing.map(({ name, reason, unavailable }) => `- ${name}: ${reason ?? unavailable ?? 'unknown reason'}`),
      );
    else if (missing.length > 0) lines.push(`${missing.length} more are not available here: /tools all says why.`);
    return Promise.resolve(answer(lines.join('\n')));
  }

  private async usageOf({ args, sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    const entry = await this.sessions.find(sessionKey);
    const word = args.toLowerCase();
    if (word === 'cost' && isGuestGiver(giver)) return answer('What it costs is for owners of this gateway.');
    if (word === 'cost') return answer(await this.cost(sessionKey));
    const current = entry?.responseUsage ?? 'off';
    const next =
      word === ''
        ? USAGE_MODES[(USAGE_MODES.indexOf(current as 'off') + 1) % USAGE_MODES.length]
        : word === 'on'
          ? 'tokens'
          : word;
    if (!(USAGE_MODES as readonly (string | undefined)[]).includes(next))
      return answer(`"${args}" is not known; write /usage off, tokens, full or cost.`);
    await this.sessions.upsert(sessionKey, agentId, ({ responseUsage: _, ...rest }): SessionEntry =>
      next === 'off' || next === undefined ? rest : { ...rest, responseUsage: next },
    );
    return answer(`Usage under answers: ${next ?? 'off'}.`);
  }

  private async cost(sessionKey: string): Promise<string> {
    const now = Date.now();
    const [session, today, month] = await Promise.all([
      this.usageStore.sum({ sessionKey }),
      this.usageStore.sum({ fromDay: this.usage.today(now) }),
      this.usageStore.sum({ fromDay: this.usage.today(now - 29 * DAY_MS) }),
    ]);
    const providers = new Set((await this.usageStore.groups({}, 'model')).map(({ key }) => key.split('/')[0] ?? ''));
    const sources = [...providers].flatMap((provider) => {
      const source = MODEL_CATALOG.find(({ id }) => id === provider)?.prices;
      return source ? [`${provider}: list prices of ${source.asOf} (${source.url})`] : [];
    });
    return [
      `This conversation: ${costText(session)}`,
      `Today: ${costText(today)}`,
      `30 days: ${costText(month)}`,
      ...sources,
    ].join('\n');
  }
}
