/** An Ed25519 key by which the gateway knows this device again. */
export interface DeviceKey {
  /** Lower-case hex SHA-256 of the raw public key. */
  id: string;
  /** Raw public key, base64url. */
  publicKey: string;
  sign(text: string): Promise<string> | string;
}

/** Where the key of this device is kept: a file, a key chain, `localStorage`. Whoever reads it can be this device. */
export interface KeyPlace {
  read(): Promise<string | null | undefined> | string | null | undefined;
  write(text: string): Promise<void> | void;
}

/**
 * The key that is kept there, or a new one that is kept from now on.
 * @throws Error where the platform has no Ed25519 keys
 */
export async function deviceKey(place: KeyPlace): Promise<DeviceKey> {
  const kept = await place.read();
  const jwk = kept ? (JSON.parse(kept) as JsonWebKey) : await newKey();
  if (!kept) await place.write(JSON.stringify(jwk));
  const usable = { kty: 'OKP', crv: 'Ed25519', d: jwk.d, x: jwk.x };
  const key = await crypto.subtle.importKey('jwk', usable, 'Ed25519', false, ['sign']);
  const publicKey = jwk.x ?? '';
  const digest = await crypto.subtle.digest('SHA-256', bytesOf(publicKey));
  return {
    id: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    publicKey,
    sign: async (text) => base64url(await crypto.subtle.sign('Ed25519', key, new TextEncoder().encode(text))),
  };
}

async function newKey(): Promise<JsonWebKey> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  return crypto.subtle.exportKey('jwk', pair.privateKey);
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

const base64url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
