import { Injectable } from '@nestjs/common';
import { NoParams } from '../../rpc/no-params.dto';
import type { RpcContext } from '../../rpc/rpc-context';
import { invalidRequest } from '../../rpc/rpc-error';
import { RpcMethod } from '../../rpc/rpc-method';
import { ConnectionRegistry } from '../connection/connection-registry';
import {
  DevicePairDecisionParams,
  NodeIdParams,
  NodePairRequestParams,
  NodePairVerifyParams,
  NodeRenameParams,
} from './device.dto';
import { notAbove, refuseMoreThanCaller } from './device-rights';
import { NodePairingService } from './node-pairing.service';
import type { PairedNode, PendingNode } from './paired-node';

/** Nodes as devices: who is one, and what each was approved for. */
@Injectable()
export class NodePairRpc {
  constructor(
    private readonly nodes: NodePairingService,
    private readonly connections: ConnectionRegistry,
  ) {}

  @RpcMethod({
    name: 'node.pair.list',
    scope: 'operator.pairing',
    params: NoParams,
    summary: 'Paired nodes, and what asks to be one or to be able to do more.',
  })
  list(): Promise<{ pending: PendingNode[]; paired: PairedNode[] }> {
    return this.nodes.list();
  }

  @RpcMethod({
    name: 'node.pair.request',
    scope: 'operator.pairing',
    params: NodePairRequestParams,
    summary: 'Asks to let a node in before it has connected, by its device id. What it offers is approved with it.',
  })
  async request(params: NodePairRequestParams): Promise<unknown> {
    const { nodeId, displayName, platform, remoteIp, silent, caps, commands, ...facts } = params;
    const { request, created } = await this.nodes.request({
      deviceId: nodeId,
      ...(displayName ? { displayName } : {}),
      ...(platform ? { platform } : {}),
      ...(remoteIp ? { remoteIp } : {}),
      ...(silent ? { silent } : {}),
      role: 'node',
      roles: ['node'],
      scopes: [],
      node: { caps: [...new Set(caps ?? [])].sort(), commands: [...new Set(commands ?? [])].sort(), ...facts },
    });
    return { status: 'pending', request, created };
  }

  @RpcMethod({
    name: 'node.pair.approve',
    scope: 'operator.pairing',
    params: DevicePairDecisionParams,
    summary:
      'Lets a node in, or lets a paired one be asked for more. Whoever approves holds what its commands need: see requiredApproveScopes.',
  })
  async approve({ requestId }: DevicePairDecisionParams, context: RpcContext): Promise<unknown> {
    const node = await this.nodes.approve(requestId, ({ requiredApproveScopes }) =>
      refuseMoreThanCaller(requiredApproveScopes, context),
    );
    return { requestId, node };
  }

  @RpcMethod({
    name: 'node.pair.reject',
    scope: 'operator.pairing',
    params: DevicePairDecisionParams,
    summary: 'Says no to a node, or to more of a paired one.',
  })
  reject({ requestId }: DevicePairDecisionParams): Promise<{ requestId: string; nodeId: string }> {
    return this.nodes.reject(requestId);
  }

  @RpcMethod({
    name: 'node.pair.verify',
    scope: 'operator.pairing',
    params: NodePairVerifyParams,
    summary: 'Whether a token is the one of a paired node.',
  })
  verify({ nodeId, token }: NodePairVerifyParams): Promise<{ ok: boolean; node?: PairedNode }> {
    return this.nodes.verify(nodeId, token);
  }

  @RpcMethod({
    name: 'node.pair.remove',
    scope: 'operator.pairing',
    params: NodeIdParams,
    summary: 'Forgets a node and closes its connection. A device that is something else as well stays that.',
  })
  async remove({ nodeId }: NodeIdParams, context: RpcContext): Promise<{ nodeId: string }> {
    await this.nodes.remove(nodeId, notAbove(context));
    this.connections.closeDevice(nodeId, 'node');
    return { nodeId };
  }

  @RpcMethod({
    name: 'node.rename',
    scope: 'operator.pairing',
    params: NodeRenameParams,
    summary: 'Gives a node a name that stands before the one it has for itself.',
  })
  async rename({ nodeId, displayName }: NodeRenameParams): Promise<{ nodeId: string; displayName: string }> {
    const name = displayName.trim();
    if (name === '') throw invalidRequest('displayName required');
    await this.nodes.rename(nodeId, name);
    return { nodeId, displayName: name };
  }
}
