import { Command, Option } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';

@Command({ name: 'tui', description: 'the assistant on the whole terminal: conversations, questions, models, state' })
export class TuiCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--session <key>', description: 'conversation to begin with; main by default' })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'agent of conversations that are named without one' })
  parseAgent(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { session?: string; agent?: string }): Promise<void> {
    if (options.json) throw new UsageError('tui has no JSON output: programs use "openclaw agent --json"');
    if (!process.stdin.isTTY || !process.stdout.isTTY)
      throw new UsageError('tui needs a terminal; use "openclaw chat" or "openclaw agent" in a pipe');
    const { TuiApp } = await import('./tui-app');
    await new TuiApp(resolveGatewayTarget(this.env, options), {
      key: options.session ?? 'main',
      ...(options.agent === undefined ? {} : { agentId: options.agent }),
      ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
    }).run();
  }
}
