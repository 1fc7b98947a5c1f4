import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { ConnectDevice, ConnectParams } from '../protocol/connect.dto';
import { type Protocol, SIGNATURE_SKEW_MS } from '../protocol/limits';

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;

export interface DeviceKey {
  raw: Buffer;
  key: KeyObject;
  /** Lower-case hex SHA-256 of the raw key. */
  id: string;
}

/** Reads a public key: base64url of the 32 raw bytes, or a PEM SPKI text. */
export function readDeviceKey(text: string): DeviceKey | undefined {
  try {
    const raw = text.includes('BEGIN')
      ? createPublicKey(text).export({ type: 'spki', format: 'der' }).subarray(-KEY_BYTES)
      : Buffer.from(text, 'base64url');
    if (raw.length !== KEY_BYTES) return undefined;
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
    return { raw: Buffer.from(raw), key, id: createHash('sha256').update(raw).digest('hex') };
  } catch {
    return undefined;
  }
}

export interface SignatureFacts {
  params: ConnectParams;
  device: ConnectDevice;
  /** Nonce of this connection's challenge. */
  nonce: string;
  protocol: Protocol;
  local: boolean;
  now: number;
}

export type DeviceProblem =
  | 'device identity mismatch'
  | 'device signature expired'
  | 'device nonce required'
  | 'device nonce mismatch'
  | 'device signature invalid'
  | 'device public key invalid';

/** Checks a device block. Returns the key, or what is wrong with it. */
export function verifyDevice(facts: SignatureFacts): DeviceKey | DeviceProblem {
  const { device, params, protocol } = facts;
  const key = readDeviceKey(device.publicKey);
  if (!key) return 'device public key invalid';
  if (key.id !== device.id) return 'device identity mismatch';
  if (Math.abs(facts.now - device.signedAt) > SIGNATURE_SKEW_MS[protocol]) return 'device signature expired';
  const nonceRequired = protocol === 4 || !facts.local;
  if (device.nonce === undefined && nonceRequired) return 'device nonce required';
  if (device.nonce !== undefined && device.nonce !== facts.nonce) return 'device nonce mismatch';
  const signature = Buffer.from(device.signature, 'base64url');
  if (signature.length !== 64) return 'device signature invalid';
  const matches = signedTexts(params, device).some((text) => verify(null, Buffer.from(text), key.key, signature));
  return matches ? key : 'device signature invalid';
}

/** Texts that a client of either revision may have signed, newest form first. */
function signedTexts(params: ConnectParams, device: ConnectDevice): string[] {
  const { client, auth } = params;
  const token = auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? '';
  const base = [
    device.id,
    client.id,
    client.mode,
    params.role ?? 'operator',
    (params.scopes ?? []).join(','),
    String(device.signedAt),
    token,
  ];
  if (device.nonce === undefined) return [['v1', ...base].join('|')];
  const fold = (text: string | undefined): string => (text ?? '').trim().toLowerCase();
  return [
    ['v3', ...base, device.nonce, fold(client.platform), fold(client.deviceFamily)].join('|'),
    ['v2', ...base, device.nonce].join('|'),
  ];
}
