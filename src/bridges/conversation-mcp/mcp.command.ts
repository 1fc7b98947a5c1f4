import { Command, SubCommand } from 'nest-commander';
import { appVersion } from '../../common/app-root';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { messageOf } from '../../common/openclaw-error';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';

@SubCommand({
  name: 'serve',
  description: 'conversations of the running gateway for an MCP client, on standard input and output',
})
export class McpServeCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  /** Ends with its input, or with the gateway. Nothing but messages of the protocol is written to standard output. */
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const { Server } = await import('@modelcontextprotocol/sdk/server/index.js');
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
    const { CallToolRequestSchema, ListToolsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const { conversationTools } = await import('./conversation-tools');
    const { EventLog } = await import('./event-log');
    await withGateway(
      resolveGatewayTarget(this.env, options),
      async (gateway) => {
        const log = new EventLog();
        gateway.onEvent((event) => log.receive(event));
        const tools = conversationTools(gateway, log);
        const server = new Server({ name: 'openclaw', version: appVersion() }, { capabilities: { tools: {} } });
        server.setRequestHandler(ListToolsRequestSchema, () => ({
          tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
        }));
        server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
          const tool = tools.find(({ name }) => name === params.name);
          try {
            if (!tool) throw new Error(`there is no tool ${JSON.stringify(params.name)}`);
            const result = await tool.run(params.arguments ?? {}, signal);
            return { content: [{ type: 'text' as const, text: JSON.stringify(result) }] };
          } catch (error) {
            return { content: [{ type: 'text' as const, text: messageOf(error) }], isError: true };
          }
        });
        const ended = new Promise<void>((resolve) => process.stdin.once('end', resolve).once('close', resolve));
        await server.connect(new StdioServerTransport() as never);
        await Promise.race([ended, gateway.closed()]);
        await server.close();
        process.stdin.destroy();
      },
      options.timeout === undefined ? {} : { timeoutMs: options.timeout },
    );
  }
}

@Command({ name: 'mcp', description: 'the gateway for MCP clients', subCommands: [McpServeCommand] })
export class McpCommand extends CommandGroup {}

export const MCP_COMMANDS = [McpCommand, McpServeCommand] as const;
