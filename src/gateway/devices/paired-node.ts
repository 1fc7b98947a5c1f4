import { scopeToAdmit } from '../protocol/node-commands';
import type { DevicePairRequest, NodeFacts, PairedDevice } from './device-record';

/** A node that asks to be paired, or to be able to do more, as clients know it. */
export interface PendingNode extends NodeFacts {
  requestId: string;
  nodeId: string;
  displayName?: string;
  platform?: string;
  remoteIp?: string;
  silent?: boolean;
  isRepair?: boolean;
  /** What whoever approves it has to hold beside operator.pairing. */
  requiredApproveScopes: string[];
  ts: number;
}

/** A paired node, as clients know it. */
export interface PairedNode extends NodeFacts {
  nodeId: string;
  displayName?: string;
  platform?: string;
  remoteIp?: string;
  createdAtMs: number;
  approvedAtMs: number;
}

const NOTHING: NodeFacts = { caps: [], commands: [] };

/** Scopes without which nobody may let a node in that can do this. */
export const scopesOfNode = (node: NodeFacts | undefined): string[] => [
  ...new Set((node?.commands ?? []).map(scopeToAdmit)),
];

export const nodeNameOf = ({ nodeName, displayName }: PairedDevice): { displayName?: string } => {
  const name = nodeName ?? displayName;
  return name ? { displayName: name } : {};
};

/** A device that asks to be paired as a node. */
export const nodeOfRequest = (request: DevicePairRequest): PendingNode => ({
  requestId: request.requestId,
  nodeId: request.deviceId,
  ...(request.displayName ? { displayName: request.displayName } : {}),
  ...(request.platform ? { platform: request.platform } : {}),
  ...(request.remoteIp ? { remoteIp: request.remoteIp } : {}),
  ...(request.node ?? NOTHING),
  ...(request.silent ? { silent: true } : {}),
  ...(request.isRepair ? { isRepair: true } : {}),
  requiredApproveScopes: scopesOfNode(request.node),
  ts: request.ts,
});

/** A paired node that asks to be able to do more. */
export function widerNode(device: PairedDevice): PendingNode | undefined {
  const { nodeRequest: request } = device;
  if (!request) return undefined;
  return {
    requestId: request.requestId,
    nodeId: device.deviceId,
    ...nodeNameOf(device),
    ...(device.platform ? { platform: device.platform } : {}),
    ...(device.remoteIp ? { remoteIp: device.remoteIp } : {}),
    ...request.node,
    isRepair: true,
    requiredApproveScopes: scopesOfNode(request.node),
    ts: request.ts,
  };
}

export const pairedNode = (device: PairedDevice): PairedNode => ({
  nodeId: device.deviceId,
  ...nodeNameOf(device),
  ...(device.platform ? { platform: device.platform } : {}),
  ...(device.remoteIp ? { remoteIp: device.remoteIp } : {}),
  ...(device.node ?? NOTHING),
  createdAtMs: device.createdAtMs,
  approvedAtMs: device.approvedAtMs,
});
