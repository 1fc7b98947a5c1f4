import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { appVersion } from '../../common/app-root';
import { backoffDelay } from '../../common/backoff';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { sleep } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { childEnvironment } from '../sandbox/child-environment';
import { ToolRegistry } from '../tool-registry.service';
import { foreignLine } from '../foreign-words';
import { type McpLink, type McpToolFacts, mcpTool, mcpToolFacts } from './mcp-tool';
import type { McpServerConfig } from './mcp.config';

const CONNECT_TIMEOUT_MS = 20_000;
/** Of the words in which a server says why it does not serve. */
const MAX_REASON = 500;
const MOST_TOOLS = 500;
const MOST_PAGES = 100;
const RETRY = { initialMs: 1000, maxMs: 60_000, factor: 2, jitter: 0.2 };

/** Connections to configured MCP servers. Each is tried again for as long as the gateway runs. */
@Injectable()
export class McpClients implements OnModuleDestroy {
  private readonly log: Logger;
  private readonly stop = new AbortController();
  private readonly links = new Map<string, McpLink>();

  constructor(
    private readonly config: ConfigService,
    private readonly registry: ToolRegistry,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('mcp');
  }

  start(): void {
    for (const [name, server] of Object.entries(this.config.config.mcp?.servers ?? {}))
      if (server.enabled !== false) void this.keep(name, server);
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled([...this.links.values()].flatMap(({ client }) => (client ? [client.close()] : [])));
  }

  /** Connects, waits for the end of the connection, and begins again. */
  private async keep(name: string, server: McpServerConfig): Promise<void> {
    const link: McpLink = { client: undefined, reason: `MCP server "${name}" is connecting` };
    this.links.set(name, link);
    for (let attempt = 0; !this.stop.signal.aborted; attempt++) {
      try {
        const { closed } = await this.connect(name, server, link);
        attempt = 0;
        await closed;
        link.reason = `MCP server "${name}" went away; trying again`;
      } catch (error) {
        link.reason = `MCP server "${name}" can't be reached: ${foreignLine(messageOf(error), MAX_REASON)}`;
      }
      link.client = undefined;
      if (this.stop.signal.aborted) return;
      this.log.warn({ server: name, attempt }, link.reason);
      await sleep(backoffDelay(RETRY, attempt), this.stop.signal);
    }
  }

  /** @returns what resolves at the end of the connection */
  private async connect(name: string, server: McpServerConfig, link: McpLink): Promise<{ closed: Promise<void> }> {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { ToolListChangedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const client = new Client({ name: 'openclaw-nest', version: appVersion() });
    const closed = new Promise<void>((resolve) => {
      client.onclose = resolve;
    });
    await client.connect(await this.transport(server), { timeout: CONNECT_TIMEOUT_MS, signal: this.stop.signal });
    client.setNotificationHandler(ToolListChangedNotificationSchema, async () => {
      await this.adopt(name, server, link);
    });
    link.client = client;
    await this.adopt(name, server, link);
    return { closed };
  }

  /** Takes over the tools that a server has now; one that makes no sense does not cost the others. */
  private async adopt(name: string, server: McpServerConfig, link: McpLink): Promise<void> {
    const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const tools: McpToolFacts[] = [];
    let cursor: unknown;
    let pages = 0;
    do {
      const params = typeof cursor === 'string' ? { cursor } : {};
      const page = await link.client?.request({ method: 'tools/list', params }, ResultSchema);
      for (const listed of Array.isArray(page?.['tools']) ? (page['tools'] as unknown[]) : []) {
        const facts = mcpToolFacts(listed);
        if (facts) tools.push(facts);
        else this.log.warn({ server: name }, 'a tool is left out: it has no name');
      }
      cursor = page?.['nextCursor'];
    } while (typeof cursor === 'string' && ++pages < MOST_PAGES && tools.length <= MOST_TOOLS);
    if (typeof cursor === 'string' || tools.length > MOST_TOOLS)
      this.log.warn(
        { server: name },
        `it lists more than ${MOST_TOOLS} tools, or pages without end: the rest is left out`,
      );
    this.registry.removeForeign(`mcp:${name}`);
    const taken = new Set<string>();
    for (const facts of tools.slice(0, MOST_TOOLS)) {
      const tool = mcpTool(name, facts, link, {
        taken,
        ...(server.timeoutMs ? { timeoutMs: server.timeoutMs } : {}),
        ...(server.agents ? { agents: server.agents } : {}),
        ...(server.harmlessTools ? { harmless: server.harmlessTools } : {}),
      });
      taken.add(tool.declaration.name);
      if (!this.registry.addForeign(tool))
        this.log.warn({ server: name, tool: tool.declaration.name }, 'a tool is left out: its name is taken');
    }
    this.log.info({ server: name, tools: taken.size }, 'MCP server connected');
  }

  private async transport(server: McpServerConfig): Promise<Transport> {
    if (server.url) {
      const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
      const { origin } = new URL(server.url);
      return new StreamableHTTPClientTransport(new URL(server.url), {
        requestInit: { headers: { ...server.headers } },
        // The operator named this origin; nothing else is talked to, whatever the server says.
        fetch: (url, init) => {
          if (new URL(url).origin !== origin) throw new Error(`the server sent us to ${String(url)}`);
          return fetch(url, { ...init, redirect: 'error' });
        },
      }) as Transport;
    }
    if (!server.command) throw new Error('it needs command or url');
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    return new StdioClientTransport({
      command: server.command,
      args: server.args ?? [],
      env: { ...childEnvironment(this.config.env.all()), ...server.env },
      ...(server.cwd ? { cwd: server.cwd } : {}),
      stderr: 'ignore',
    });
  }
}
