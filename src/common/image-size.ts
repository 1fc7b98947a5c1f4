export interface ImageSize {
  /** Pixels. */
  width: number;
  height: number;
}

/** Bytes of a picture in which its size stands, as a rule; JPEGs may carry a preview before it. */
export const SIZE_WITHIN = 256 * 1024;

const TOO_SHORT = new Set(['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS']);

/** Size of a JPEG, PNG, GIF or WebP by its head; undefined where it does not stand in what is given. Decodes nothing. */
export function imageSize(head: Buffer): ImageSize | undefined {
  try {
    if (head.readUInt32BE(0) === 0x89504e47) return sizeOf(head.readUInt32BE(16), head.readUInt32BE(20));
    const start = head.toString('latin1', 0, 4);
    if (start === 'GIF8') return sizeOf(head.readUInt16LE(6), head.readUInt16LE(8));
    if (start === 'RIFF') return webpSize(head);
    return head.readUInt16BE(0) === 0xffd8 ? jpegSize(head) : undefined;
  } catch (error) {
    // Reading behind the end: the head is too short.
    if (TOO_SHORT.has(String((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

const sizeOf = (width: number, height: number): ImageSize | undefined =>
  width > 0 && height > 0 ? { width, height } : undefined;

/** The three kinds of WebP: lossy, lossless, extended. */
function webpSize(head: Buffer): ImageSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return sizeOf(head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff);
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return sizeOf((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return sizeOf(head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1);
    default:
      return undefined;
  }
}

/** Segment by segment to the first that begins a frame (SOF0 to SOF15, without the three of other meaning). */
function jpegSize(head: Buffer): ImageSize | undefined {
  for (let at = 2; ;) {
    if (head.readUInt8(at) !== 0xff) return undefined;
    const marker = head.readUInt8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return sizeOf(head.readUInt16BE(at + 7), head.readUInt16BE(at + 5));
    at += 2 + head.readUInt16BE(at + 2);
  }
}
