import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, processStartTime } from '../common/process-identity';
import { pluginsFolder } from './catalog/plugin-catalog';
import { readManifest } from './catalog/plugin-manifest';

/** `.staged-<pid>-<start time>-…`: what is put together, what is replaced, and what is removed. */
const STAGE = /^\.[a-z]+-(\d+)-(\d+)-/;
const PURPOSES = ['staged', 'replaced', 'removed'] as const;
/** Name of a plugin's folder in a stage. */
export const PLUGIN = 'plugin';

/** A new folder beside the plugins, which is this process's as long as it lives. */
export function makeStage(folder: string, purpose: (typeof PURPOSES)[number]): Promise<string> {
  return mkdtemp(join(folder, `.${purpose}-${process.pid}-${processStartTime(process.pid) ?? 0}-`));
}

/** Folders of installations whose process was killed, by their names. */
export async function leftStages(stateDir: string): Promise<string[]> {
  const names = await readdir(pluginsFolder(stateDir)).catch(() => []);
  return names.filter((name) => {
    if (!PURPOSES.some((purpose) => name.startsWith(`.${purpose}-`))) return false;
    const [, pid, startTime] = STAGE.exec(name) ?? [];
    if (pid === undefined) return true;
    return !isAlive({ pid: Number(pid), ...(startTime === '0' ? {} : { startTime: Number(startTime) }) });
  });
}

/**
 * Removes what killed installations have left. A plugin that was set aside for a new one that never came goes back to its place.
 * @returns what was done with each
 */
export async function clearStages(stateDir: string): Promise<string[]> {
  const done: string[] = [];
  for (const name of await leftStages(stateDir)) {
    const path = join(pluginsFolder(stateDir), name);
    const id = name.startsWith('.replaced-') ? idOf(join(path, PLUGIN)) : undefined;
    const place = id === undefined ? undefined : join(pluginsFolder(stateDir), id);
    if (id !== undefined && place !== undefined && !existsSync(place)) {
      await rename(join(path, PLUGIN), place);
      done.push(`plugin ${id} is back: its update was cut off`);
    } else done.push(`removed ${name}, which an installation that was cut off has left`);
    await rm(path, { recursive: true, force: true });
  }
  return done;
}

/** Undefined where it is no plugin, or only half of one. */
function idOf(folder: string): string | undefined {
  try {
    return readManifest(folder).id;
  } catch {
    return undefined;
  }
}
