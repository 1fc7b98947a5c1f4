import { cutText } from './cut-text';
import { plainName } from './plain-name';
import { withoutEdges } from './text/edges';

const STEM_BYTES = 120;
const ENDING = /\.[\p{L}\p{N}]{1,12}$/u;
/** What a name keeps; everything else becomes a dash: parts of paths, marks of shells, line breaks, signs that can't be typed. */
const UNUSUAL = /[^\p{L}\p{M}\p{N} ._()+,@=-]+/gu;

const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'text/html': '.html',
  'text/plain': '.txt',
  'audio/ogg': '.ogg',
  'audio/mpeg': '.mp3',
  'audio/wav': '.wav',
  'audio/flac': '.flac',
  'audio/mp4': '.m4a',
  'audio/webm': '.webm',
};

/**
 * A name that somebody has given to a file, as one that can stand in any folder and any command: no part of a path, not
 * hidden, no option, nothing that turns it around, of a length that every file system takes.
 * @param mimeType gives the ending where the name has none
 */
export function safeFileName(name: string, mimeType?: string): string {
  const plain = withoutEdges(
    plainName(name)
      .normalize('NFC')
      .replace(/[\u200c\u200d]/g, '')
      .replace(UNUSUAL, '-')
      .replace(/ +/g, ' '),
    '-. ',
  );
  const ending = ENDING.exec(plain)?.[0] ?? '';
  const stem = cutText(ending === '' ? plain : plain.slice(0, -ending.length), STEM_BYTES, { mark: '', unit: 'bytes' });
  const whole = stem.trim() === '' ? 'file' : stem.trim();
  return `${whole}${ending === '' ? (ENDINGS[mimeType ?? ''] ?? '') : ending}`;
}
