import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

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
