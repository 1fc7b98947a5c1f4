import sharp from 'sharp';
import { sniffFile } from '../../common/sniff-file';
import { documentText } from '../documents/read/document-text';
import { fitImage } from './fit-image';

const picture = sharp({ create: { width: 40, height: 20, channels: 3, background: '#204060' } });

describe('pictures that models do not take as they are', () => {
  it.each([
    ['avif', 'image/avif', 'image/jpeg'],
    ['tiff', 'image/tiff', 'image/png'],
  ] as const)('%s is recognised and converted', async (format, mimeType, result) => {
    const content = await picture.clone().toFormat(format).toBuffer();
    expect(sniffFile(content)).toEqual({ kind: 'image', mimeType });
    const fitted = await fitImage(content);
    expect([fitted.mimeType, fitted.note]).toEqual([result, `converted from ${mimeType}`]);
    expect(await sharp(fitted.data).metadata()).toMatchObject({ width: 40, height: 20 });
  });

  it('of a scan with several pages it says that there are more', async () => {
    const page = await picture.clone().raw().toBuffer();
    const raw = { width: 40, height: 60, channels: 3, pageHeight: 20 } as const;
    const content = await sharp(Buffer.concat([page, page, page]), { raw })
      .tiff()
      .toBuffer();
    const { note } = await fitImage(content);
    expect(note).toBe('converted from image/tiff, the first of 3 pages');
  });

  it.each([
    ['image/heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['image/heic', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic'],
    ['image/bmp', 'BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0'],
    ['image/jxl', '\xff\x0a\xfa\x1f\x01\x91\x08\x06\x01\0'],
    ['image/vnd.microsoft.icon', '\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0'],
  ])('%s is called by its name, with what helps', async (mimeType, head) => {
    const content = Buffer.from(head.padEnd(64, '\x01'), 'latin1');
    expect(sniffFile(content)).toEqual({ kind: 'unknown', mimeType });
    await expect(documentText(content, new AbortController().signal)).rejects.toThrow(
      `a picture of type ${mimeType} can't be opened; a copy as jpg or png can`,
    );
  });

  it.each([['BMW and BMX'], ['II. What was said\n'], ['MM is a short word\n'], ['a ftypavif word']])(
    '%j stays a text',
    (text) => expect(sniffFile(Buffer.from(text)).kind).toBe('text'),
  );
});
