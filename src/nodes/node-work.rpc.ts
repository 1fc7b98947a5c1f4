import { Injectable } from '@nestjs/common';
import { DevicePairingService } from '../gateway/devices/device-pairing.service';
import { isNode } from '../gateway/devices/device-record';
import { NoParams } from '../rpc/no-params.dto';
import type { RpcContext } from '../rpc/rpc-context';
import { invalidRequest } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { NodeEvents } from './node-events.service';
import { NodePending, type PendingAction } from './node-pending.service';
import { NodeEventParams, NodePendingAckParams, NodePendingDrainParams, NodePendingEnqueueParams } from './nodes.dto';

/** What nodes tell and fetch of their own accord. */
@Injectable()
export class NodeWorkRpc {
  constructor(
    private readonly events: NodeEvents,
    private readonly pending: NodePending,
    private readonly devices: DevicePairingService,
  ) {}

  @RpcMethod({
    name: 'node.event',
    scope: 'node',
    params: NodeEventParams,
    summary: 'Something that a node tells: what was said to it, what became of a command, how its machine is.',
  })
  async event({ event, payload, payloadJSON }: NodeEventParams, { caller }: RpcContext): Promise<unknown> {
    const verdict = await this.events.take(event, payloadJSON ?? payload, caller);
    return caller.protocol === 4 ? { ok: true, event, ...verdict } : { ok: true };
  }

  @RpcMethod({
    name: 'node.pending.enqueue',
    scope: 'operator.write',
    params: NodePendingEnqueueParams,
    summary: 'Has a paired node report when it comes by; kept for ten minutes unless expiresInMs says otherwise.',
  })
  async enqueue({ nodeId, ...wish }: NodePendingEnqueueParams): Promise<unknown> {
    const device = await this.devices.find(nodeId);
    if (!device || !isNode(device)) throw invalidRequest('unknown nodeId');
    return { nodeId, ...this.pending.enqueue(nodeId, wish), wakeTriggered: false };
  }

  @RpcMethod({
    name: 'node.pending.drain',
    scope: 'node',
    params: NodePendingDrainParams,
    summary: 'Takes what node.pending.enqueue has left for the node.',
  })
  drain({ maxItems }: NodePendingDrainParams, { caller }: RpcContext): unknown {
    const nodeId = idOf(caller);
    return { nodeId, ...this.pending.drain(nodeId, maxItems) };
  }

  @RpcMethod({
    name: 'node.pending.pull',
    scope: 'node',
    params: NoParams,
    summary:
      'Commands that the node could not carry out while its app was in the background; they stay until acknowledged.',
  })
  pull(_: NoParams, { caller }: RpcContext): { nodeId: string; actions: readonly PendingAction[] } {
    const nodeId = idOf(caller);
    return { nodeId, actions: this.pending.actions(nodeId) };
  }

  @RpcMethod({
    name: 'node.pending.ack',
    scope: 'node',
    params: NodePendingAckParams,
    summary: 'Says that such commands are done.',
  })
  acknowledge({ ids }: NodePendingAckParams, { caller }: RpcContext): unknown {
    const nodeId = idOf(caller);
    return { nodeId, ackedIds: [...new Set(ids)], remainingCount: this.pending.acknowledge(nodeId, ids) };
  }
}

function idOf({ deviceId }: RpcContext['caller']): string {
  if (deviceId === undefined) throw invalidRequest('a node without a device identity has no queue');
  return deviceId;
}
