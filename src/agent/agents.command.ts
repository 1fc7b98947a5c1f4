import { Injectable } from '@nestjs/common';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { printJson, printLine, printTable } from '../common/cli/output';
import { filesOfGateway } from '../config/config-files';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { withGatewayOrDisk } from '../gateway/client/with-gateway';
import { AGENT_BINDING_LEAVES, BIND_FLAG, type Place, placeOf, withPlace } from './agent-bindings.command';
import { AgentsSetIdentityCommand } from './agents-identity.command';
import { type AgentsAnswer, agentsView, folderView } from './agents-view';

interface AddOptions extends GatewayOptions {
  workspace?: string;
  model?: string;
  emoji?: string;
  agentDir?: string;
  bind?: Place[];
}

@Injectable()
abstract class AgentsCommandBase extends GatewayCommandBase {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected call<T>(options: GatewayOptions, method: string, params: unknown = {}): Promise<T> {
    return withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) => client.call<T>(method, params));
  }
}

@SubCommand({ name: 'list', description: 'the agents, the default one first' })
export class AgentsListCommand extends AgentsCommandBase {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const answer = await this.call<AgentsAnswer>(options, 'agents.list');
    if (options.json) printJson(agentsView(answer, filesOfGateway(this.env, options)));
    else
      printTable(answer.agents, [
        { title: 'Id', value: (row) => row.id },
        { title: 'Name', value: (row) => row.identity?.name ?? row.name },
        { title: 'Emoji', value: (row) => row.identity?.emoji },
        { title: 'Default', value: (row) => (row.id === answer.defaultId ? 'yes' : '') },
      ]);
  }
}

@SubCommand({ name: 'add', arguments: '<name>', description: 'make an agent with a workspace of its own' })
export class AgentsAddCommand extends AgentsCommandBase {
  @Option({ flags: '--workspace <folder>', description: 'folder of its files; without it one of the state directory' })
  parseWorkspace(value: string): string {
    return value;
  }

  @Option({ flags: '--model <provider/model>', description: 'its model' })
  parseModel(value: string): string {
    return value;
  }

  @Option({ flags: '--emoji <emoji>', description: 'its emoji' })
  parseEmoji(value: string): string {
    return value;
  }

  @Option({
    flags: '--agent-dir <folder>',
    description: 'folder of its credentials; one of the state directory otherwise',
  })
  parseAgentDir(value: string): string {
    return value;
  }

  @Option(BIND_FLAG)
  parseBind(value: string, before: Place[] = []): Place[] {
    return withPlace(value, before);
  }

  @Option({ flags: '--non-interactive', description: 'ask nothing, as it never does' })
  parseNonInteractive(): boolean {
    return true;
  }

  async run([name = '']: string[], options: AddOptions): Promise<void> {
    const { workspace, model, emoji, agentDir, bind: bindings = [] } = options;
    const answer = await this.call<{ agentId: string; workspace: string }>(options, 'agents.create', {
      name,
      ...(workspace === undefined ? {} : { workspace }),
      ...(model === undefined ? {} : { model }),
      ...(emoji === undefined ? {} : { emoji }),
      ...(agentDir === undefined ? {} : { agentDir }),
      ...(bindings.length > 0 ? { bindings } : {}),
    });
    if (options.json) return printJson({ ...answer, ...folderView(answer.agentId, filesOfGateway(this.env, options)) });
    printLine(`agent ${answer.agentId} is there; its files: ${answer.workspace}`);
    if (bindings.length > 0) printLine(`it answers on ${bindings.map(placeOf).join(', ')}`);
  }
}

@SubCommand({ name: 'delete', arguments: '<id>', description: 'remove an agent; its conversations stay' })
export class AgentsDeleteCommand extends AgentsCommandBase {
  @Option({ flags: '--keep-files', description: 'leave its workspace where it is' })
  parseKeepFiles(): boolean {
    return true;
  }

  @Option({ flags: '--force', description: 'ask nothing, as it never does' })
  parseForce(): boolean {
    return true;
  }

  async run([agentId = '']: string[], options: GatewayOptions & { keepFiles?: boolean }): Promise<void> {
    const answer = await this.call<{ agentId: string; archived?: string }>(options, 'agents.delete', {
      agentId,
      deleteFiles: options.keepFiles !== true,
    });
    if (options.json) printJson(answer);
    else
      printLine(`agent ${answer.agentId} is removed${answer.archived ? `; its files are in ${answer.archived}` : ''}`);
  }
}

const LEAVES = [
  AgentsListCommand,
  AgentsAddCommand,
  AgentsDeleteCommand,
  AgentsSetIdentityCommand,
  ...AGENT_BINDING_LEAVES,
];

@Command({ name: 'agents', description: 'the assistants of this gateway', subCommands: LEAVES })
export class AgentsCommand extends CommandGroup {}

export const AGENTS_COMMANDS = [AgentsCommand, ...LEAVES];
