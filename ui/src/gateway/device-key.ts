import { t } from '@lingui/core/macro';
import { ownName } from './page-place';

const DATABASE = ownName('openclaw');
const STORE = 'keys';
const ENTRY = 'device';

/** This browser's Ed25519 key. The private half can be used here, but not read out, not even by this page. */
export interface DeviceKey {
  /** Lower-case hex SHA-256 of the raw public key. */
  id: string;
  /** Raw public key, base64url. */
  publicKey: string;
  sign(text: string): Promise<string>;
}

/** The browser keeps no keys for plain http, except for its own machine. */
export class InsecurePlace extends Error {
  constructor() {
    super(t`This address is not secure, so the browser keeps no keys for it.`);
  }
}

/** The key that is being read before anybody asks for it; undefined where that does not work. */
let early: Promise<DeviceKey | undefined> | undefined;

/** Reads the key while the rest of the page is still on its way. What goes wrong is told when it is asked for. */
export function readKeyEarly(): void {
  early = readDeviceKey().catch(() => undefined);
}

/** @throws InsecurePlace over plain http, Error in words for people where the browser can't keep such a key */
export async function loadDeviceKey(): Promise<DeviceKey> {
  return (await early) ?? readDeviceKey();
}

async function readDeviceKey(): Promise<DeviceKey> {
  if (!window.isSecureContext) {
    throw new InsecurePlace();
  }
  const database = await openDatabase();
  let pair = await get(database);
  if (!pair) {
    pair = await generate();
    await put(database, pair);
    // Another tab may have been faster; what is stored counts.
    pair = (await get(database)) ?? pair;
  }
  database.close();
  const { privateKey, publicKey } = pair;
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', raw));
  return {
    id: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    publicKey: base64url(raw),
    sign: async (text) =>
      base64url(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, new TextEncoder().encode(text)))),
  };
}

async function generate(): Promise<CryptoKeyPair> {
  try {
    return (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  } catch {
    throw new Error(t`This browser has no Ed25519 keys. Please use a current Chrome, Edge, Firefox or Safari.`);
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(t`The browser does not let this page keep a key (private window?).`));
  });
}

function get(database: IDBDatabase): Promise<CryptoKeyPair | undefined> {
  return new Promise((resolve, reject) => {
    const request = database.transaction(STORE).objectStore(STORE).get(ENTRY);
    request.onsuccess = () => resolve(request.result as CryptoKeyPair | undefined);
    request.onerror = () => reject(request.error ?? new Error('key not readable'));
  });
}

function put(database: IDBDatabase, pair: CryptoKeyPair): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, 'readwrite');
    transaction.objectStore(STORE).add(pair, ENTRY);
    transaction.oncomplete = () => resolve();
    transaction.onerror = (event) => {
      event.preventDefault();
      resolve();
    };
    transaction.onabort = () => reject(transaction.error ?? new Error('key not kept'));
  });
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
