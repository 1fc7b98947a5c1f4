/** MIME type of a picture that can be decoded here, by its first bytes; undefined for anything else. */
export function sniffImage(content: Buffer): string | undefined {
  if (content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  const head = content.subarray(0, 6).toString('latin1');
  if (head === 'GIF87a' || head === 'GIF89a') return 'image/gif';
  if (head.startsWith('RIFF') && content.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
  if (/^(II[*+]\0|MM\0[*+])/.test(head)) return 'image/tiff';
  if (/^ftypavi[fs]$/.test(content.subarray(4, 12).toString('latin1'))) return 'image/avif';
  return undefined;
}
