import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Notice } from './replica-link';

const CIPHER = 'aes-256-gcm';
export const SEAL_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Notices as they go through something that is shared with others: nobody without the key of the database reads them or makes
 * one. Layout: nonce (12 bytes), tag (16), the encrypted `sender number text` in UTF-8.
 */
export class NoticeSeal {
  constructor(private readonly key: Buffer) {}

  /** A name that gateways on one database have in common, and others do not. */
  get channel(): string {
    return `openclaw:${createHash('sha256').update('channel').update(this.key).digest('hex').slice(0, 32)}`;
  }

  close(sender: string, { number, text }: Notice): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce);
    const body = Buffer.concat([cipher.update(`${sender} ${number} ${text}`, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Undefined for what was not sealed with this key, or was changed since. */
  open(sealed: Buffer): { sender: string; notice: Notice } | undefined {
    if (sealed.length <= NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(CIPHER, this.key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const plain =
        decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      const [sender = '', number = ''] = plain.split(' ', 2);
      const text = plain.slice(sender.length + number.length + 2);
      return { sender, notice: { number: Number(number), text } };
    } catch {
      return undefined;
    }
  }
}
