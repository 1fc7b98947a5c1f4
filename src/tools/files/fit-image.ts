import type { Sharp, SharpOptions } from 'sharp';
import { messageOf } from '../../common/openclaw-error';
import { sniffImage } from '../../common/sniff-image';
import { ToolError } from '../agent-tool';

/** Longest side of a picture as it is kept, in pixels. */
export const MAX_IMAGE_SIDE = 2000;
/** As base64, a third longer, it has to stay below 5 MB. */
export const MAX_IMAGE_BYTES = 3_900_000;
/** Pictures with more pixels are not decoded: a small file can hold a huge one. */
const MAX_PIXELS = 100_000_000;

export interface ImageLimits {
  /** Pixels of the longest side. */
  side: number;
  bytes: number;
  /** MIME types that are taken. */
  formats: readonly string[];
}

/** What every provider takes. */
const COMMON: ImageLimits = {
  side: MAX_IMAGE_SIDE,
  bytes: MAX_IMAGE_BYTES,
  formats: ['image/jpeg', 'image/png', 'image/webp'],
};
/** Shares of the size that are tried until the bytes fit, and the qualities of JPEG at each. */
const SHARES = [1, 0.6, 0.35];
const QUALITIES = [85, 60, 35];
/** Drawings and writing, which JPEG would blur. */
const LOSSLESS: ReadonlySet<string> = new Set(['image/png', 'image/gif', 'image/tiff']);

export interface FittedImage {
  data: Buffer;
  mimeType: string;
  /** What was done to it, in words that follow "the picture was"; absent: it is as it was. */
  note?: string;
}

/**
 * A picture as it may go to a model: within the limits and whole. What is larger is made smaller, what is in another format
 * is converted, of an animation the first picture is taken, and of a damaged one what can be read.
 * @throws ToolError invalid_args when it is no picture or can't be decoded, too_large when it has too many pixels
 */
export async function fitImage(content: Buffer, { side, bytes, formats }: ImageLimits = COMMON): Promise<FittedImage> {
  const mimeType = sniffImage(content);
  if (mimeType === undefined) throw new ToolError('invalid_args', 'it is no jpg, png, gif, webp, avif or tiff picture');
  const { default: sharp } = await import('sharp');
  const open = (options: SharpOptions = {}): Sharp =>
    sharp(content, { limitInputPixels: MAX_PIXELS, animated: false, failOn: 'error', ...options });
  try {
    const { width = 0, height = 0, pages = 1 } = await open().metadata();
    const isTaken = formats.includes(mimeType) && pages === 1;
    const isSmall = width <= side && height <= side && content.length <= bytes;
    const isWhole = await decodes(open());
    if (isTaken && isSmall && isWhole) return { data: content, mimeType };
    const note = !isSmall
      ? `scaled down from ${width} x ${height}`
      : isWhole
        ? `converted from ${mimeType}${mimeType === 'image/tiff' && pages > 1 ? `, the first of ${pages} pages` : ''}`
        : 'damaged and is shown in part';
    const image = isWhole ? open() : open({ failOn: 'none' });
    const keepsPng = LOSSLESS.has(mimeType) && formats.includes('image/png');
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

/** Whether all of a picture can be read: a provider refuses one that breaks off. */
async function decodes(image: Sharp): Promise<boolean> {
  try {
    await image.resize(8, 8, { fit: 'fill' }).raw().toBuffer();
    return true;
  } catch (error) {
    if (/pixel limit/i.test(messageOf(error))) throw error;
    return false;
  }
}
