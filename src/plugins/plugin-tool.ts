import type { ContentPart } from '../common/content-parts';
import { messageOf, OpenclawError } from '../common/openclaw-error';
import { isPlainObject } from '../common/plain-object';
import { NoParams } from '../rpc/no-params.dto';
import { type AgentToolHandler, type ToolContext, ToolError, type ToolResult } from '../tools/agent-tool';
import { foreignLine, foreignSchema } from '../tools/foreign-words';
import type { CallSinks } from '../tools/provenance/sinks';
import type { RegisteredTool } from '../tools/tool-registry.service';
import { openclawPackageOf } from './catalog/openclaw-package';
import type { PluginManifest } from './catalog/plugin-manifest';
import { schemaProblem } from './catalog/schema-check';
import type { PluginRuntime } from './plugin-runtime';

const EMPTY_SCHEMA = { type: 'object', properties: {} };

type ToolFacts = NonNullable<PluginManifest['tools']>[number];

/** A plugin's tool as one of ours: same policy, same gate; its results are somebody else's text. */
export function pluginTool(facts: ToolFacts, runtime: PluginRuntime, harmless: readonly string[] = []): RegisteredTool {
  const { id } = runtime.manifest;
  const { name } = facts;
  const schema = facts.parameters ?? EMPTY_SCHEMA;
  const handler: AgentToolHandler = {
    unavailableReason: () => runtime.stoppedFor && `plugin ${id} is stopped: ${runtime.stoppedFor}`,
    sinksOf: (params: never): CallSinks => {
      if (harmless.some((tool) => tool === name || tool === '*')) return { '*': 'none' };
      const summary = `${name} of plugin ${id} ${JSON.stringify(params)}`;
      return { '*': { sink: 'out', summary, target: name } };
    },
    execute: async (params: never, context: ToolContext) => {
      const problem = await schemaProblem(schema, params);
      if (problem !== undefined) throw new ToolError('invalid_args', problem);
      return resultOf(await call(runtime, name, params, context));
    },
  };
  return {
    declaration: {
      name,
      description: foreignLine(facts.description),
      params: NoParams,
      idempotent: facts.readOnly === true,
      core: false,
      origin: 'tool',
    },
    owner: `plugin:${id}`,
    handler,
    foreignSchema: foreignSchema(schema),
    groups: ['group:plugins', id],
  };
}

async function call(runtime: PluginRuntime, name: string, params: unknown, context: ToolContext): Promise<unknown> {
  const { signal } = context;
  try {
    const input = openclawPackageOf(runtime.manifest) ? openclawCall(params, context) : params;
    return await runtime.call({ kind: 'tools', name, input, timeoutMs: runtime.callTimeoutMs, signal });
  } catch (error) {
    if (signal.aborted) throw new ToolError('aborted', 'the call was stopped');
    const code = error instanceof OpenclawError ? error.code : '';
    if (code === 'PLUGIN_TIMEOUT') throw new ToolError('timeout', messageOf(error));
    if (code === 'PLUGIN_STOPPED') throw new ToolError('not_configured', messageOf(error));
    throw new ToolError('upstream_error', `plugin ${runtime.manifest.id}: ${messageOf(error)}`);
  }
}

/** A call with what OpenClaw tells the maker of a tool about the conversation. */
const openclawCall = (
  params: unknown,
  { callId, agentId, sessionKey, sessionId, workspace, origin, isOwner }: ToolContext,
): object => ({
  params,
  callId,
  agentId,
  sessionKey,
  sessionId,
  workspaceDir: workspace,
  messageChannel: origin.channel,
  agentAccountId: origin.account,
  senderIsOwner: isOwner,
});

/** A text, `{content, isError?}` with parts of text and pictures, or any value as JSON. */
function resultOf(value: unknown): ToolResult {
  if (typeof value === 'string') return { content: [{ type: 'text', text: value, origin: 'tool' }] };
  if (!isPlainObject(value) || !Array.isArray(value['content']))
    return { content: [{ type: 'text', text: JSON.stringify(value) ?? '', origin: 'tool' }] };
  const content: ContentPart[] = [];
  for (const part of value['content'] as Record<string, unknown>[]) {
    if (part['type'] === 'image' && typeof part['data'] === 'string') {
      const mimeType = String(part['mimeType'] ?? 'image/png');
      content.push({ type: 'image', mimeType, data: part['data'], origin: 'tool' });
    } else content.push({ type: 'text', text: String(part['text'] ?? ''), origin: 'tool' });
  }
  return { content, ...(value['isError'] === true ? { isError: true } : {}) };
}
