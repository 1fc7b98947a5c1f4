import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HookFile, hashOf, writeHookFiles } from './hook-files';

/**
 * Folders with exactly the files that were hashed, out of reach of whoever can write where they were read: between the
 * look at a file and its use nothing can be exchanged.
 */
export class FileCopies {
  private readonly made = new Map<string, string>();

  constructor(private readonly root: string) {}

  of(files: readonly HookFile[]): string {
    const sha256 = hashOf(files);
    const known = this.made.get(sha256);
    if (known !== undefined) return known;
    const copy = join(this.root, sha256);
    // What an earlier run of the gateway left is not looked at.
    rmSync(this.made.size === 0 ? this.root : copy, { recursive: true, force: true });
    writeHookFiles(files, copy);
    this.made.set(sha256, copy);
    return copy;
  }
}
