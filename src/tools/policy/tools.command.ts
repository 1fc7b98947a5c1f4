import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { jsonObject } from '../../common/cli/json-argument';
import { printAnswer, printFacts, printJson, printLine, printTable } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { nearestName } from '../../common/nearest-name';
import { OpenclawError } from '../../common/openclaw-error';
import { CallingCommand } from '../../config/calling-command';

interface ToolsOptions extends GatewayOptions {
  agent?: string;
  session?: string;
  group?: string;
  args?: string;
}

interface Tool {
  id: string;
  description: string;
  source: string;
  defaultProfiles?: string[];
}

interface Catalog {
  groups: { id: string; label: string; tools: Tool[] }[];
}

/** A command about the tools that there are. */
abstract class ToolsCommandBase extends CallingCommand {
  @Option({ flags: '--agent <id>', description: 'agent; the default one otherwise' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--session <key>', description: 'conversation' })
  parseSession(value: string): string {
    return value;
  }

  protected catalog(options: ToolsOptions): Promise<Catalog> {
    const { agent: agentId, session: sessionKey } = options;
    return sessionKey === undefined
      ? this.call<Catalog>(options, 'tools.catalog', { agentId })
      : this.call<Catalog>(options, 'tools.effective', { sessionKey, agentId });
  }
}

@SubCommand({ name: 'list', description: 'all tools in groups; with --session those that work in that conversation' })
export class ToolsListCommand extends ToolsCommandBase {
  @Option({ flags: '--group <id>', description: 'only this group' })
  parseGroup(value: string): string {
    return value;
  }

  async run(_: string[], options: ToolsOptions): Promise<void> {
    const answer = await this.catalog(options);
    const { group } = options;
    const groups = group === undefined ? answer.groups : answer.groups.filter(({ id }) => id === group);
    if (group !== undefined && groups.length === 0)
      throw new UsageError(`there is no group "${group}"; there are: ${answer.groups.map(({ id }) => id).join(', ')}`);
    if (options.json) return printJson({ ...answer, groups });
    const rows = groups.flatMap(({ id, tools }) => tools.map((tool) => ({ group: id, ...tool })));
    printTable(rows, [
      { title: 'Tool', value: ({ id }) => id },
      { title: 'Group', value: (row) => row.group },
      { title: 'What it does', value: ({ description }) => description },
    ]);
  }
}

@SubCommand({ name: 'info', arguments: '<tool>', description: 'one tool: what it does, and whether it may be used' })
export class ToolsInfoCommand extends ToolsCommandBase {
  async run([name = '']: string[], options: ToolsOptions): Promise<void> {
    const { agent: agentId, session: sessionKey, ...rest } = options;
    const { groups } = await this.catalog({ ...rest, ...(agentId === undefined ? {} : { agent: agentId }) });
    const tools = groups.flatMap(({ id, tools: of }) => of.map((tool) => ({ group: id, ...tool })));
    const found = tools.find(({ id }) => id === name);
    if (!found) {
      const near = nearestName(
        name,
        tools.map(({ id }) => id),
      );
      throw new OpenclawError(
        'TOOL_UNKNOWN',
        `there is no tool "${name}"${near ? `; did you mean "${near}"?` : '; openclaw tools list shows them'}`,
      );
    }
    const { tools: standings } = await this.call<{
      tools: { allowed: boolean; reason?: string; unavailable?: string }[];
    }>(rest, 'tools.explain', { tool: name, agentId, sessionKey });
    const [standing] = standings;
    const info = { ...found, ...standing, ...(sessionKey === undefined ? {} : { sessionKey }) };
    if (options.json) return printJson(info);
    printFacts({
      Tool: found.id,
      Group: found.group,
      Profiles: found.defaultProfiles?.join(', '),
      Allowed: standing?.allowed ? 'yes' : `no: ${standing?.reason ?? 'a rule'}`,
      'Not available': standing?.unavailable,
    });
    printLine();
    printAnswer(found.description);
  }
}

@SubCommand({ name: 'invoke', arguments: '<tool>', description: 'call a tool outside a conversation' })
export class ToolsInvokeCommand extends ToolsCommandBase {
  @Option({ flags: '--args <json>', description: 'its arguments as a JSON object' })
  parseArgs(value: string): string {
    return value;
  }

  async run([name = '']: string[], options: ToolsOptions): Promise<void> {
    const { agent: agentId, session: sessionKey, args } = options;
    const answer = await this.call<{ content: { type: string; text?: string }[]; details: Record<string, unknown> }>(
      options,
      'tools.invoke',
      { name, args: args === undefined ? {} : jsonObject('--args', args), agentId, sessionKey },
    );
    if (options.json) printJson(answer);
    else for (const part of answer.content) printAnswer(part.text ?? `(${part.type})`);
    if (answer.details['status'] === 'error') process.exitCode = ExitCode.failed;
  }
}

const LEAVES = [ToolsListCommand, ToolsInfoCommand, ToolsInvokeCommand];

@Command({ name: 'tools', description: 'tools of the assistant', subCommands: LEAVES })
export class ToolsCommand extends CommandGroup {}

export const TOOLS_COMMANDS = [ToolsCommand, ...LEAVES] as const;
