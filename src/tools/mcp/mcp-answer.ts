import { randomBytes } from 'node:crypto';
import type { ContentPart } from '../../common/content-parts';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import { safeFileName } from '../../common/safe-file-name';
import { sniffFile } from '../../common/sniff-file';

const MAX_FILE_BYTES = 20 * 1024 * 1024;
const MAX_NAME = 60;
const MAX_LINK = 2000;
/** Keeps a file for the assistant. @returns where, in the folder that the conversation works in */
export type KeepFile = (path: string, content: Buffer) => Promise<string>;

/**
 * What a tool or resource of an MCP server has answered, as content for the model: texts and pictures as they are, sounds
 * and other files in `output/`, links with what the server says of them.
 * @param parts `content` of a tool's result or `contents` of a resource (Model Context Protocol 2025-06-18)
 */
export async function contentOfAnswer(parts: unknown, keep: KeepFile): Promise<ContentPart[]> {
  const content: ContentPart[] = [];
  for (const part of Array.isArray(parts) ? (parts as unknown[]) : [])
    if (isPlainObject(part)) content.push(await contentOfPart(part, keep));
  return content;
}

async function contentOfPart(part: Record<string, unknown>, keep: KeepFile): Promise<ContentPart> {
  const { type, data, mimeType, resource } = part;
  if (type === 'text') return text(typeof part['text'] === 'string' ? part['text'] : '');
  if (type === 'resource_link') return text(linkWords(part));
  if (typeof data === 'string') return file(data, mimeType, undefined, keep);
  if (type === 'resource' && isPlainObject(resource)) return contentOfResource(resource, keep);
  if (type === undefined && typeof part['uri'] === 'string') return contentOfResource(part, keep);
  return text(`(${cutText(String(type), MAX_NAME)})`);
}

async function contentOfResource(resource: Record<string, unknown>, keep: KeepFile): Promise<ContentPart> {
  const { text: words, blob, uri, mimeType } = resource;
  const name = typeof uri === 'string' ? uri : undefined;
  if (typeof words === 'string') return text(words);
  return typeof blob === 'string' ? file(blob, mimeType, name, keep) : text(cutText(name ?? '', MAX_LINK));
}

/**
 * A picture is shown, everything else becomes a file under a name that no other file has.
 * @param base64 its bytes
 */
async function file(base64: string, said: unknown, uri: string | undefined, keep: KeepFile): Promise<ContentPart> {
  const content = Buffer.from(base64, 'base64');
  const { kind, mimeType } = sniffFile(content);
  if (kind === 'image') return { type: 'image', mimeType, data: base64, origin: 'tool' };
  const type = kind === 'unknown' && typeof said === 'string' ? cutText(said, MAX_NAME) : mimeType;
  const what = [...(uri === undefined ? [] : [cutText(uri, MAX_LINK)]), type, `${content.length} bytes`].join(', ');
  try {
    if (content.length > MAX_FILE_BYTES) throw new Error(`more than ${MAX_FILE_BYTES} bytes`);
    const name = safeFileName(uri?.split(/[?#]/)[0]?.split('/').at(-1) ?? '', type);
    return text(`[${what}: kept as ${await keep(`output/${randomBytes(4).toString('hex')}-${name}`, content)}]`);
  } catch (error) {
    return text(`[${what}: not kept: ${messageOf(error)}]`);
  }
}

function linkWords({ uri, name, title, description, mimeType, size }: Record<string, unknown>): string {
  const said = [mimeType, typeof size === 'number' ? `${size} bytes` : undefined].filter((each) => each !== undefined);
  const words = [
    typeof title === 'string' ? title : name,
    `<${String(uri)}>`,
    ...(said.length === 0 ? [] : [`(${said.join(', ')})`]),
  ].join(' ');
  return cutText(typeof description === 'string' ? `${words}: ${description}` : words, MAX_LINK);
}

const text = (words: string): ContentPart => ({ type: 'text', text: words, origin: 'tool' });
