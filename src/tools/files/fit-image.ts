import { messageOf } from '../../common/openclaw-error';
import { ToolError } from '../agent-tool';

/** Limits of images in tool results. */
export const MAX_IMAGE_SIDE = 2000;
export const MAX_IMAGE_BYTES = 5 * 1024 * 1024;
/** Pictures with more pixels are not decoded: a small file can hold a huge one. */
const MAX_PIXELS = 100_000_000;

/**
 * A picture as it may go to a model: at most 2000 pixels a side and 5 MB, made smaller where it is larger.
 * @throws ToolError invalid_args when it can't be decoded, too_large when it has too many pixels
 */
export async function fitImage(
  content: Buffer,
  mimeType: string,
): Promise<{ data: Buffer; mimeType: string; note?: string }> {
  const { default: sharp } = await import('sharp');
  try {
    const image = sharp(content, { limitInputPixels: MAX_PIXELS, animated: false });
    const { width = 0, height = 0 } = await image.metadata();
    if (width <= MAX_IMAGE_SIDE && height <= MAX_IMAGE_SIDE && content.length <= MAX_IMAGE_BYTES)
      return { data: content, mimeType };
    const smaller = image.rotate().resize(MAX_IMAGE_SIDE, MAX_IMAGE_SIDE, { fit: 'inside', withoutEnlargement: true });
    const note = `scaled down from ${width} x ${height}`;
    const png = mimeType === 'image/png' ? await smaller.clone().png().toBuffer() : undefined;
    if (png && png.length <= MAX_IMAGE_BYTES) return { data: png, mimeType: 'image/png', note };
    for (const quality of [85, 60, 35]) {
      const data = await smaller.clone().flatten({ background: '#ffffff' }).jpeg({ quality }).toBuffer();
      if (data.length <= MAX_IMAGE_BYTES) return { data, mimeType: 'image/jpeg', note };
    }
  } catch (error) {
    if (/pixel limit/i.test(messageOf(error)))
      throw new ToolError('too_large', `the picture has more than ${MAX_PIXELS / 1_000_000} million pixels`);
    throw new ToolError('invalid_args', `the picture can't be decoded: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
  throw new ToolError('too_large', 'the picture is too large even when scaled down');
}
