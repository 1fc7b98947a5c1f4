import type { ImagePart } from '../../../common/content-parts';
import { messageOf } from '../../../common/openclaw-error';
import { DocumentError } from './document-error';

const MAX_PAGES = 1000;
/** So the text of a scan begins. */
export const SCANNED = '[this PDF is scanned';
/** A page of a scan may be cut into strips; smaller pictures on it are marks. */
const MOST_STRIPS = 4;
const LEAST_STRIP = 0.2;
const MAX_PIXELS = 100_000_000;
/** Longest side of a page as it is shown, in pixels. */
const SIDE = 2000;
const QUALITY = 80;

type Pdf = Awaited<ReturnType<typeof import('unpdf').getDocumentProxy>>;

/** @returns text page by page, and the pages that have none. @throws DocumentError */
export async function pdfText(
  content: Buffer,
  signal: AbortSignal,
  maxChars: number,
): Promise<{ text: string; scanned: number[] }> {
  return withPdf(content, async (pdf) => {
    const pages: string[] = [];
    const scanned: number[] = [];
    const read = Math.min(pdf.numPages, MAX_PAGES);
    let chars = 0;
    for (let number = 1; number <= read && chars <= maxChars; number++) {
      signal.throwIfAborted();
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
      page.cleanup();
      chars += text.length;
      if (text.trim() === '') scanned.push(number);
      const shown = text.trim() === '' ? '[this page has no text: it is a picture or empty]' : text;
      pages.push(pdf.numPages > 1 ? `[page ${number}]\n${shown}` : shown);
    }
    const head =
      scanned.length === pages.length
        ? `${SCANNED}, none of its ${pdf.numPages} pages has text]

`
        : '';
    const rest = pdf.numPages > read ? `\n\n[the ${pdf.numPages - read} pages behind are left out]` : '';
    return { text: head + pages.join('\n\n') + rest, scanned };
  });
}

/**
 * What pages of a scan show.
 * @param pages counted from 1
 * @returns pictures with their pages; pages that are drawn, or empty, have none
 */
export async function pdfPictures(
  content: Buffer,
  pages: readonly number[],
  signal: AbortSignal,
): Promise<{ page: number; image: Omit<ImagePart, 'origin'> }[]> {
  if (pages.length === 0) return [];
  const { extractImages } = await import('unpdf');
  const { default: sharp } = await import('sharp');
  return withPdf(content, async (pdf) => {
    const shown: { page: number; image: Omit<ImagePart, 'origin'> }[] = [];
    for (const page of pages) {
      signal.throwIfAborted();
      const images = (await extractImages(pdf, page)).filter(({ width, height }) => width * height <= MAX_PIXELS);
      const largest = Math.max(0, ...images.map(({ width, height }) => width * height));
      const strips = images
        .filter(({ width, height }) => width * height >= largest * LEAST_STRIP)
        .slice(0, MOST_STRIPS);
      for (const { data, width, height, channels } of strips) {
        const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: MAX_PIXELS })
          .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
          .flatten({ background: '#ffffff' });
        const jpeg = await image.jpeg({ quality: QUALITY }).toBuffer();
        shown.push({ page, image: { type: 'image', mimeType: 'image/jpeg', data: jpeg.toString('base64') } });
      }
    }
    return shown;
  });
}

async function withPdf<T>(content: Buffer, work: (pdf: Pdf) => Promise<T>): Promise<T> {
  const { getDocumentProxy } = await import('unpdf');
  let pdf: Pdf;
  try {
    pdf = await getDocumentProxy(new Uint8Array(content), { verbosity: 0 });
  } catch (error) {
    if ((error as Error).name === 'PasswordException')
      throw new DocumentError('it wants a password; a copy without one can be read');
    throw new DocumentError(`the file is broken: ${messageOf(error)}`);
  }
  try {
    return await work(pdf);
  } finally {
    await pdf.cleanup();
    await pdf.destroy();
  }
}
