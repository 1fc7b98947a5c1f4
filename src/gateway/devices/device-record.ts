/** What a node says of itself, and what it can be asked for. */
export interface NodeFacts {
  caps: string[];
  commands: string[];
  version?: string;
  coreVersion?: string;
  uiVersion?: string;
  deviceFamily?: string;
  modelIdentifier?: string;
}

/** A paired node that says it can do more than was approved. */
export interface NodeRequest {
  requestId: string;
  node: NodeFacts;
  ts: number;
}

/** A paired device, in the shape that clients know. */
export interface PairedDevice {
  deviceId: string;
  publicKey: string;
  displayName?: string;
  /** What an operator calls it; it stands before the name that the device has for itself. */
  operatorLabel?: string;
  platform?: string;
  clientId?: string;
  clientMode?: string;
  role?: string;
  roles?: string[];
  scopes?: string[];
  remoteIp?: string;
  tokens?: Record<string, DeviceToken>;
  createdAtMs: number;
  approvedAtMs: number;
  /** As a node: what was approved of it. */
  node?: NodeFacts;
  nodeRequest?: NodeRequest;
  /** What the owner calls the node; it stands before the name that the node has for itself. */
  nodeName?: string;
}

export interface DeviceToken {
  token: string;
  role: string;
  scopes: string[];
  createdAtMs: number;
  rotatedAtMs?: number;
  revokedAtMs?: number;
  lastUsedAtMs?: number;
}

/** A device that asks to be paired. */
export interface DevicePairRequest {
  requestId: string;
  deviceId: string;
  publicKey: string;
  displayName?: string;
  platform?: string;
  clientId?: string;
  clientMode?: string;
  role?: string;
  roles?: string[];
  scopes?: string[];
  remoteIp?: string;
  silent?: boolean;
  isRepair?: boolean;
  /** Asks to be a node that can do this. */
  node?: NodeFacts;
  ts: number;
}

/** Everything that a device may do: what was approved, and what its tokens hold. */
export function scopesOf({ scopes, tokens }: PairedDevice): string[] {
  return [...new Set([...(scopes ?? []), ...Object.values(tokens ?? {}).flatMap((token) => token.scopes)])];
}

/** Whether a device is, or asks to be, a node. */
export const isNode = ({ role, roles }: { role?: string; roles?: string[] }): boolean =>
  (roles ?? [role]).includes('node');

/** An id is made of the key, so a device that was let in by its id alone may bring whichever key fits. */
export const isSameKey = (a: string, b: string): boolean => a === b || a === '' || b === '';

/** What of a node's commands, or capabilities, is not approved. */
export const beyond = (wanted: readonly string[], approved: readonly string[]): string[] =>
  wanted.filter((name) => !approved.includes(name));

export type PairingReason = 'not-paired' | 'role-upgrade' | 'scope-upgrade';

/** Why a device must be paired (again) before it may connect like this; undefined when it is covered. */
export function pairingReason(
  device: PairedDevice | undefined,
  publicKey: string,
  role: string,
  scopes: readonly string[],
): PairingReason | undefined {
  if (!device || !isSameKey(device.publicKey, publicKey)) return 'not-paired';
  const roles = device.roles ?? (device.role ? [device.role] : []);
  if (!roles.includes(role)) return 'role-upgrade';
  const held = new Set(device.scopes ?? []);
  if (held.has('operator.admin')) return undefined;
  return scopes.every((scope) => held.has(scope)) ? undefined : 'scope-upgrade';
}
