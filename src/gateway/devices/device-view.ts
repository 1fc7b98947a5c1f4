import type { PresenceEntry } from '../protocol/hello';
import type { DevicePairRequest, PairedDevice } from './device-record';
import type { PairedNode } from './paired-node';

/** A device as clients are told of it: without the values of its tokens. */
export type ListedDevice = Omit<PairedDevice, 'tokens'> & {
  tokens?: readonly { role: string; lastUsedAtMs?: number }[];
};

export interface ListedDevices {
  pending: DevicePairRequest[];
  paired: ListedDevice[];
}

/** When a device last logged in. @param role in which it did */
export function lastSeenAt(device: ListedDevice | undefined, role?: string): number | undefined {
  const times = (device?.tokens ?? []).flatMap((token) =>
    token.lastUsedAtMs !== undefined && (role === undefined || token.role === role) ? [token.lastUsedAtMs] : [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Devices that are paired or ask to be, for programs. @param present who is connected now */
export const devicesView = (
  { pending, paired }: ListedDevices,
  nodes: readonly PairedNode[],
  present: readonly PresenceEntry[],
): object => ({
  pending,
  paired: paired.map((device) => {
    const seen = lastSeenAt(device);
    const node = nodes.find(({ nodeId }) => nodeId === device.deviceId);
    return {
      ...device,
      ...(node ? { nodeSurface: surfaceOf(node) } : {}),
      ...(seen === undefined ? {} : { lastSeenAtMs: seen, lastSeenReason: 'connect' }),
      connected: present.some(({ deviceId, reason }) => deviceId === device.deviceId && reason !== 'disconnect'),
    };
  }),
});

/** What was approved of a device as a node. */
const surfaceOf = ({ nodeId: _, ...surface }: PairedNode): object => surface;
