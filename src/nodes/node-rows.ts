import type { DevicePairingService } from '../gateway/devices/device-pairing.service';
import { type PairedDevice, isNode } from '../gateway/devices/device-record';
import { pairedNode } from '../gateway/devices/paired-node';
import type { HostStats } from './host-stats';
import type { NodeRegistry } from './connected-nodes.service';

/** A node as clients know it. */
export interface NodeRow {
  nodeId: string;
  displayName?: string;
  platform?: string;
  version?: string;
  deviceFamily?: string;
  modelIdentifier?: string;
  remoteIp?: string;
  caps: readonly string[];
  commands: readonly string[];
  permissions?: Readonly<Record<string, boolean>>;
  pathEnv?: string;
  connectedAtMs?: number;
  paired: boolean;
  connected: boolean;
  /** What the machine of a connected node last said of itself. */
  hostStats?: HostStats;
  /** `pending-reapproval`: it offers more than was approved, which `node.pair.list` shows. */
  approvalState: 'approved' | 'pending-reapproval';
  pendingRequestId?: string;
  pendingDeclaredCommands?: readonly string[];
}

function approvalOf(device: PairedDevice | undefined): Pick<NodeRow, 'approvalState'> & Partial<NodeRow> {
  const request = device?.nodeRequest;
  return request
    ? {
        approvalState: 'pending-reapproval',
        pendingRequestId: request.requestId,
        pendingDeclaredCommands: request.node.commands,
      }
    : { approvalState: 'approved' };
}

/** Connected nodes first, then paired ones that are away; each by name. */
export async function nodeRows(nodes: NodeRegistry, devices: DevicePairingService): Promise<NodeRow[]> {
  const { paired } = await devices.list();
  const connected = nodes.connected();
  const online = new Set(connected.map((node) => node.nodeId));
  const away = paired
    .filter((device) => !online.has(device.deviceId) && isNode(device))
    .map((device): NodeRow => {
      const { createdAtMs: _, approvedAtMs: __, ...facts } = pairedNode(device);
      return { ...facts, paired: true, connected: false, ...approvalOf(device) };
    })
    .sort((a, b) => (a.displayName ?? a.nodeId).localeCompare(b.displayName ?? b.nodeId));
  const known = new Map(paired.map((device) => [device.deviceId, device]));
  const here = connected.map(({ connectionId: _, declared: __, ...node }): NodeRow => {
    const hostStats = nodes.statsOf(node.nodeId);
    return {
      ...node,
      paired: true,
      connected: true,
      ...(hostStats ? { hostStats } : {}),
      ...approvalOf(known.get(node.nodeId)),
    };
  });
  return [...here, ...away];
}
