import { readdirSync } from 'node:fs';
import { chmod, opendir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { innerParts, isWithin, realPlace } from '../../common/paths/path-place';

/** Bytes of a file that points to a git folder. */
const MAX_POINTER = 8192;

/** Something below a workspace that decides where git finds a repository. */
export interface GitPointer {
  path: string;
  kind: 'file' | 'link';
  /** Real place that it leads to; undefined where that can't be told. */
  target: string | undefined;
}

export interface GitFolders {
  /** Real paths of folders inside that git may take for a repository's, by the folder that holds the files. */
  folders: Set<string>;
  /** Folders in which a repository's hooks may be run. */
  tops: Map<string, Set<string>>;
  /** What leads out of the workspace. */
  leadingOut: GitPointer[];
  /** Links in git folders by path, with the folder that they are in. */
  links: Map<string, string>;
}

/**
 * Everything below a workspace that git takes for a repository: `.git` folders, folders that look like one (bare
 * repositories, submodules, worktrees), and what files and links lead to.
 * @param workspace real path
 */
export async function findGitFolders(workspace: string): Promise<GitFolders> {
  const found: GitFolders = { folders: new Set(), tops: new Map(), leadingOut: [], links: new Map() };
  const add = (folder: string, top: string): void => {
    found.folders.add(folder);
    found.tops.set(folder, (found.tops.get(folder) ?? new Set<string>()).add(top));
  };
  const follow = (pointer: GitPointer, top: string): void => {
    if (pointer.target !== undefined && isWithin(workspace, pointer.target)) add(pointer.target, top);
    else found.leadingOut.push(pointer);
  };
  const open: { path: string; owner: string | undefined }[] = [{ path: workspace, owner: undefined }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { path, owner } = next;
    const entries = await entriesOf(path);
    const isGit =
      (path !== workspace && isGitEntry(basename(path))) || looksLikeGitFolder(entries.map(({ name }) => name));
    if (isGit) add(path, dirname(path));
    const inside = owner ?? (isGit ? path : undefined);
    for (const { name, kind } of entries) {
      const each = join(path, name);
      if (kind === 'folder') open.push({ path: each, owner: inside });
      else if (kind === 'link' && inside !== undefined) found.links.set(each, inside);
      if (kind !== 'folder' && isGitEntry(name)) {
        const pointer = kind === 'link' ? linkAt(each) : pointerIn(each, 'gitdir: ', path);
        if (pointer) follow(pointer, path);
      }
      if (kind === 'file' && name === 'commondir' && inside !== undefined) {
        const pointer = pointerIn(each, '', path);
        if (pointer) follow(pointer, dirname(path));
      }
    }
  }
  return found;
}

interface Entry {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'other';
}

async function entriesOf(path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const isLast of [false, true]) {
    try {
      for await (const entry of await opendir(path)) {
        const kind = entry.isDirectory()
          ? 'folder'
          : entry.isSymbolicLink()
            ? 'link'
            : entry.isFile()
              ? 'file'
              : 'other';
        entries.push({ name: entry.name, kind });
      }
      return entries;
    } catch (error) {
      // A folder can be entered that can't be listed.
      if ((error as NodeJS.ErrnoException).code !== 'EACCES' || isLast) return [];
      await chmod(path, 0o700).catch(() => undefined);
    }
  }
  return entries;
}

/** File systems that fold case, leave characters out or know short names take more for `.git` than its four letters. */
export const isGitEntry = (name: string): boolean => {
  const plain = name
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()
    .replace(/[. ]+$/, '');
  return plain === '.git' || /^git~\d$/.test(plain);
};

/** What git asks of a folder; one that shares another's has a pointer to it instead. */
function looksLikeGitFolder(names: readonly string[]): boolean {
  const plain = new Set(names.map((name) => name.toLowerCase()));
  return plain.has('head') && ((plain.has('objects') && plain.has('refs')) || plain.has('commondir'));
}

/**
 * The git folder that a path is in or would make, by its names; undefined where it is none.
 * @param path real path inside the workspace, of an entry that need not exist
 */
export function gitFolderOf(workspace: string, path: string): string | undefined {
  let folder = workspace;
  for (const part of innerParts(workspace, path) ?? []) {
    if (isGitEntry(part) || looksLikeGitFolder([...namesIn(folder), part])) return folder;
    folder = join(folder, part);
  }
  return undefined;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function pointerIn(path: string, prefix: string, folder: string): GitPointer | undefined {
  const text = readBoundedFile(path, MAX_POINTER)?.toString('utf8');
  if (!text?.startsWith(prefix)) return undefined;
  const written = text.slice(prefix.length).replace(/[\r\n]+$/, '');
  return { path, kind: 'file', target: placeOf(resolve(folder, written)) };
}

const linkAt = (path: string): GitPointer => ({ path, kind: 'link', target: placeOf(path) });

export function placeOf(path: string): string | undefined {
  try {
    return realPlace(path);
  } catch {
    return undefined;
  }
}
