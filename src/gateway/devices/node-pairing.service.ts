import { randomUUID } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { EventBus } from '../../events/event-bus';
import { invalidRequest } from '../../rpc/rpc-error';
import { type Allow, DevicePairingService, type DeviceFacts } from './device-pairing.service';
import { type NodeFacts, type NodeRequest, type PairedDevice, beyond, isNode } from './device-record';
import { type PairedNode, type PendingNode, nodeNameOf, nodeOfRequest, pairedNode, widerNode } from './paired-node';

/** A node that may connect: by which name, and with what of that which it offers. */
export interface AdmittedNode {
  displayName?: string;
  caps: string[];
  commands: string[];
}

/**
 * Paired nodes: devices with the role. Letting a device in as a node approves what it offers at that moment; what it
 * offers beyond that later is asked for, and can't be used until somebody has approved it.
 */
@Injectable()
export class NodePairingService {
  constructor(
    private readonly devices: DevicePairingService,
    private readonly events: EventBus,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /**
   * What a paired node may be asked for of that which it offers now.
   * @param isNear on the gateway's own machine nothing is asked, as for pairing
   */
  async admit(device: PairedDevice, offered: NodeFacts, isNear: boolean): Promise<AdmittedNode> {
    let asked: NodeRequest | undefined;
    let over: NodeRequest | undefined;
    const kept = await this.devices.change(device.deviceId, (stored, now) => {
      const { node, nodeRequest } = stored;
      // Whoever was paired before what is offered was kept has all of it approved.
      const isAll =
        !node ||
        isNear ||
        (beyond(offered.commands, node.commands).length === 0 && beyond(offered.caps, node.caps).length === 0);
      if (isAll) {
        over = nodeRequest;
        const next = { ...offered, ...(node ? union(node, offered) : {}) };
        if (!nodeRequest && JSON.stringify(next) === JSON.stringify(node)) return stored;
        const { nodeRequest: _, ...rest } = stored;
        return { ...rest, node: next };
      }
      if (nodeRequest && isSameOffer(nodeRequest.node, offered)) return stored;
      over = nodeRequest;
      asked = { requestId: randomUUID(), node: offered, ts: now };
      return { ...stored, nodeRequest: asked };
    });
    if (over) this.resolved(over.requestId, device.deviceId, 'rejected');
    const pending = kept && widerNode(kept);
    if (asked && pending) this.events.emit('wire.event', { event: 'node.pair.requested', payload: pending });
    const approved = kept?.node ?? offered;
    return {
      ...(kept ? nodeNameOf(kept) : {}),
      caps: offered.caps.filter((cap) => approved.caps.includes(cap)),
      commands: offered.commands.filter((command) => approved.commands.includes(command)),
    };
  }

  async list(): Promise<{ pending: PendingNode[]; paired: PairedNode[] }> {
    const { pending, paired } = await this.devices.list();
    return {
      pending: [...pending.filter(isNode).map(nodeOfRequest), ...paired.flatMap((device) => widerNode(device) ?? [])],
      paired: paired.filter(isNode).map(pairedNode),
    };
  }

  /** Asks for a node that has not connected yet; it is let in by its id. */
  async request(facts: Omit<DeviceFacts, 'publicKey'>): Promise<{ request: PendingNode; created: boolean }> {
    const { request, created } = await this.devices.request({ ...facts, publicKey: '' });
    return { request: nodeOfRequest(request), created };
  }

  /** @throws RpcError INVALID_REQUEST `unknown requestId`, and what `allow` throws; then nothing is approved */
  async approve(requestId: string, allow: (request: PendingNode) => void): Promise<PairedNode & { token: string }> {
    const { pending } = await this.list();
    const request = pending.find((entry) => entry.requestId === requestId);
    if (!request) throw invalidRequest('unknown requestId');
    allow(request);
    const device = (await this.widen(request)) ?? (await this.devices.approve(requestId));
    const { token } = await this.devices.ensureToken(device, 'node', []);
    return { ...pairedNode(device), token };
  }

  /** @throws RpcError INVALID_REQUEST `unknown requestId` */
  async reject(requestId: string): Promise<{ requestId: string; nodeId: string }> {
    const { pending } = await this.list();
    const request = pending.find((entry) => entry.requestId === requestId);
    if (!request) throw invalidRequest('unknown requestId');
    const { nodeId } = request;
    if (!(await this.isWider(requestId, nodeId))) {
      await this.devices.reject(requestId);
      return { requestId, nodeId };
    }
    await this.devices.change(nodeId, (device) => withoutRequest(device, requestId));
    this.resolved(requestId, nodeId, 'rejected');
    return { requestId, nodeId };
  }

  /** Whether a token is a paired node's. */
  async verify(nodeId: string, token: string): Promise<{ ok: boolean; node?: PairedNode }> {
    const device = await this.devices.find(nodeId);
    if (!device || !isNode(device) || !this.devices.matchesToken(device, 'node', token)) return { ok: false };
    return { ok: true, node: pairedNode(device) };
  }

  /** @throws RpcError INVALID_REQUEST `unknown nodeId` */
  async rename(nodeId: string, displayName: string): Promise<void> {
    const device = await this.devices.change(nodeId, (stored) =>
      isNode(stored) ? { ...stored, nodeName: displayName } : stored,
    );
    if (!device || !isNode(device)) throw invalidRequest('unknown nodeId');
    this.events.emit('node.changed', device);
  }

  /** The device stays where it is something else, too. @throws RpcError `unknown nodeId`, and what `allow` throws */
  async remove(nodeId: string, allow: Allow): Promise<void> {
    const device = await this.devices.find(nodeId);
    if (!device || !isNode(device)) throw invalidRequest('unknown nodeId');
    if ((device.roles ?? ['node']).every((role) => role === 'node')) {
      await this.devices.remove(nodeId, allow);
      return;
    }
    await this.devices.change(nodeId, (stored) => {
      allow(stored);
      const { node: _, nodeRequest: __, nodeName: ___, ...rest } = stored;
      const { node: ____, ...tokens } = stored.tokens ?? {};
      const roles = (stored.roles ?? []).filter((role) => role !== 'node');
      return { ...rest, ...(roles[0] ? { role: roles[0] } : {}), roles, tokens };
    });
  }

  private async isWider(requestId: string, nodeId: string): Promise<boolean> {
    return (await this.devices.find(nodeId))?.nodeRequest?.requestId === requestId;
  }

  /** Approves more of a paired node; undefined where the request is one to be paired. */
  private async widen({ requestId, nodeId }: PendingNode): Promise<PairedDevice | undefined> {
    let isDone = false;
    const device = await this.devices.change(nodeId, (stored, now) => {
      if (stored.nodeRequest?.requestId !== requestId) return stored;
      isDone = true;
      return { ...withoutRequest(stored, requestId), node: stored.nodeRequest.node, approvedAtMs: now };
    });
    if (!device || !isDone) return undefined;
    this.resolved(requestId, nodeId, 'approved');
    this.events.emit('node.changed', device);
    return device;
  }

  private resolved(requestId: string, nodeId: string, decision: 'approved' | 'rejected'): void {
    const payload = { requestId, nodeId, decision, ts: this.clock.now() };
    this.events.emit('wire.event', { event: 'node.pair.resolved', payload });
  }
}

function withoutRequest(device: PairedDevice, requestId: string): PairedDevice {
  if (device.nodeRequest?.requestId !== requestId) return device;
  const { nodeRequest: _, ...rest } = device;
  return rest;
}

const union = (a: NodeFacts, b: NodeFacts): Pick<NodeFacts, 'caps' | 'commands'> => ({
  caps: [...new Set([...a.caps, ...b.caps])],
  commands: [...new Set([...a.commands, ...b.commands])],
});

const isSameOffer = (a: NodeFacts, b: NodeFacts): boolean =>
  JSON.stringify([a.caps, a.commands]) === JSON.stringify([b.caps, b.commands]);
