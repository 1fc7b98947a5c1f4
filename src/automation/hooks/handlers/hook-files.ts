import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readBoundedFile } from '../../../common/bounded-file';
import { OpenclawError } from '../../../common/openclaw-error';

const MAX_FILES = 5000;
const MAX_BYTES = 32 * 1024 * 1024;

export interface HookFile {
  /** Relative to the folder, `/` between parts. */
  path: string;
  content: Buffer;
}

/**
 * All files of a hook's folder as they are now, sorted. Links are not followed, and are no part of it: what they lead to
 * changes without the folder.
 * @throws OpenclawError HOOK_FILES where there is too much, or something that is not a file
 */
export function readHookFiles(folder: string): HookFile[] {
  const files: HookFile[] = [];
  let left = MAX_BYTES;
  const walk = (inner: string): void => {
    for (const entry of readdirSync(join(folder, inner), { withFileTypes: true })) {
      const path = inner === '' ? entry.name : `${inner}/${entry.name}`;
      if (entry.isSymbolicLink()) continue;
      if (entry.isDirectory()) {
        walk(path);
        continue;
      }
      const content = readBoundedFile(join(folder, path), left);
      if (!content || files.length === MAX_FILES)
        throw new OpenclawError(
          'HOOK_FILES',
          `${join(folder, path)} can't be read, or is more than the ${MAX_FILES} files and ${MAX_BYTES / 1024 / 1024} MiB that a hook may have`,
        );
      left -= content.length;
      files.push({ path, content });
    }
  };
  walk('');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** SHA-256 over names and contents, in hex: another byte or name is another hash. */
export function hashOf(files: readonly HookFile[]): string {
  const whole = createHash('sha256');
  for (const { path, content } of files)
    whole.update(`${JSON.stringify(path)}:${createHash('sha256').update(content).digest('hex')}\n`);
  return whole.digest('hex');
}

export const hookHash = (folder: string): string => hashOf(readHookFiles(folder));

/** Writes what was read to a folder of its own. */
export function writeHookFiles(files: readonly HookFile[], folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { path, content } of files) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    writeFileSync(to, content, { mode: 0o600 });
  }
}
