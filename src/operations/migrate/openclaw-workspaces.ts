import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { innerPath, isBelow } from '../../common/paths/path-place';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject } from '../../common/plain-object';
import type { LeftOut } from './openclaw-databases';

/** Files of an assistant, and the folder below our state directory that they go to; undefined for the default one. */
export interface OldWorkspace {
  root: string;
  to: string | undefined;
  files: string[];
}

const MAX_FILES = 5000;
const SKIPPED = /^(\.git|node_modules)$/;
const STATE_FOLDER = /^\.(openclaw|clawdbot|moltbot|moldbot)(-[\w-]+)?$/;

/**
 * Where the files of the assistants are. OpenClaw writes whole paths into its configuration, which name the place where
 * the folder was, also when it has been moved since.
 * @returns the configuration with what was named in the old folder in its place of today
 */
export function readWorkspaces(
  folder: string,
  config: Record<string, unknown>,
  stateDir: string,
): { config: Record<string, unknown>; workspaces: OldWorkspace[]; left: LeftOut[] } {
  const workspaces: OldWorkspace[] = [];
  const left: LeftOut[] = [];
  /** The entry without the path, or with the path of today. */
  const settled = (entry: unknown, isDefault: boolean): unknown => {
    if (!isPlainObject(entry) || typeof entry['workspace'] !== 'string') return entry;
    const { workspace: named, ...rest } = entry as { workspace: string };
    const root = placeIn(folder, named);
    if (root === undefined) {
      if (existsSync(named)) left.push({ what: `workspace ${named}`, reason: 'it is used where it is' });
      return entry;
    }
    const to = isDefault ? undefined : innerPath(folder, root);
    workspaces.push({ root, to, files: filesBelow(root, left) });
    return to === undefined ? rest : { ...rest, workspace: join(stateDir, to) };
  };
  const agents = isPlainObject(config['agents']) ? { ...config['agents'] } : undefined;
  if (agents) {
    agents['defaults'] = settled(agents['defaults'], true);
    if (Array.isArray(agents['list'])) agents['list'] = agents['list'].map((entry: unknown) => settled(entry, false));
    if (isPlainObject(agents['entries']))
      agents['entries'] = Object.fromEntries(
        Object.entries(agents['entries']).map(([id, entry]) => [id, settled(entry, false)]),
      );
    for (const [key, value] of Object.entries(agents))
      if (value === undefined || (isPlainObject(value) && Object.keys(value).length === 0))
        Reflect.deleteProperty(agents, key);
  }
  const usual = join(folder, 'workspace');
  const isNamed = isPlainObject(agents?.['defaults']) && typeof agents['defaults']['workspace'] === 'string';
  if (!isNamed && !workspaces.some(({ root }) => root === usual) && existsSync(usual))
    workspaces.push({ root: usual, to: undefined, files: filesBelow(usual, left) });
  return { config: agents ? { ...config, agents } : config, workspaces, left };
}

/** A folder inside the old one that a path names or has named before a move; undefined for one elsewhere. */
function placeIn(folder: string, named: string): string | undefined {
  if (isBelow(folder, named)) return existsSync(named) ? named : undefined;
  const now = join(folder, basename(named));
  return STATE_FOLDER.test(basename(dirname(named))) && existsSync(now) ? now : undefined;
}

/** Files to copy. Links are not followed: they may turn in a circle, or lead to what never was the assistant's. */
function filesBelow(root: string, left: LeftOut[]): string[] {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(join(root, folder), left)) {
      const path = folder === '' ? entry.name : join(folder, entry.name);
      if (SKIPPED.test(entry.name)) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (!entry.isFile()) left.push({ what: `file ${join(root, path)}`, reason: 'it is a link, or no file' });
      else if (found.length < MAX_FILES) found.push(path);
      else {
        left.push({
          what: `files of ${root} behind the first ${MAX_FILES}`,
          reason: 'these are more than an assistant writes; copy what you need',
        });
        return found.sort();
      }
    }
  }
  return found.sort();
}

function entriesOf(folder: string, left: LeftOut[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  } catch (error) {
    left.push({ what: `folder ${folder}`, reason: messageOf(error) });
    return [];
  }
}
