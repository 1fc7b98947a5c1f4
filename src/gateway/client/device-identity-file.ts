import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { readTextIfExists, writeFileAtomic } from '../../common/atomic-file';

/** This installation's Ed25519 key, as a client. */
export interface DeviceIdentity {
  /** Lower-case hex SHA-256 of the raw public key. */
  id: string;
  /** Raw public key, base64url. */
  publicKey: string;
  sign(text: string): string;
}

interface StoredIdentity {
  version: 1;
  deviceId: string;
  publicKeyPem: string;
  privateKeyPem: string;
  createdAtMs: number;
}

/** Reads `identity/device.json` of a state directory, the format command-line clients share; made when missing (0600). */
export function loadDeviceIdentity(stateDir: string): DeviceIdentity {
  const file = join(stateDir, 'identity', 'device.json');
  const text = readTextIfExists(file);
  if (text !== undefined) return identityOf(JSON.parse(text) as StoredIdentity);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const stored: StoredIdentity = {
    version: 1,
    deviceId: createHash('sha256').update(rawKey(publicKeyPem)).digest('hex'),
    publicKeyPem,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    createdAtMs: Date.now(),
  };
  writeFileAtomic(file, `${JSON.stringify(stored, null, 2)}\n`, 0o600);
  return identityOf(stored);
}

function identityOf(stored: StoredIdentity): DeviceIdentity {
  const key = createPrivateKey(stored.privateKeyPem);
  return {
    id: stored.deviceId,
    publicKey: rawKey(stored.publicKeyPem).toString('base64url'),
    sign: (text) => sign(null, Buffer.from(text), key).toString('base64url'),
  };
}

function rawKey(pem: string): Buffer {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(-32);
}
