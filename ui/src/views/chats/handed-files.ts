import type { LiveTool } from './chat-state';
import type { ImagePart } from './chat-types';

export interface HandedFile {
  /** In the folder that the conversation works in. */
  path: string;
  bytes: number;
}

const PICTURES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** Type of a picture that is shown, by its name. */
export const pictureTypeOf = (path: string): string | undefined =>
  PICTURES[/\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''];

/** Files that tools have made, each once, as they were last. */
export function handedFiles(tools: readonly LiveTool[]): HandedFile[] {
  const files = new Map<string, HandedFile>();
  for (const { name, phase, result } of tools) {
    // What was only looked at is not handed over.
    if (name === 'read') continue;
    const { path, bytes } = result?.details ?? {};
    if (phase === 'done' && typeof path === 'string' && typeof bytes === 'number') files.set(path, { path, bytes });
  }
  return [...files.values()];
}

/** Pictures that came out of tool calls. */
export const handedPictures = (tools: readonly LiveTool[]): ImagePart[] =>
  tools
    .flatMap(({ result }) => result?.content ?? [])
    .flatMap((part) => (part.type === 'image' && isShown(part.mimeType) ? [part] : []));

const isShown = (mimeType: string): boolean => Object.values(PICTURES).includes(mimeType);
