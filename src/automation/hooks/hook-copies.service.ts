import { join, relative } from 'node:path';
import { Injectable } from '@nestjs/common';
import { commandLine } from '../../common/cli/own-commands';
import { OpenclawError } from '../../common/openclaw-error';
import { ConfigService } from '../../config/config.service';
import { FileCopies } from './handlers/file-copies';
import { hashOf, readHookFiles } from './handlers/hook-files';
import { agreedHash, type HookState } from './list-hooks';

export interface HookCopy {
  folder: string;
  handler: string;
}

/** Hooks run from copies of the files that their owner agreed to. */
@Injectable()
export class HookCopies {
  private copies: FileCopies | undefined;

  constructor(private readonly config: ConfigService) {}

  /** @throws OpenclawError HOOK_CHANGED where its files are others now, HOOK_FILES */
  of({ name, folder, handler = '' }: HookState): HookCopy {
    const files = readHookFiles(folder);
    if (hashOf(files) !== agreedHash(this.config.config, name))
      throw new OpenclawError(
        'HOOK_CHANGED',
        `its files have changed; look at them, then agree again with: ${commandLine(`hooks enable ${name}`)}`,
      );
    this.copies ??= new FileCopies(join(this.config.stateDir, 'cache', 'hooks'));
    const copy = this.copies.of(files);
    return { folder: copy, handler: join(copy, relative(folder, handler)) };
  }
}
