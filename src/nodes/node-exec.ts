import { isPlainObject } from '../common/plain-object';
import type { RemoteCommand, RemoteEnd } from '../tools/exec/remote-exec';
import type { ToolContext } from '../tools/agent-tool';
import type { NodeRegistry } from './connected-nodes.service';
import { askNode, chooseNode } from './node-tool-support';

/** Time for the way there and back beside the command's own. */
const GRACE_MS = 15_000;

/** One command line on a node by its `system.run`; the node's own exec rules decide there. @throws ToolError */
export async function runOnNode(nodes: NodeRegistry, command: RemoteCommand, context: ToolContext): Promise<RemoteEnd> {
  const node = chooseNode(nodes, command.node, 'system.run');
  const payload = await askNode(
    nodes,
    node,
    'system.run',
    { command: command.argv, cwd: command.cwd, env: command.env, timeoutMs: command.timeoutMs },
    context,
    command.timeoutMs + GRACE_MS,
  );
  const facts = isPlainObject(payload) ? payload : {};
  const text = (name: string): string => (typeof facts[name] === 'string' ? facts[name] : '');
  return {
    node: node.displayName ?? node.nodeId,
    exitCode: typeof facts['exitCode'] === 'number' ? facts['exitCode'] : null,
    output: [text('stdout'), text('stderr'), text('error')].filter((part) => part !== '').join('\n'),
    timedOut: facts['timedOut'] === true,
  };
}
