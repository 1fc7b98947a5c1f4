import { t } from '@lingui/core/macro';
import { byteSize } from '../../kit/amounts';
import type { PickedFile } from './kept-files';

/** What the gateway takes of one file, and what fits into one message. */
const MAX_BYTES = 5_000_000;
const MAX_ALL_BYTES = 15_000_000;
const MAX_FILES = 20;
/** A larger picture is made smaller instead of being turned down. */
const SIDE_PX = 2000;
const JPEG_QUALITY = 0.85;

export interface Taken {
  files: PickedFile[];
  /** Why others were not taken, in words. */
  refused: string[];
}

/** Files as a message takes them. */
export async function takeFiles(picked: readonly File[], already: readonly PickedFile[]): Promise<Taken> {
  const taken: Taken = { files: [], refused: [] };
  let bytes = already.reduce((sum, { content }) => sum + content.size, 0);
  for (const file of picked) {
    const name = file.name || t`picture`;
    const content = file.size > MAX_BYTES ? await smaller(file) : file;
    const why =
      content.size === 0
        ? t`“${name}” is empty.`
        : content.size > MAX_BYTES
          ? t`“${name}” has ${byteSize(content.size)}; at most ${byteSize(MAX_BYTES)} are taken.`
          : bytes + content.size > MAX_ALL_BYTES
            ? t`“${name}” does not fit any more: at most ${byteSize(MAX_ALL_BYTES)} go with one message.`
            : already.length + taken.files.length >= MAX_FILES
              ? t`“${name}” is one too many: at most ${MAX_FILES} files go with one message.`
              : undefined;
    if (why !== undefined) taken.refused.push(why);
    else {
      bytes += content.size;
      taken.files.push({ id: crypto.randomUUID(), name, type: content.type || 'application/octet-stream', content });
    }
  }
  return taken;
}

async function smaller(file: File): Promise<Blob> {
  if (!isPicture(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((resolve) => {
      canvas.toBlob((blob) => resolve(blob ?? file), 'image/jpeg', JPEG_QUALITY);
    });
  } catch {
    // Not one that this browser reads.
    return file;
  }
}

/** Kinds of pictures that are shown; what else calls itself one is a file. */
export const isPicture = (type: string): boolean => /^image\/(png|jpeg|gif|webp)$/.test(type);

export function dataAddressOf(content: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error(t`A file could not be read any more. Choose it again.`));
    reader.readAsDataURL(content);
  });
}

/** Files as `chat.send` takes them. */
export const attachmentsOf = (files: readonly PickedFile[]): Promise<Record<string, string>[]> =>
  Promise.all(
    files.map(async ({ name, type, content }) => ({
      fileName: name,
      mimeType: type,
      content: (await dataAddressOf(content)).replace(/^data:[^,]*,/, ''),
    })),
  );
