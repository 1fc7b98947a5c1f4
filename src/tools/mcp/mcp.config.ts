import { Bool, Int, MapOf, Obj, Opt, StrList, Text } from '../../common/validation/fields';
import { Keys } from '../../common/validation/keys';

/** One MCP server: a program (`command`) that speaks over its standard streams, or an address (`url`). */
@Keys<McpServerConfig>({
  enabled: ['Whether the server is used.', true],
  command: 'Program that speaks over its standard streams.',
  args: 'Arguments of the program.',
  env: 'Environment variables of the program.',
  cwd: 'Folder that the program runs in; one of its own in mcp/ of the state directory without it.',
  url: 'Address of a server in the network.',
  headers: 'HTTP headers of requests to the address.',
  timeoutMs:
    'Milliseconds after which a call is given up; without it, after a minute in which the server says nothing, 15 in all.',
  agents: 'Agents that have its tools; all of them without it.',
  harmlessTools:
    'Tools, by the names that the server gives them, which carry nothing to anybody and are never asked for; "*": all.',
})
export class McpServerConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() command?: string;
  @Opt() @StrList() args?: string[];
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @Text() cwd?: string;
  @Opt() @Text() url?: string;
  @Opt() @Obj() headers?: Record<string, string>;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
  @Opt() @StrList() agents?: string[];
  @Opt()
  @StrList()
  harmlessTools?: string[];
}

/** Section `mcp`. */
@Keys<McpConfig>({
  servers: 'Servers of the Model Context Protocol, by name.',
})
export class McpConfig {
  @Opt() @MapOf(() => McpServerConfig) servers?: Record<string, McpServerConfig>;
}
