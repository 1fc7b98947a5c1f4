import { Option, SubCommand } from 'nest-commander';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine } from '../../common/cli/output';
import { ChannelCallingCommand, type ChannelOptions } from '../../config/channel-calling-command';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';

interface RouteOptions extends ChannelOptions {
  peer?: string;
  group?: string;
  thread?: string;
  guest?: boolean;
}

interface Explanation {
  agentId: string;
  agentBecause: string;
  sessionKey: string;
  sessionExists: boolean;
  startsOver: string | null;
  reset: { because: string; dailyAt?: number; idleMinutes?: number };
  sendAllowed: boolean;
  model: string;
  modelBecause: string;
}

@SubCommand({ name: 'route', description: 'which agent, session and model a message would reach, and why' })
export class ExplainRouteCommand extends ChannelCallingCommand {
  @Option({ flags: '--peer <id>', description: 'who writes' })
  parsePeer(value: string): string {
    return value;
  }

  @Option({ flags: '--group <id>', description: 'group it is written in' })
  parseGroup(value: string): string {
    return value;
  }

  @Option({ flags: '--thread <id>', description: 'topic or thread in it' })
  parseThread(value: string): string {
    return value;
  }

  @Option({ flags: '--guest', description: 'whoever writes is no owner' })
  parseGuest(): boolean {
    return true;
  }

  async run(_: string[], options: RouteOptions): Promise<void> {
    const { channel, account, peer, group, thread, guest } = options;
    if (channel === undefined)
      throw new UsageError('from which channel? for example: openclaw explain route --channel telegram --peer 5');
    const params = Object.fromEntries(
      Object.entries({ channel, account, peer, group, thread, guest }).filter(([, value]) => value !== undefined),
    );
    const found = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<Explanation>('route.explain', params),
    );
    if (options.json) return printJson(found);
    const { reset } = found;
    const rules = [
      ...(reset.dailyAt === undefined ? [] : [`daily at ${reset.dailyAt}:00`]),
      ...(reset.idleMinutes === undefined ? [] : [`after ${reset.idleMinutes} idle minutes`]),
    ];
    printLine(`Agent: ${found.agentId} (${found.agentBecause})`);
    printLine(
      `Session: ${found.sessionKey}${found.sessionExists ? '' : ' (new)'}${found.startsOver ? `, starts over: ${found.startsOver}` : ''}`,
    );
    printLine(`Starts over: ${rules.join(' or ')} (${reset.because})`);
    printLine(`Model: ${found.model} (${found.modelBecause})`);
    if (!found.sendAllowed) printLine('The send policy forbids answers here.');
  }
}
