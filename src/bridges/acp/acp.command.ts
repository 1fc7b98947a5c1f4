import { Readable, Writable } from 'node:stream';
import { Command, Option } from 'nest-commander';
import { appVersion } from '../../common/app-root';
import { GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import { AcpClientCommand } from './acp-client.command';

interface AcpCommandOptions extends GatewayOptions {
  session?: string;
  agent?: string;
}

@Command({
  name: 'acp',
  description: 'the assistant in an editor: Agent Client Protocol on standard input and output',
  subCommands: [AcpClientCommand],
})
export class AcpCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({
    flags: '--session <key>',
    description: 'conversation that new sessions are; one of their own each by default',
  })
  parseSession(value: string): string {
    return value;
  }

  @Option({ flags: '--agent <id>', description: 'agent of new sessions' })
  parseAgent(value: string): string {
    return value;
  }

  /** Ends with its input, or with the gateway. Nothing but messages of the protocol is written to standard output. */
  async run(_: string[], options: AcpCommandOptions): Promise<void> {
    const [sdk, { AcpBridge }] = await Promise.all([import('@agentclientprotocol/sdk'), import('./acp-bridge')]);
    await withGateway(
      resolveGatewayTarget(this.env, options),
      async (gateway) => {
        const bridge = new AcpBridge(sdk, gateway, {
          version: appVersion(),
          ...(options.session ? { sessionKey: options.session } : {}),
          ...(options.agent ? { agentId: options.agent } : {}),
        });
        const output = Writable.toWeb(process.stdout) as WritableStream<Uint8Array>;
        const input = Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>;
        const connection = bridge.app().connect(sdk.ndJsonStream(output, input));
        await Promise.race([connection.closed, gateway.closed()]);
        process.stdin.destroy();
      },
      { capabilities: ['tool-events'], ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }) },
    );
  }
}

export const ACP_COMMANDS = [AcpCommand, AcpClientCommand] as const;
