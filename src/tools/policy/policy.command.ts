import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { ChannelCallingCommand } from '../../config/channel-calling-command';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';
import type { PolicySubject } from '../agent-tool';
import type { ToolStanding } from './tool-policy.service';

interface Explanation {
  subject: PolicySubject;
  tools: ToolStanding[];
}

interface SubjectOptions extends GatewayOptions {
  session?: string;
  agent?: string;
  model?: string;
  channel?: string;
  account?: string;
  group?: string;
  sender?: string;
  stranger?: boolean;
  subagent?: boolean;
  sandboxed?: boolean;
}

/** Flags that say for whom a question about tools is asked. */
abstract class SubjectCommand extends ChannelCallingCommand {
  @Option({ flags: '--session <key>', description: 'facts of a conversation' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'agent' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--model <provider/model>', description: 'model of the turn' })
  parseModel(value: string): string {
    return value;
  }

  @Option({ flags: '--group <id>', description: 'group chat' })
  parseGroup(value: string): string {
    return value;
  }

  @Option({ flags: '--sender <id>', description: 'who writes' })
  parseSender(value: string): string {
    return value;
  }

  @Option({ flags: '--stranger', description: 'the sender does not own the gateway' })
  parseStranger(): boolean {
    return true;
  }

  @Option({ flags: '--subagent', description: 'in a sub-agent' })
  parseSubagent(): boolean {
    return true;
  }

  @Option({ flags: '--sandboxed', description: 'in a sandboxed session' })
  parseSandboxed(): boolean {
    return true;
  }
}

function explain(env: Environment, options: SubjectOptions, tool?: string): Promise<Explanation> {
  const { session, agent, model, channel, account, group, sender, stranger, subagent, sandboxed } = options;
  return withGatewayOrDisk(resolveGatewayTarget(env, options), (client) =>
    client.call<Explanation>('tools.explain', {
      ...(tool ? { tool } : {}),
      ...(session ? { sessionKey: session } : {}),
      ...(agent ? { agentId: agent } : {}),
      ...(model ? { model } : {}),
      ...(channel ? { channel } : {}),
      ...(account ? { accountId: account } : {}),
      ...(group ? { groupId: group } : {}),
      ...(sender ? { senders: [sender] } : {}),
      ...(stranger ? { stranger } : {}),
      ...(subagent ? { subagent } : {}),
      ...(sandboxed ? { sandboxed } : {}),
    }),
  );
}

const standing = (tool: ToolStanding): string =>
  tool.allowed ? (tool.unavailable === undefined ? 'allowed' : 'not available') : 'denied';

@SubCommand({ name: 'tools', description: 'which tools somebody has, and why not the others' })
export class ExplainToolsCommand extends SubjectCommand {
  async run(_: string[], options: SubjectOptions): Promise<void> {
    const explanation = await explain(this.env, options);
    if (options.json) printJson(explanation);
    else
      printTable(explanation.tools, [
        { title: 'Tool', value: (tool) => tool.name },
        { title: 'State', value: standing },
        { title: 'Because', value: (tool) => tool.reason ?? tool.unavailable ?? '' },
      ]);
  }
}

@SubCommand({ name: 'test', arguments: '<tool>', description: 'whether somebody may use a tool; exit code 1 when not' })
export class PolicyTestCommand extends SubjectCommand {
  async run([tool]: string[], options: SubjectOptions): Promise<void> {
    if (tool === undefined) throw new UsageError('which tool? for example: openclaw policy test exec --stranger');
    const { subject, tools } = await explain(this.env, options, tool);
    const [found] = tools;
    if (options.json) printJson({ subject, ...found });
    else if (found)
      printLine(
        `${found.name}: ${standing(found)}${(found.reason ?? found.unavailable) ? ` – ${found.reason ?? found.unavailable ?? ''}` : ''}`,
      );
    if (found && !found.allowed) process.exitCode = 1;
  }
}

@Command({ name: 'policy', description: 'who may use which tools', subCommands: [PolicyTestCommand] })
export class PolicyCommand extends CommandGroup {}
