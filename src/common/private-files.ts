import { chmodSync, closeSync, mkdirSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/** As this process was started; what it starts for others runs with it. */
const AS_STARTED = process.umask();

/**
 * From now on whatever this process makes is its owner's alone, before the first byte is written: state, logs, the
 * database with its journals, exports.
 */
export function makePrivate(): void {
  process.umask(AS_STARTED | 0o077);
}

/** Starts a program with the rights for new files that this process was started with; its files are not ours. */
export function withOrdinaryRights<T>(start: () => T): T {
  const before = process.umask(AS_STARTED);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}

/** An empty file of one's own, for programs and libraries that write by name; one that is there is made private. */
export function preparePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  closeSync(openSync(path, 'a', PRIVATE_FILE));
  chmodSync(path, PRIVATE_FILE);
}

/** Writes a new file, in the place of one that was there; it is private before the first byte. */
export function writePrivateFile(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  rmSync(path, { force: true });
  writeFileSync(path, content, { mode: PRIVATE_FILE, flag: 'wx' });
}

/**
 * Copies a folder into one's own, links as they are written. A copy takes the rights of what is copied, whatever the
 * umask: it grows in a folder that is private already, and then loses what others might do with it.
 */
export async function copyPrivately(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: PRIVATE_FOLDER });
  await cp(realpathSync(from), to, { recursive: true, verbatimSymlinks: true });
  await makeTreePrivate(to);
}

/** Takes from everybody but its owner what is at and below a path; who may run a file of his own still may. */
export async function makeTreePrivate(path: string): Promise<void> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) return;
  if ((entry.mode & 0o077) !== 0) await chmod(path, entry.mode & 0o700);
  if (entry.isDirectory()) for (const name of await readdir(path)) await makeTreePrivate(join(path, name));
}
