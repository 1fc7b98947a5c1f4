import { createHash } from 'node:crypto';
import { type Dirent } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Most that the files of one guest's folder may have together, and how many there may be. */
export const GUEST_FOLDER_BYTES = 50 * 1024 * 1024;
export const GUEST_FOLDER_FILES = 1000;

const rootOf = (stateDir: string): string => join(stateDir, 'guests');

/** Folder of a conversation with people who are no owners: outside of every workspace, made when something needs it. */
export function guestFolder(stateDir: string, agentId: string, sessionKey: string): string {
  const name = createHash('sha256').update(sessionKey).digest('hex').slice(0, 32);
  return join(rootOf(stateDir), agentId, name);
}

export interface FolderSize {
  bytes: number;
  files: number;
  /** When something in it was changed last, in milliseconds since 1970. */
  changedAt: number;
}

/** What stands in a folder; links are counted, not followed. */
export async function folderSize(path: string): Promise<FolderSize> {
  const size: FolderSize = { bytes: 0, files: 0, changedAt: 0 };
  const look = async (folder: string): Promise<void> => {
    size.changedAt = Math.max(size.changedAt, (await lstat(folder)).mtimeMs);
    for (const entry of await entriesOf(folder)) {
      const at = join(folder, entry.name);
      size.files++;
      if (entry.isDirectory()) await look(at);
      else {
        const { size: bytes, mtimeMs } = await lstat(at);
        size.bytes += bytes;
        size.changedAt = Math.max(size.changedAt, mtimeMs);
      }
    }
  };
  await look(path).catch(ignoreMissing);
  return size;
}

/** Removes the folders in which nothing has changed since a moment. @returns how many went */
export async function removeQuietGuests(stateDir: string, before: number): Promise<number> {
  let removed = 0;
  const root = rootOf(stateDir);
  for (const agent of await entriesOf(root)) {
    for (const { name } of await entriesOf(join(root, agent.name))) {
      const folder = join(root, agent.name, name);
      if ((await folderSize(folder)).changedAt >= before) continue;
      await rm(folder, { recursive: true, force: true });
      removed++;
    }
  }
  return removed;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

/** Somebody else may remove files meanwhile. */
function ignoreMissing(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
