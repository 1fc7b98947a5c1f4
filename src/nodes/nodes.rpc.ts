import { Injectable } from '@nestjs/common';
import { DevicePairingService } from '../gateway/devices/device-pairing.service';
import { NoParams } from '../rpc/no-params.dto';
import type { RpcContext } from '../rpc/rpc-context';
import { RpcError, invalidRequest, missingScope } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { satisfies } from '../rpc/scopes';
import { canWait, commandScope } from '../gateway/protocol/node-commands';
import { type InvokeOptions, NodeInvokeError, NodeRegistry } from './connected-nodes.service';
import { NodePending } from './node-pending.service';
import { type NodeRow, nodeRows } from './node-rows';
import { ExecApprovalsNodeSetParams, NodeDescribeParams, NodeInvokeParams, NodeInvokeResultParams } from './nodes.dto';

@Injectable()
export class NodesRpc {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly devices: DevicePairingService,
    private readonly pending: NodePending,
  ) {}

  @RpcMethod({ name: 'node.list', scope: 'operator.read', params: NoParams, summary: 'Paired and connected nodes.' })
  async list(): Promise<{ ts: number; nodes: NodeRow[] }> {
    return { ts: Date.now(), nodes: await nodeRows(this.nodes, this.devices) };
  }

  @RpcMethod({ name: 'node.describe', scope: 'operator.read', params: NodeDescribeParams, summary: 'One node.' })
  async describe(params: NodeDescribeParams): Promise<unknown> {
    const row = (await nodeRows(this.nodes, this.devices)).find((node) => node.nodeId === params.nodeId);
    if (!row) throw invalidRequest('unknown nodeId');
    return { ts: Date.now(), ...row };
  }

  @RpcMethod({
    name: 'node.invoke',
    scope: 'operator.write',
    params: NodeInvokeParams,
    summary:
      'Asks a node to run one of its commands, with the parameters that the command declares. system.run needs operator.approvals; exec approvals, messages, the browser and commands the gateway does not know need operator.admin.',
  })
  async invoke(params: NodeInvokeParams, context: RpcContext): Promise<unknown> {
    const scope = commandScope(params.command);
    if (!satisfies(context.caller.scopes, scope)) throw missingScope(context.caller, scope);
    const { nodeId, command, timeoutMs, idempotencyKey } = params;
    const { payload, payloadJSON } = await this.ask(nodeId, command, params.params, {
      ...(timeoutMs ? { timeoutMs } : {}),
      idempotencyKey,
      signal: context.signal,
    });
    return { ok: true, nodeId, command, payload, payloadJSON };
  }

  @RpcMethod({
    name: 'exec.approvals.node.get',
    scope: 'operator.admin',
    params: NodeDescribeParams,
    summary: 'What a node runs without asking, as the node tells it.',
  })
  async approvals({ nodeId }: NodeDescribeParams, { signal }: RpcContext): Promise<unknown> {
    return (await this.ask(nodeId, 'system.execApprovals.get', {}, { signal })).payload;
  }

  @RpcMethod({
    name: 'exec.approvals.node.set',
    scope: 'operator.admin',
    params: ExecApprovalsNodeSetParams,
    summary: 'Has a node keep other rules. Whoever does has read them: baseHash says which, and the node looks at it.',
  })
  async setApprovals({ nodeId, file, baseHash }: ExecApprovalsNodeSetParams, { signal }: RpcContext): Promise<unknown> {
    const params = { file, ...(baseHash ? { baseHash } : {}) };
    return (await this.ask(nodeId, 'system.execApprovals.set', params, { signal })).payload;
  }

  /** @throws RpcError that says why the node did not do it */
  private async ask(
    nodeId: string,
    command: string,
    params: unknown,
    options: InvokeOptions,
  ): Promise<{ payload: unknown; payloadJSON: string | null }> {
    try {
      return await this.nodes.invoke(nodeId, command, params, options);
    } catch (error) {
      if (!(error instanceof NodeInvokeError)) throw error;
      const { code, message } = error;
      if (code === 'NOT_ALLOWED')
        throw invalidRequest('node command not allowed', { details: { reason: message, command } });
      if (code === 'INVALID_PARAMS') throw invalidRequest(message, { details: { code, command } });
      if (code === 'NOT_CONNECTED') throw new RpcError('UNAVAILABLE', 'node not connected', { details: { code } });
      const details = { nodeError: { code, message }, ...this.keptForLater(nodeId, command, params, code) };
      throw new RpcError('UNAVAILABLE', message, { details });
    }
  }

  /** What an app can't do in the background it may fetch when somebody looks at it again. */
  private keptForLater(nodeId: string, command: string, params: unknown, code: string): Record<string, unknown> {
    if (code !== 'NODE_BACKGROUND_UNAVAILABLE' || !canWait(command)) return {};
    const paramsJSON = params === undefined ? null : JSON.stringify(params);
    return { queued: true, actionId: this.pending.keepAction(nodeId, command, paramsJSON).id };
  }

  @RpcMethod({
    name: 'node.invoke.result',
    scope: 'node',
    params: NodeInvokeResultParams,
    summary: "A node's answer to a command.",
  })
  result(params: NodeInvokeResultParams, { caller }: RpcContext): { ok: true; ignored?: true } {
    if (params.nodeId !== caller.deviceId) throw invalidRequest('nodeId mismatch');
    return this.nodes.answered(params.id, params.nodeId, params) ? { ok: true } : { ok: true, ignored: true };
  }
}
