import type { ContentPart } from '../common/content-parts';
import type { ConnectedNode } from '../events/event-map';
import { isPlainObject } from '../common/plain-object';
import { type ToolContext, ToolError, type ToolErrorCode } from '../tools/agent-tool';
import { NodeInvokeError, type NodeRegistry } from './connected-nodes.service';

/** The node that a call means: the named one, or the only one that can do it. @throws ToolError node_unavailable */
export function chooseNode(nodes: NodeRegistry, wanted: string | undefined, command: string): ConnectedNode {
  if (wanted !== undefined) {
    const node = nodes.find(wanted);
    if (!node) throw new ToolError('node_unavailable', `no node "${wanted}" is connected${known(nodes)}`);
    if (!nodes.can(node, command))
      throw new ToolError('node_unavailable', `node "${wanted}" does not offer ${command}, or gateway.nodes denies it`);
    return node;
  }
  const able = nodes.connected().filter((node) => nodes.can(node, command));
  const [only] = able;
  if (!only) throw new ToolError('node_unavailable', `no connected node offers ${command}${known(nodes)}`);
  if (able.length > 1)
    throw new ToolError(
      'invalid_args',
      `several nodes offer ${command}; name one: ${able.map((node) => node.displayName ?? node.nodeId).join(', ')}`,
    );
  return only;
}

const known = (nodes: NodeRegistry): string => {
  const names = nodes.connected().map((node) => node.displayName ?? node.nodeId);
  return names.length > 0 ? `; connected: ${names.join(', ')}` : '; no node is connected';
};

const CODES: Readonly<Record<string, ToolErrorCode>> = {
  TIMEOUT: 'timeout',
  ABORTED: 'aborted',
  NOT_CONNECTED: 'node_unavailable',
  DISCONNECTED: 'node_unavailable',
  NOT_ALLOWED: 'denied_by_policy',
  INVALID_PARAMS: 'invalid_args',
};

/** Asks a node on behalf of a tool. @throws ToolError */
export async function askNode(
  nodes: NodeRegistry,
  node: ConnectedNode,
  command: string,
  params: unknown,
  context: ToolContext,
  timeoutMs?: number,
): Promise<unknown> {
  try {
    const { payload } = await nodes.invoke(node.nodeId, command, params, {
      ...(timeoutMs ? { timeoutMs } : {}),
      idempotencyKey: `${context.runId}:${context.callId}`,
      signal: context.signal,
    });
    return payload;
  } catch (error) {
    if (error instanceof NodeInvokeError)
      throw new ToolError(
        CODES[error.code] ?? 'upstream_error',
        `${node.displayName ?? node.nodeId}: ${error.message}`,
      );
    throw error;
  }
}

/** A picture in a node's answer: `{format, base64}`. */
export function pictureIn(payload: unknown): ContentPart | undefined {
  if (!isPlainObject(payload) || typeof payload['base64'] !== 'string') return undefined;
  const format = String(payload['format'] ?? 'png').toLowerCase();
  return {
    type: 'image',
    mimeType: format === 'png' ? 'image/png' : 'image/jpeg',
    data: payload['base64'],
    origin: 'tool',
  };
}
