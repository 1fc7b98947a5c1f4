import { createHash } from 'node:crypto';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { shortId } from '../../common/short-id';
import { NoParams } from '../../rpc/no-params.dto';
import type { ContentPart } from '../../common/content-parts';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { type AgentToolHandler, type ToolContext, ToolError, type ToolResult } from '../agent-tool';
import { foreignLine, foreignSchema } from '../foreign-words';
import type { CallSinks } from '../provenance/sinks';
import type { RegisteredTool } from '../tool-registry.service';

const MAX_NAME = 64;
/** Characters that tell a name from one that would be the same. */
const MARK_LENGTH = 6;
const DEFAULT_TIMEOUT_MS = 60_000;

/** What a server says of a tool. */
export interface McpToolFacts {
  name: string;
  description?: string;
  inputSchema: Record<string, unknown>;
  annotations?: { readOnlyHint?: boolean; idempotentHint?: boolean; openWorldHint?: boolean };
}

/** What a server says of a tool, as far as it makes sense; undefined without a name. */
export function mcpToolFacts(listed: unknown): McpToolFacts | undefined {
  if (!isPlainObject(listed) || typeof listed['name'] !== 'string' || listed['name'] === '') return undefined;
  const { name, description, inputSchema, annotations } = listed;
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    inputSchema: isPlainObject(inputSchema) ? inputSchema : {},
    ...(isPlainObject(annotations) ? { annotations } : {}),
  };
}

/** The connection of a server, or why there is none. */
export interface McpLink {
  client: Client | undefined;
  reason: string;
}

/**
 * Name under which a tool of a server is known here.
 * @param taken names of other tools of the server: cleaning and cutting make some names alike
 */
export function mcpToolName(server: string, tool: string, taken: ReadonlySet<string> = new Set()): string {
  const clean = (text: string): string => text.toLowerCase().replace(/[^a-z0-9_-]+/g, '_');
  const name = shortId(`mcp__${clean(server)}__${clean(tool)}`, MAX_NAME);
  if (!taken.has(name)) return name;
  const mark = `_${createHash('sha256').update(tool).digest('hex').slice(0, MARK_LENGTH)}`;
  return `${shortId(name, MAX_NAME - mark.length)}${mark}`;
}

/** A tool of a connected server as one of ours: same policy, same gate, its results are somebody else's text. */
export function mcpTool(
  server: string,
  facts: McpToolFacts,
  link: McpLink,
  options: {
    timeoutMs?: number;
    agents?: readonly string[];
    harmless?: readonly string[];
    /** Names that other tools of the server have here. */
    taken?: ReadonlySet<string>;
  },
): RegisteredTool {
  const name = mcpToolName(server, facts.name, options.taken);
  const handler: AgentToolHandler = {
    unavailableReason: () => (link.client ? undefined : link.reason),
    sinksOf: (params: never): CallSinks => {
      if (options.harmless?.some((tool) => tool === facts.name || tool === '*')) return { '*': 'none' };
      return { '*': { sink: 'out', summary: `${name} ${JSON.stringify(params)}`, target: name } };
    },
    execute: (params: never, context: ToolContext) => call(link, facts.name, params, context, options.timeoutMs),
  };
  return {
    declaration: {
      name,
      description: foreignLine(facts.description ?? `${facts.name} of ${server}`),
      params: NoParams,
      idempotent: facts.annotations?.readOnlyHint === true || facts.annotations?.idempotentHint === true,
      core: false,
      origin: 'tool',
    },
    owner: `mcp:${server}`,
    handler,
    foreignSchema: foreignSchema(facts.inputSchema),
    ...(options.agents?.length ? { agents: new Set(options.agents.map((id) => id.toLowerCase())) } : {}),
  };
}

async function call(
  link: McpLink,
  name: string,
  params: unknown,
  context: ToolContext,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<ToolResult> {
  if (!link.client) throw new ToolError('not_configured', link.reason);
  let answer: Awaited<ReturnType<Client['callTool']>>;
  try {
    answer = await link.client.callTool({ name, arguments: params as Record<string, unknown> }, undefined, {
      signal: context.signal,
      timeout: timeoutMs,
    });
  } catch (error) {
    if (context.signal.aborted) throw new ToolError('aborted', 'the call was stopped');
    const text = messageOf(error);
    throw new ToolError(/timed out/i.test(text) ? 'timeout' : 'upstream_error', text);
  }
  const content: ContentPart[] = [];
  for (const part of (answer.content ?? []) as Record<string, unknown>[]) content.push(partOf(part));
  if (content.length === 0)
    content.push({
      type: 'text',
      text: answer.structuredContent ? JSON.stringify(answer.structuredContent) : '(no answer)',
      origin: 'tool',
    });
  return { content, ...(answer.isError ? { isError: true } : {}) };
}

function partOf(part: Record<string, unknown>): ContentPart {
  if (part['type'] === 'text') return { type: 'text', text: String(part['text'] ?? ''), origin: 'tool' };
  if (part['type'] === 'image' && typeof part['data'] === 'string')
    return { type: 'image', mimeType: String(part['mimeType'] ?? 'image/png'), data: part['data'], origin: 'tool' };
  if (part['type'] === 'resource') {
    const resource = part['resource'] as { text?: string; uri?: string } | undefined;
    return { type: 'text', text: resource?.text ?? resource?.uri ?? '', origin: 'tool' };
  }
  return { type: 'text', text: `(${String(part['type'])})`, origin: 'tool' };
}
