import { createHash } from 'node:crypto';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { shortId } from '../../common/short-id';
import { NoParams } from '../../rpc/no-params.dto';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { type AgentToolHandler, type ToolContext, ToolError, type ToolResult } from '../agent-tool';
import { foreignLine, foreignSchema } from '../foreign-words';
import type { CallSinks } from '../provenance/sinks';
import type { RegisteredTool } from '../tool-registry.service';
import { contentOfAnswer } from './mcp-answer';

const MAX_NAME = 64;
/** Characters that tell a name from one that would be the same. */
const MARK_LENGTH = 6;
/** Without a word of the server; one that tells how far it is may take longer. */
const DEFAULT_TIMEOUT_MS = 60_000;
const MOST_MS = 15 * 60_000;

/** What a server says of a tool. */
export interface McpToolFacts {
  name: string;
  description?: string;
  inputSchema: Record<string, unknown>;
  annotations?: { readOnlyHint?: boolean; idempotentHint?: boolean; openWorldHint?: boolean };
  /** What is asked of the server instead of a call of this name. */
  run?: McpRun;
}

export type McpRun = (
  client: Client,
  params: Record<string, unknown>,
  options: RequestOptions,
) => Promise<{ content?: unknown; structuredContent?: unknown; isError?: unknown }>;

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
  options: McpCalls & {
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
    execute: (params: never, context: ToolContext) => call(link, facts, params, context, options),
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

/** What calls of a server are made with. */
interface McpCalls {
  /** Without it a call ends after a minute in which the server says nothing. */
  timeoutMs?: number;
  /** Keeps a file that a server has sent, for a conversation. */
  keep(context: ToolContext, path: string, content: Buffer): Promise<string>;
}

async function call(
  link: McpLink,
  { name, run }: McpToolFacts,
  params: Record<string, unknown>,
  context: ToolContext,
  calls: McpCalls,
): Promise<ToolResult> {
  const { client } = link;
  if (!client) throw new ToolError('not_configured', link.reason);
  const options: RequestOptions = {
    signal: context.signal,
    timeout: calls.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    resetTimeoutOnProgress: calls.timeoutMs === undefined,
    maxTotalTimeout: Math.max(MOST_MS, calls.timeoutMs ?? 0),
    onprogress: ({ progress, total, message }) =>
      context.update({
        content: [{ type: 'text', text: progressWords(progress, total, message), origin: 'tool' }],
      }),
  };
  let answer: Awaited<ReturnType<McpRun>>;
  try {
    answer = run
      ? await run(client, params, options)
      : ((await client.callTool({ name, arguments: params }, undefined, options)) as typeof answer);
  } catch (error) {
    if (context.signal.aborted) throw new ToolError('aborted', 'the call was stopped');
    const text = messageOf(error);
    throw new ToolError(/timed out|timeout exceeded/i.test(text) ? 'timeout' : 'upstream_error', text);
  }
  const content = await contentOfAnswer(answer.content, (path, file) => calls.keep(context, path, file));
  if (content.length === 0)
    content.push({
      type: 'text',
      text: answer.structuredContent ? JSON.stringify(answer.structuredContent) : '(no answer)',
      origin: 'tool',
    });
  return { content, ...(answer.isError ? { isError: true } : {}) };
}

const progressWords = (progress: number, total: number | undefined, message: string | undefined): string =>
  [total === undefined ? String(progress) : `${progress} of ${total}`, ...(message ? [message] : [])].join(': ');
