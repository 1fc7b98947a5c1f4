import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { cutText } from '../../common/cut-text';
import { readBoundedFile } from '../../common/bounded-file';
import { isPlainObject } from '../../common/plain-object';
import { SIGNATURE_FILE } from './hash-folder';

/** `SKILL.sig.json`: who published exactly this content. */
export interface SkillSignature {
  publisher: string;
  /** Ed25519 public key, SPKI in base64. */
  key: string;
  /** Over `signedText`, base64. */
  signature: string;
}

export type SignatureCheck =
  | { state: 'unsigned' }
  | { state: 'invalid'; reason: string }
  | { state: 'valid'; publisher: string; key: string; fingerprint: string };

const FINGERPRINT_LENGTH = 32;
const MAX_BYTES = 64 * 1024;

/** What is signed: that these bytes are the skill of that name. */
const signedText = (name: string, hash: string): Buffer => Buffer.from(`openclaw-skill-v1\n${name}\n${hash}\n`);

export const fingerprintOf = (key: string): string =>
  createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, FINGERPRINT_LENGTH);

/** @param hash of the folder as it is now */
export function checkSignature(folder: string, name: string, hash: string): SignatureCheck {
  const path = join(folder, SIGNATURE_FILE);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { state: 'unsigned' };
  try {
    const text = readBoundedFile(path, MAX_BYTES);
    if (!text) throw new Error(`it is no ordinary file, may not be read, or has more than ${MAX_BYTES} bytes`);
    const value: unknown = JSON.parse(text.toString('utf8'));
    if (!isPlainObject(value)) throw new Error('it is no object');
    const { publisher, key, signature } = value;
    if (typeof publisher !== 'string' || typeof key !== 'string' || typeof signature !== 'string')
      throw new Error('publisher, key and signature must be texts');
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    if (publicKey.asymmetricKeyType !== 'ed25519') throw new Error('the key is not Ed25519');
    if (!verify(null, signedText(name, hash), publicKey, Buffer.from(signature, 'base64')))
      throw new Error('it does not fit name and content');
    return { state: 'valid', publisher: cutText(publisher, 80), key, fingerprint: fingerprintOf(key) };
  } catch (error) {
    return { state: 'invalid', reason: `${SIGNATURE_FILE}: ${(error as Error).message}` };
  }
}

/** @param privateKey PEM, PKCS#8, Ed25519 */
export function signSkill(name: string, hash: string, publisher: string, privateKey: string): SkillSignature {
  const secret = createPrivateKey(privateKey);
  const key = createPublicKey(secret).export({ format: 'der', type: 'spki' }).toString('base64');
  return { publisher, key, signature: sign(null, signedText(name, hash), secret).toString('base64') };
}
