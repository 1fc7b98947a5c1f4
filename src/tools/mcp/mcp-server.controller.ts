import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { appVersion } from '../../common/app-root';
import { parseUntrustedJson } from '../../common/json';
import { HttpAuthPort, readBody } from '../../events/http-auth-port';
import { satisfies } from '../../rpc/scopes';
import { type OutsideCall, ToolInvoker } from '../invoke/tool-invoker.service';
import { ToolRegistry } from '../tool-registry.service';

const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** `/mcp`: the gateway's own tools for MCP clients (streamable HTTP, stateless). */
@Controller()
export class McpServerController {
  constructor(
    private readonly httpAuthPort: HttpAuthPort,
    private readonly registry: ToolRegistry,
    private readonly invoker: ToolInvoker,
  ) {}

  @All('mcp')
  async handle(@Req() request: Request, @Res() response: Response): Promise<void> {
    const caller = await this.httpAuthPort.admit(request, response);
    if (!caller) return;
    if (!satisfies(caller.scopes, 'operator.write')) {
      response.status(403).json({ error: { message: 'operator.write is needed', type: 'forbidden' } });
      return;
    }
    if (request.method !== 'POST') {
      response.status(405).header('Allow', 'POST').type('text/plain').send('Method Not Allowed');
      return;
    }
    const text = await readBody(request, MAX_BODY_BYTES);
    let body: unknown;
    try {
      body = parseUntrustedJson(text ?? '');
    } catch {
      response.status(400).json({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } });
      return;
    }
    const agentId =
      typeof request.headers['x-openclaw-agent-id'] === 'string' ? request.headers['x-openclaw-agent-id'] : undefined;
    const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = await this.server({ via: 'mcp', ...(agentId ? { agentId } : {}) });
    response.on('close', () => void server.close());
    await server.connect(transport as never);
    await transport.handleRequest(request, response, body);
  }

  private async server(call: OutsideCall) {
    const { Server } = await import('@modelcontextprotocol/sdk/server/index.js');
    const { CallToolRequestSchema, ListToolsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const server = new Server({ name: 'openclaw-nest', version: appVersion() }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: this.invoker.available(call).map((tool) => {
        const { name, description, inputSchema } = this.registry.specOf(tool);
        return { name, description, inputSchema: { ...inputSchema, type: 'object' as const } };
      }),
    }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
      const result = await this.invoker.invoke(params.name, params.arguments ?? {}, call, signal);
      return {
        content: result.content.map((part) =>
          part.type === 'text'
            ? { type: 'text' as const, text: part.text }
            : { type: 'image' as const, data: part.data, mimeType: part.mimeType },
        ),
        ...(result.isError ? { isError: true } : {}),
      };
    });
    return server;
  }
}
