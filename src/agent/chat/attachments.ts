import type { ImagePart } from '../../common/content-parts';
import { isPlainObject } from '../../common/plain-object';
import { sniffImage } from '../../common/sniff-image';
import { invalidRequest } from '../../rpc/rpc-error';

const MAX_ATTACHMENT_BYTES = 5_000_000;

export interface DecodedAttachments {
  images: ImagePart[];
  /** Names of attachments that are no images. */
  ignored: string[];
}

/** Decodes attachments of a request. @throws RpcError INVALID_REQUEST for bad base64 or too large ones */
export function decodeAttachments(attachments: readonly unknown[] | undefined): DecodedAttachments {
  const decoded: DecodedAttachments = { images: [], ignored: [] };
  for (const [index, attachment] of (attachments ?? []).entries()) {
    if (!isPlainObject(attachment) || typeof attachment['content'] !== 'string') {
      throw invalidRequest(`attachments[${index}] must be an object with "content" as base64 or data URL`);
    }
    const base64 = attachment['content'].replace(/^data:[^,]*;base64,/, '');
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(base64) || base64.length === 0) {
      throw invalidRequest(`attachments[${index}].content is not base64`);
    }
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > MAX_ATTACHMENT_BYTES) {
      throw invalidRequest(
        `attachments[${index}] has ${bytes.length} bytes; at most ${MAX_ATTACHMENT_BYTES} are accepted`,
      );
    }
    const mimeType = sniffImage(bytes);
    if (mimeType) decoded.images.push({ type: 'image', mimeType, data: bytes.toString('base64') });
    else
      decoded.ignored.push(
        typeof attachment['fileName'] === 'string' ? attachment['fileName'] : `attachment ${index + 1}`,
      );
  }
  return decoded;
}
