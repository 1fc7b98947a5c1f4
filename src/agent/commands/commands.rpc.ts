import { Injectable } from '@nestjs/common';
import { OneOf, Opt, Bool, Text } from '../../common/validation/fields';
import { defaultAgentId, findAgent, normaliseAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { agentOfSession, canonicalSessionKey } from '../../sessions/session-key';
import type { ChatCommand } from './chat-command';
import { CommandRegistry } from './command-registry.service';

export const COMMAND_SURFACES = ['text', 'native', 'both'] as const;

export class CommandsListParams {
  @Opt() @Text() agentId?: string;
  @Opt() @Text() sessionKey?: string;
  /** Channel for whose menu the names are meant; ours are the same on all. */
  @Opt() @Text() provider?: string;
  /** Only those that can be written (text), that menus of chat platforms hold (native), or all (both). */
  @Opt() @OneOf(COMMAND_SURFACES) scope?: (typeof COMMAND_SURFACES)[number];
  @Opt() @Bool() includeArgs?: boolean;
}

export interface ListedCommand {
  name: string;
  /** Name in the menus of chat platforms; without it there is none. */
  nativeName?: string;
  textAliases: string[];
  description: string;
  category: string;
  source: 'native' | 'skill';
  skillDisplayName?: string;
  skillModelVisible?: boolean;
  scope: 'text' | 'both';
  acceptsArgs: boolean;
  /** How its arguments are written. */
  usage?: string;
  args?: { name: string; description: string; type: 'string'; choices?: { value: string; label: string }[] }[];
}

/** Chat commands for pickers and menus. */
@Injectable()
export class CommandsRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly registry: CommandRegistry,
  ) {}

  @RpcMethod({
    name: 'commands.list',
    scope: 'operator.read',
    params: CommandsListParams,
    summary: 'Chat commands of an agent, its skills included, by name.',
  })
  list(params: CommandsListParams): { commands: ListedCommand[] } {
    const commands = this.registry
      .all(this.agentOf(params))
      .filter(({ textOnly }) => params.scope !== 'native' || textOnly !== true)
      .map((command) => listed(command, params.includeArgs !== false));
    return { commands };
  }

  private agentOf({ agentId, sessionKey }: CommandsListParams): string {
    const { config } = this.config;
    const bySession = sessionKey && agentOfSession(config, canonicalSessionKey(config, sessionKey));
    const wanted = agentId ? normaliseAgentId(agentId) : bySession || defaultAgentId(config);
    if (wanted !== defaultAgentId(config) && !findAgent(config, wanted))
      throw invalidRequest(`invalid commands.list params: agentId "${wanted}" is not configured`);
    return wanted;
  }
}

function listed(command: ChatCommand, withArgs: boolean): ListedCommand {
  const { name, aliases = [], summary, category, usage, textOnly, skill } = command;
  return {
    name,
    ...(textOnly ? {} : { nativeName: name.replaceAll('-', '_') }),
    textAliases: [name, ...aliases].map((text) => `/${text}`),
    description: summary,
    category,
    source: command.source ?? 'native',
    ...(skill ? { skillDisplayName: skill.name, skillModelVisible: skill.isModelVisible } : {}),
    scope: textOnly ? 'text' : 'both',
    acceptsArgs: usage !== undefined,
    ...(usage === undefined ? {} : { usage }),
    ...(usage === undefined || !withArgs ? {} : { args: [argumentOf(usage)] }),
  };
}

/** Words between bars are what can be chosen; anything else is free text. */
function argumentOf(usage: string): NonNullable<ListedCommand['args']>[number] {
  const words = usage.split('|').map((word) => word.trim());
  const isChoice = words.length > 1 && words.every((word) => /^[\w-]+$/.test(word));
  return {
    name: isChoice ? 'value' : 'text',
    description: usage,
    type: 'string',
    ...(isChoice ? { choices: words.map((value) => ({ value, label: value })) } : {}),
  };
}
