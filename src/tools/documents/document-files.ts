import { cutText } from '../../common/cut-text';
import { ToolError } from '../agent-tool';
import { fitImage } from '../files/fit-image';
import { WorkspaceFiles } from '../files/workspace-files';
import { sniffImage } from '../../common/sniff-image';

const MAX_NAME = 80;
const MAX_PICTURE_BYTES = 64 * 1024 * 1024;

/** Path of a new document in the workspace's `output/`. @throws ToolError invalid_args for a name with folders */
export function documentPath(filename: string | undefined, title: string, extension: string): string {
  const name = (filename ?? title).trim();
  if (filename !== undefined && /[/\\\0]/.test(filename))
    throw new ToolError('invalid_args', `filename "${filename}" must be a plain name; documents go to output/`);
  const base = name
    .replace(new RegExp(`\\.${extension}$`, 'i'), '')
    .replace(/[^\p{L}\p{N}._ -]+/gu, '-')
    .replace(/^[.\s-]+|[.\s-]+$/g, '');
  return `output/${cutText(base, MAX_NAME, { mark: '' }) || 'document'}.${extension}`;
}

export interface DocumentPicture {
  data: Buffer;
  mimeType: 'image/png' | 'image/jpeg';
  width: number;
  height: number;
}

/** The pictures of the workspace that a document shows. */
export class DocumentPictures {
  /** Paths of those that were put in. */
  readonly used: string[] = [];

  constructor(private readonly workspace: string) {}

  /** One of them, as PNG or JPEG. @throws ToolError naming the picture */
  async of(written: string): Promise<DocumentPicture> {
    if (/^[a-z]+:/i.test(written))
      throw new ToolError('invalid_args', `picture ${written}: only files of the workspace; fetch it first`);
    const path = decoded(written);
    const { content } = await new WorkspaceFiles([this.workspace]).readBytes(path, MAX_PICTURE_BYTES);
    if (!sniffImage(content))
      throw new ToolError('invalid_args', `picture ${written} is no jpg, png, gif, webp, avif or tiff`);
    this.used.push(path);
    const fitted = await fitImage(content);
    const { default: sharp } = await import('sharp');
    const isKept = fitted.mimeType === 'image/png' || fitted.mimeType === 'image/jpeg';
    const data = isKept ? fitted.data : await sharp(fitted.data).png().toBuffer();
    const { width = 1, height = 1 } = await sharp(data).metadata();
    return { data, mimeType: fitted.mimeType === 'image/jpeg' ? 'image/jpeg' : 'image/png', width, height };
  }
}

/** As addresses write paths; what can't be read as one stands for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
