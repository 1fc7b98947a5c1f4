import { messageOf } from '../../common/openclaw-error';
import { ToolError } from '../agent-tool';

/** Limits of images in tool results. */
export const MAX_IMAGE_SIDE = 2000;
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;
/** Pictures with more pixels are not decoded: a small file can hold a huge one. */
const MAX_PIXELS = 100_000_000;

export interface ImageLimits {
  /** Pixels of the longest side. */
  side: number;
  bytes: number;
  /** MIME types; undefined: any. */
  formats?: readonly string[];
}

const TOOL_LIMITS: ImageLimits = { side: MAX_IMAGE_SIDE, bytes: MAX_IMAGE_BYTES };
/** Shares of the size that are tried until the bytes fit, and the qualities of JPEG at each. */
const SHARES = [1, 0.6, 0.35];
const QUALITIES = [85, 60, 35];
/** Drawings and writing, which JPEG would blur. */
const LOSSLESS: ReadonlySet<string> = new Set(['image/png', 'image/gif']);

/**
 * A picture as it may go to a model: within the limits, made smaller or converted where it is not.
 * @throws ToolError invalid_args when it can't be decoded, too_large when it has too many pixels
 */
export async function fitImage(
  content: Buffer,
  mimeType: string,
  { side, bytes, formats }: ImageLimits = TOOL_LIMITS,
): Promise<{ data: Buffer; mimeType: string; note?: string }> {
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(content, { limitInputPixels: MAX_PIXELS, animated: false });
    const { width = 0, height = 0 } = await image.metadata();
    const isTaken = formats === undefined || formats.includes(mimeType);
    const isSmall = width <= side && height <= side && content.length <= bytes;
    if (isTaken && isSmall) return { data: content, mimeType };
    const note = isSmall ? `converted from ${mimeType}` : `scaled down from ${width} x ${height}`;
    const keepsPng = LOSSLESS.has(mimeType) && (formats === undefined || formats.includes('image/png'));
    for (const share of SHARES) {
      const most = Math.max(1, Math.round(Math.min(side, Math.max(width, height)) * share));
      const smaller = image.clone().rotate().resize(most, most, { fit: 'inside', withoutEnlargement: true });
      const png = keepsPng ? await smaller.clone().png().toBuffer() : undefined;
      if (png && png.length <= bytes) return { data: png, mimeType: 'image/png', note };
      for (const quality of QUALITIES) {
        const data = await smaller.clone().flatten({ background: '#ffffff' }).jpeg({ quality }).toBuffer();
        if (data.length <= bytes) return { data, mimeType: 'image/jpeg', note };
      }
    }
  } catch (error) {
    if (/pixel limit/i.test(messageOf(error)))
      throw new ToolError('too_large', `the picture has more than ${MAX_PIXELS / 1_000_000} million pixels`);
    throw new ToolError('invalid_args', `the picture can't be decoded: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
  throw new ToolError('too_large', 'the picture is too large even when scaled down');
}
