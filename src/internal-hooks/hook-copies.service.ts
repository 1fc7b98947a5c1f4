import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Injectable } from '@nestjs/common';
import { commandLine } from '../common/cli/own-commands';
import { OpenclawError } from '../common/openclaw-error';
import { ConfigService } from '../config/config.service';
import { hashOf, readHookFiles, writeHookFiles } from './hook-files';
import { agreedHash, type HookState } from './list-hooks';

export interface HookCopy {
  folder: string;
  handler: string;
}

/**
 * Hooks run from copies of the files that their owner agreed to, out of reach of whoever can write into their folders:
 * between the look at a file and its use nothing can be exchanged.
 */
@Injectable()
export class HookCopies {
  private readonly made = new Map<string, string>();

  constructor(private readonly config: ConfigService) {}

  /** @throws OpenclawError HOOK_CHANGED where its files are others now, HOOK_FILES */
  of({ name, folder, handler = '' }: HookState): HookCopy {
    const files = readHookFiles(folder);
    const sha256 = hashOf(files);
    if (sha256 !== agreedHash(this.config.config, name))
      throw new OpenclawError(
        'HOOK_CHANGED',
        `its files have changed; look at them, then agree again with: ${commandLine(`hooks enable ${name}`)}`,
      );
    const copy = this.made.get(sha256) ?? this.make(sha256, files);
    return { folder: copy, handler: join(copy, relative(folder, handler)) };
  }

  private make(sha256: string, files: ReturnType<typeof readHookFiles>): string {
    const all = join(this.config.stateDir, 'cache', 'hooks');
    const copy = join(all, sha256);
    // What an earlier run of the gateway left is not looked at.
    rmSync(this.made.size === 0 ? all : copy, { recursive: true, force: true });
    writeHookFiles(files, copy);
    this.made.set(sha256, copy);
    return copy;
  }
}
