import { Bool, Doc, Int, MapOf, Obj, Opt, StrList, Text } from '../../common/validation/fields';

/** One MCP server: a program (`command`) that speaks over its standard streams, or an address (`url`). */
export class McpServerConfig {
  @Opt() @Bool() enabled?: boolean;
  @Opt() @Text() command?: string;
  @Opt() @StrList() args?: string[];
  @Opt() @Obj() env?: Record<string, string>;
  @Opt() @Text() cwd?: string;
  @Opt() @Text() url?: string;
  @Opt() @Obj() headers?: Record<string, string>;
  @Opt() @Int({ min: 1 }) timeoutMs?: number;
  /** Agents that have its tools; all of them by default. */
  @Opt() @StrList() agents?: string[];
  @Opt()
  @StrList()
  @Doc(
    'Tools, by the names that the server gives them, which carry nothing to anybody and are never asked for; "*": all.',
  )
  harmlessTools?: string[];
}

/** Section `mcp`. */
export class McpConfig {
  @Opt() @MapOf(() => McpServerConfig) servers?: Record<string, McpServerConfig>;
}
