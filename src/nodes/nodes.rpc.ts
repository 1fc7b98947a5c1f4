import { Injectable } from '@nestjs/common';
import { DevicePairingService } from '../gateway/devices/device-pairing.service';
import { NoParams } from '../rpc/no-params.dto';
import type { RpcContext } from '../rpc/rpc-context';
import { RpcError, invalidRequest, missingScope } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { satisfies } from '../rpc/scopes';
import { commandScope } from './node-commands';
import { NodeInvokeError, NodeRegistry } from './node-registry.service';
import { type NodeRow, nodeRows } from './node-rows';
import { NodeDescribeParams, NodeInvokeParams, NodeInvokeResultParams } from './nodes.dto';

@Injectable()
export class NodesRpc {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly devices: DevicePairingService,
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
    try {
      const { payload, payloadJSON } = await this.nodes.invoke(params.nodeId, params.command, params.params, {
        ...(params.timeoutMs ? { timeoutMs: params.timeoutMs } : {}),
        idempotencyKey: params.idempotencyKey,
        signal: context.signal,
      });
      return { ok: true, nodeId: params.nodeId, command: params.command, payload, payloadJSON };
    } catch (error) {
      if (!(error instanceof NodeInvokeError)) throw error;
      if (error.code === 'NOT_ALLOWED')
        throw invalidRequest('node command not allowed', {
          details: { reason: error.message, command: params.command },
        });
      if (error.code === 'INVALID_PARAMS')
        throw invalidRequest(error.message, { details: { code: 'INVALID_PARAMS', command: params.command } });
      if (error.code === 'NOT_CONNECTED')
        throw new RpcError('UNAVAILABLE', 'node not connected', { details: { code: 'NOT_CONNECTED' } });
      throw new RpcError('UNAVAILABLE', error.message, {
        details: { nodeError: { code: error.code, message: error.message } },
      });
    }
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
