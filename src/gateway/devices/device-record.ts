/** A paired device, in the shape that clients know. */
export interface PairedDevice {
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
  tokens?: Record<string, DeviceToken>;
  createdAtMs: number;
  approvedAtMs: number;
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
  ts: number;
}

/** Everything that a device may do: what was approved, and what its tokens hold. */
export function scopesOf({ scopes, tokens }: PairedDevice): string[] {
  return [...new Set([...(scopes ?? []), ...Object.values(tokens ?? {}).flatMap((token) => token.scopes)])];
}

export type PairingReason = 'not-paired' | 'role-upgrade' | 'scope-upgrade';

/** Why a device must be paired (again) before it may connect like this; undefined when it is covered. */
export function pairingReason(
  device: PairedDevice | undefined,
  publicKey: string,
  role: string,
  scopes: readonly string[],
): PairingReason | undefined {
  if (!device || device.publicKey !== publicKey) return 'not-paired';
  const roles = device.roles ?? (device.role ? [device.role] : []);
  if (!roles.includes(role)) return 'role-upgrade';
  const held = new Set(device.scopes ?? []);
  if (held.has('operator.admin')) return undefined;
  return scopes.every((scope) => held.has(scope)) ? undefined : 'scope-upgrade';
}
