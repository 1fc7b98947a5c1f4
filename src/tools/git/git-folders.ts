import { type Dirent, chmodSync, readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { TimeSlice } from '../../common/time-slice';
import { innerParts, isWithin, realPlace } from '../../common/paths/path-place';

/** Bytes of a file that points to a git folder, as git itself has it. */
const MAX_POINTER = 1024 * 1024;

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
  const search = new Search(workspace);
  await search.walk(workspace, undefined);
  for (let next = search.unseen(); next !== undefined; next = search.unseen()) await search.walk(next, next);
  return search.found;
}

class Search {
  readonly found: GitFolders = { folders: new Set(), tops: new Map(), leadingOut: [], links: new Map() };
  /** Git folders whose links are known. */
  private readonly seen = new Set<string>();
  private readonly slice = new TimeSlice();

  constructor(private readonly workspace: string) {}

  /** A folder that something leads to although it does not look like a repository's by itself. */
  unseen(): string | undefined {
    return [...this.found.folders].find((folder) => !this.seen.has(folder));
  }

  /** @param owner git folder that it is part of */
  async walk(start: string, owner: string | undefined): Promise<void> {
    const open = [{ path: start, owner }];
    for (let next = open.pop(); next; next = open.pop()) {
      if (this.slice.isOver) await this.slice.next();
      const { path } = next;
      const entries = await entriesOf(path, next.owner !== undefined, this.slice);
      const isGit =
        (path !== this.workspace && isGitEntry(basename(path))) || looksLikeGitFolder(entries.map(({ name }) => name));
      if (isGit) this.add(path, dirname(path));
      const inside = next.owner ?? (isGit ? path : undefined);
      if (inside !== undefined) this.seen.add(path);
      for (const { name, kind } of entries) {
        const each = join(path, name);
        if (kind === 'folder') open.push({ path: each, owner: inside });
        else this.look(each, kind, inside);
      }
    }
  }

  private look(path: string, kind: Entry['kind'], inside: string | undefined): void {
    const name = basename(path);
    if (kind === 'link' && inside !== undefined) this.found.links.set(path, inside);
    if (isGitEntry(name)) {
      const pointer = kind === 'link' ? linkAt(path) : pointerIn(path, 'gitdir: ');
      if (pointer) this.follow(pointer, dirname(path));
    }
    if (name === 'commondir' && kind !== 'link' && inside !== undefined) {
      const pointer = pointerIn(path, '');
      if (pointer) this.follow(pointer, dirname(dirname(path)));
    }
  }

  private add(folder: string, top: string): void {
    this.found.folders.add(folder);
    this.found.tops.set(folder, (this.found.tops.get(folder) ?? new Set<string>()).add(top));
  }

  private follow(pointer: GitPointer, top: string): void {
    if (pointer.target !== undefined && isWithin(this.workspace, pointer.target)) this.add(pointer.target, top);
    else this.found.leadingOut.push(pointer);
  }
}

interface Entry {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'other';
}

const kindOf = (entry: Dirent<string> | Dirent<Buffer>): Entry['kind'] =>
  entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : entry.isFile() ? 'file' : 'other';

/**
 * Names are bytes, and not all of them are text. One that is none could not be looked at: where it matters, it gets a
 * name that can be read.
 */
async function entriesOf(path: string, isInGit: boolean, slice: TimeSlice): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const entry of list(Buffer.from(path))) {
    const kind = kindOf(entry);
    const name = entry.name.toString('utf8');
    if (Buffer.from(name).equals(entry.name)) entries.push({ name, kind });
    else if (
      kind === 'link' ? isInGit : kind === 'folder' && (await matters(inside(path, entry.name), isInGit, slice))
    ) {
      const readable = `${entry.name.toString('latin1').replaceAll(/[^\w.-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
      await rename(inside(path, entry.name), join(path, readable)).catch(() => undefined);
      entries.push({ name: readable, kind });
    }
  }
  return entries;
}

const inside = (folder: string | Buffer, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]);

/** Whether anything below a folder could be a repository, or in one a link. */
async function matters(folder: Buffer, isInGit: boolean, slice: TimeSlice): Promise<boolean> {
  if (slice.isOver) await slice.next();
  const entries = list(folder);
  const names = entries.map(({ name }) => name.toString('latin1'));
  if (names.some(isGitEntry) || looksLikeGitFolder(names)) return true;
  for (const entry of entries) {
    if (entry.isSymbolicLink() && isInGit) return true;
    if (entry.isDirectory() && (await matters(inside(folder, entry.name), isInGit, slice))) return true;
  }
  return false;
}

/** Asked of the file system directly: through the thread pool it costs several times as much. */
function list(path: Buffer): Dirent<Buffer>[] {
  for (const isLast of [false, true]) {
    try {
      return readdirSync(path, { encoding: 'buffer', withFileTypes: true });
    } catch (error) {
      // A folder can be entered that can't be listed.
      if ((error as NodeJS.ErrnoException).code !== 'EACCES' || isLast) break;
      letIn(path);
    }
  }
  return [];
}

function letIn(folder: Buffer): void {
  try {
    chmodSync(folder, 0o700);
  } catch {
    // It belongs to somebody else: nothing in it can be read.
  }
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
export function looksLikeGitFolder(names: readonly string[]): boolean {
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

/** A file that git reads as a path; one that is too large, or no text, leads nobody knows where. */
function pointerIn(path: string, prefix: string): GitPointer | undefined {
  const content = readBoundedFile(path, MAX_POINTER);
  const text = content?.toString('utf8') ?? '';
  if (content && !text.startsWith(prefix)) return undefined;
  const isText = content !== undefined && Buffer.from(text).equals(content);
  const written = text.slice(prefix.length).replace(/[\r\n]+$/, '');
  return { path, kind: 'file', target: isText ? placeOf(resolve(dirname(path), written)) : undefined };
}

const linkAt = (path: string): GitPointer => ({ path, kind: 'link', target: placeOf(path) });

export function placeOf(path: string): string | undefined {
  try {
    return realPlace(path);
  } catch {
    return undefined;
  }
}
