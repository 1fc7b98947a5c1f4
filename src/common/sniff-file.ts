import { sniffImage } from './sniff-image';
import { legibleText } from './text/legible-text';

export type FileKind = 'image' | 'audio' | 'pdf' | 'office' | 'archive' | 'html' | 'text' | 'unknown';

export interface SniffedFile {
  kind: FileKind;
  mimeType: string;
}

const TAR_MAGIC_AT = 257;
/** The container of Office before 2007, and of Office files with a password. */
const OLD_OFFICE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
/** Pictures that nothing here decodes. */
const CLOSED_PICTURES = [
  // What telephones of Apple take.
  { magic: /^[^]{4}ftyp(hei[cxms]|hev[cxms]|mif1|msf1)/, mimeType: 'image/heic' },
  { magic: /^BM[^]{4}\0{4}/, mimeType: 'image/bmp' },
  { magic: /^\0\0\x01\0[^\0]\0/, mimeType: 'image/vnd.microsoft.icon' },
  { magic: /^(\xff\x0a|\0\0\0\x0cJXL )/, mimeType: 'image/jxl' },
];
/** Archives that nothing here opens. */
const PACKED = [
  { magic: 'BZh', mimeType: 'application/x-bzip2' },
  { magic: '\xfd7zXZ\0', mimeType: 'application/x-xz' },
  { magic: '7z\xbc\xaf\x27\x1c', mimeType: 'application/x-7z-compressed' },
  { magic: 'Rar!\x1a\x07', mimeType: 'application/vnd.rar' },
  { magic: '\x28\xb5\x2f\xfd', mimeType: 'application/zstd' },
];

/** What a file is, by its first bytes; what its sender says does not count. */
export function sniffFile(content: Buffer): SniffedFile {
  const image = sniffImage(content);
  if (image) return { kind: 'image', mimeType: image };
  const head = content.subarray(0, 16).toString('latin1');
  const closed = CLOSED_PICTURES.find(({ magic }) => magic.test(head));
  if (closed) return { kind: 'unknown', mimeType: closed.mimeType };
  if (head.startsWith('%PDF-')) return { kind: 'pdf', mimeType: 'application/pdf' };
  if (/^PK(\x03\x04|\x05\x06)/.test(head)) return { kind: 'office', mimeType: 'application/zip' };
  if (head.startsWith(OLD_OFFICE)) return { kind: 'office', mimeType: 'application/x-ole-storage' };
  if (/^\{\\rtf\d/.test(head)) return { kind: 'office', mimeType: 'application/rtf' };
  const packed = PACKED.find(({ magic }) => head.startsWith(magic));
  if (packed) return { kind: 'archive', mimeType: packed.mimeType };
  if (head.startsWith('\x1f\x8b')) return { kind: 'archive', mimeType: 'application/gzip' };
  if (content.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar')
    return { kind: 'archive', mimeType: 'application/x-tar' };
  const audio = audioType(content, head);
  if (audio) return { kind: 'audio', mimeType: audio };
  const decoded = legibleText(content);
  if (!decoded) return { kind: 'unknown', mimeType: 'application/octet-stream' };
  const start = decoded.text.trimStart().slice(0, 200).toLowerCase();
  if (/^(<!doctype html|<html|<head|<body)/.test(start)) return { kind: 'html', mimeType: 'text/html' };
  return { kind: 'text', mimeType: 'text/plain' };
}

function audioType(content: Buffer, head: string): string | undefined {
  if (head.startsWith('OggS')) return 'audio/ogg';
  if (head.startsWith('fLaC')) return 'audio/flac';
  if (head.startsWith('ID3')) return 'audio/mpeg';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE') return 'audio/wav';
  if (/^(M4A |mp42|isom|M4B )/.test(head.slice(8, 12)) && head.slice(4, 8) === 'ftyp') return 'audio/mp4';
  if (head.startsWith('\x1aE\xdf\xa3')) return 'audio/webm';
  // A frame of MPEG audio: eleven set bits, then a layer, a bit rate and a sampling rate that exist.
  const [first = 0, second = 0, third = 0] = content;
  const hasRates = third >> 4 !== 0 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3;
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 && hasRates ? 'audio/mpeg' : undefined;
}
