import type { DevicePairingService } from '../gateway/devices/device-pairing.service';
import type { NodeRegistry } from './node-registry.service';

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
}

/** Connected nodes first, then paired ones that are away; each by name. */
export async function nodeRows(nodes: NodeRegistry, devices: DevicePairingService): Promise<NodeRow[]> {
  const { paired } = await devices.list();
  const connected = nodes.connected();
  const online = new Set(connected.map((node) => node.nodeId));
  const away = paired
    .filter((device) => !online.has(device.deviceId) && (device.roles ?? [device.role]).includes('node'))
    .map((device): NodeRow => ({
      nodeId: device.deviceId,
      ...(device.displayName ? { displayName: device.displayName } : {}),
      ...(device.platform ? { platform: device.platform } : {}),
      ...(device.remoteIp ? { remoteIp: device.remoteIp } : {}),
      caps: [],
      commands: [],
      paired: true,
      connected: false,
    }))
    .sort((a, b) => (a.displayName ?? a.nodeId).localeCompare(b.displayName ?? b.nodeId));
  const here = connected.map(({ connectionId: _, ...node }): NodeRow => ({ ...node, paired: true, connected: true }));
  return [...here, ...away];
}
