import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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

/** MEMORY.md and the Markdown files below `memory/`. Links are left out. */
export async function memoryFiles(workspace: string): Promise<MemoryFile[]> {
  const names = [...ROOT_FILES];
  const entries = await readdir(join(workspace, 'memory'), { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries)
    if (entry.isFile() && /\.md$/i.test(entry.name))
      names.push(join(entry.parentPath, entry.name).slice(workspace.length + 1));
  const files: MemoryFile[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const file = await readMemoryFile(workspace, name).catch(() => undefined);
    if (!file || seen.has(file.real)) continue;
    seen.add(file.real);
    files.push(file);
  }
  return files;
}

/** Whether a path names a memory file. */
export const isMemoryPath = (path: string): boolean =>
  /^(\.\/)?(MEMORY\.md|memory\.md|memory\/[^\0]+)$/.test(path) && !path.split('/').includes('..');

/** One memory file. @throws ToolError */
export async function readMemoryFile(workspace: string, path: string): Promise<MemoryFile> {
  const { file, path: real } = await new WorkspaceFiles([workspace]).openForRead(path);
  try {
    const { size } = await file.stat();
    return { path, real, text: size > MAX_FILE_BYTES ? '' : await file.readFile('utf8') };
  } finally {
    await file.close();
  }
}
