import { isLoopbackAddress } from '../common/net/address';
import { type ListedDevice, lastSeenAt } from '../gateway/devices/device-view';
import type { PairedNode, PendingNode } from '../gateway/devices/paired-node';
import type { NodeRow } from './node-rows';

/** What is known of a node, for programs. */
export function nodeView(row: NodeRow, devices: readonly ListedDevice[]): object {
  const device = devices.find(({ deviceId }) => deviceId === row.nodeId);
  const seen = lastSeenAt(device, 'node');
  const connected = row.connectedAtMs ?? seen;

  return {
    ...row,
    ...(device?.clientId === undefined ? {} : { clientId: device.clientId }),
    ...(device?.clientMode === undefined ? {} : { clientMode: device.clientMode }),
    ...(device ? { approvedAtMs: device.approvedAtMs } : {}),
    ...(connected === undefined ? {} : { lastConnectedAtMs: connected }),
    ...(seen === undefined ? {} : { lastSeenAtMs: seen, lastSeenReason: 'connect' }),
    ...(row.remoteIp === undefined ? {} : { gatewayLocal: isLoopbackAddress(row.remoteIp) }),
  };
}

/** Nodes that are paired or ask to be, for programs. */
export const pairingView = (
  { pending, paired }: { pending: PendingNode[]; paired: PairedNode[] },
  rows: readonly NodeRow[],
  devices: readonly ListedDevice[],
): object => ({
  pending,
  paired: paired.map((node) => {
    const row = rows.find(({ nodeId }) => nodeId === node.nodeId);
    return row ? { ...node, ...nodeView(row, devices), approvedAtMs: node.approvedAtMs } : node;
  }),
});
