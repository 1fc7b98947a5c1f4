import { constants } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine } from '../common/cli/own-commands';
import { OpenclawError } from '../common/openclaw-error';
import { PRIVATE_FOLDER } from '../common/private-files';
import { pluginHash } from './catalog/plugin-catalog';

/**
 * Plugins run from copies of the files that were enabled, out of reach of whoever can write where they lie: a program
 * that is started hours after the look at its files is still the one that was looked at, with all that it loads.
 */
export class PluginCopies {
  private readonly made = new Map<string, Promise<string>>();
  private cleared: Promise<void> | undefined;

  constructor(private readonly root: string) {}

  /** @throws OpenclawError PLUGIN_CHANGED where the files are no longer those that were enabled, SKILL_BROKEN */
  of(id: string, folder: string, sha256: string): Promise<string> {
    const key = `${id}-${sha256}`;
    const known = this.made.get(key);
    if (known) return known;
    const making = this.make(id, folder, sha256, join(this.root, key));
    this.made.set(key, making);
    making.catch(() => this.made.delete(key));
    return making;
  }

  private async make(id: string, folder: string, sha256: string, copy: string): Promise<string> {
    // What an earlier run of the gateway left is not looked at.
    await (this.cleared ??= rm(this.root, { recursive: true, force: true }));
    await rm(copy, { recursive: true, force: true });
    await mkdir(this.root, { recursive: true, mode: PRIVATE_FOLDER });
    try {
      await cp(folder, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
      if (pluginHash(copy) === sha256) return copy;
      throw new OpenclawError(
        'PLUGIN_CHANGED',
        `its files are no longer those that were enabled; look at them, then ${commandLine(`plugins enable ${id}`)}`,
      );
    } catch (error) {
      await rm(copy, { recursive: true, force: true });
      throw error;
    }
  }
}
