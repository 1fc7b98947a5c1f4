import { join } from 'node:path';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { appVersion } from '../../common/app-root';
import { backoffDelay } from '../../common/backoff';
import { type Logger, LoggerFactory } from '../../common/logger';
import { messageOf } from '../../common/openclaw-error';
import { sleep } from '../../common/sleep';
import { ConfigService } from '../../config/config.service';
import { safeFileName } from '../../common/safe-file-name';
import { FileWriter } from '../files/file-writer.service';
import { ToolRegistry } from '../tool-registry.service';
import { foreignLine } from '../foreign-words';
import { RESOURCE_TOOLS } from './mcp-resources';
import { type McpLink, type McpToolFacts, mcpTool, mcpToolFacts } from './mcp-tool';
import { mcpTransport } from './mcp-transport';
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
    private readonly writer: FileWriter,
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
      let said = (): string => '';
      const because = (why: string): string => {
        const words = foreignLine(said(), MAX_REASON);
        return words === '' ? why : `${why}; it says: ${words}`;
      };
      try {
        const way = await mcpTransport(server, this.config.env.all(), this.folderOf(name));
        ({ said } = way);
        const { closed } = await this.connect(name, server, link, way.transport);
        attempt = 0;
        await closed;
        link.reason = because(`MCP server "${name}" went away; trying again`);
      } catch (error) {
        link.reason = because(`MCP server "${name}" can't be reached: ${foreignLine(messageOf(error), MAX_REASON)}`);
      }
      link.client = undefined;
      if (this.stop.signal.aborted) return;
      this.log.warn({ server: name, attempt }, link.reason);
      await sleep(backoffDelay(RETRY, attempt), this.stop.signal);
    }
  }

  /** @returns what resolves at the end of the connection */
  private async connect(
    name: string,
    server: McpServerConfig,
    link: McpLink,
    transport: Transport,
  ): Promise<{ closed: Promise<void> }> {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { ToolListChangedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const client = new Client({ name: 'openclaw-nest', version: appVersion() });
    const closed = new Promise<void>((resolve) => {
      client.onclose = resolve;
    });
    await client.connect(transport, { timeout: CONNECT_TIMEOUT_MS, signal: this.stop.signal });
    client.setNotificationHandler(ToolListChangedNotificationSchema, async () => {
      const tools = await this.adopt(name, server, link);
      this.log.debug({ server: name, tools }, 'MCP server has other tools');
    });
    link.client = client;
    const tools = await this.adopt(name, server, link);
    this.log.info({ server: name, tools }, 'MCP server connected');
    return { closed };
  }

  /**
   * Takes over the tools that a server has now; one that makes no sense does not cost the others.
   * @returns how many
   */
  private async adopt(name: string, server: McpServerConfig, link: McpLink): Promise<number> {
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
    const own = tools.slice(0, MOST_TOOLS);
    const resources = link.client?.getServerCapabilities()?.resources ? RESOURCE_TOOLS : [];
    const extra = resources.filter((each) => !own.some((tool) => tool.name === each.name));
    for (const facts of [...own, ...extra]) {
      const tool = mcpTool(name, facts, link, {
        taken,
        keep: async (context, path, content) => {
          await this.writer.write(context, path, content, ['tool']);
          return path;
        },
        ...(server.timeoutMs ? { timeoutMs: server.timeoutMs } : {}),
        ...(server.agents ? { agents: server.agents } : {}),
        ...(server.harmlessTools ? { harmless: server.harmlessTools } : {}),
      });
      taken.add(tool.declaration.name);
      if (!this.registry.addForeign(tool))
        this.log.warn({ server: name, tool: tool.declaration.name }, 'a tool is left out: its name is taken');
    }
    return taken.size;
  }

  /** Files that a server's program writes without a path, such as pictures, are of no other folder. */
  private readonly folderOf = (name: string): string => join(this.config.stateDir, 'mcp', safeFileName(name));
}
