import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { readBoundedHandle } from '../common/bounded-file';
import { decodeText } from '../common/text/decode-text';
import { innerPath } from '../common/paths/path-place';
import { WorkspaceFiles } from '../tools/files/workspace-files';

const MAX_FILE_BYTES = 2 * 1024 * 1024;
const ROOT_FILES = ['MEMORY.md', 'memory.md'];

export interface MemoryFile {
  /** Relative to the workspace. */
  path: string;
  /** Real absolute path. */
  real: string;
  text: string;
}

/** MEMORY.md and the Markdown files below `memory/` and the configured further paths, relative to the workspace. */
export async function memoryPaths(workspace: string, extraPaths: readonly string[] = []): Promise<string[]> {
  const names = new Set<string | undefined>(await existing(workspace, ROOT_FILES));
  for (const folder of ['memory', ...extraPaths]) {
    const root = isAbsolute(folder) ? folder : join(workspace, folder);
    if (/\.md$/i.test(folder)) names.add(innerPath(workspace, root));
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isFile() && /\.md$/i.test(entry.name))
        names.add(innerPath(workspace, join(entry.parentPath, entry.name)));
  }
  return [...names].filter((name) => name !== undefined);
}

/** Of several names, those that stand in the folder; on file systems that do not tell case apart, each once. */
async function existing(folder: string, names: readonly string[]): Promise<string[]> {
  const present = new Set(await readdir(folder).catch(() => []));
  return names.filter((name) => present.has(name));
}

/** Whether a path names a memory file. */
export const isMemoryPath = (path: string): boolean =>
  /^(\.\/)?(MEMORY\.md|memory\.md|memory\/[^\0]+)$/.test(path) && !path.split('/').includes('..');

/** One memory file. @throws ToolError */
export async function readMemoryFile(workspace: string, path: string): Promise<MemoryFile> {
  const { file, path: real } = await new WorkspaceFiles([workspace]).openForRead(path);
  try {
    const content = await readBoundedHandle(file, MAX_FILE_BYTES);
    return { path, real, text: (content && decodeText(content)?.text) ?? '' };
  } finally {
    await file.close();
  }
}
