import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';
import { OpenclawError } from '../openclaw-error';

/**
 * Where paths are, decided here and nowhere else: what is inside what, and what a path really leads to. Two paths are
 * compared by their parts, never by their letters; `/home/annette` is not inside `/home/ann`.
 */

/** As Linux. A chain of links that is longer turns in a circle. */
const MAX_LINKS = 40;
/** File systems of these machines take `Notes` and `notes` for one name. */
const FOLDS_CASE = process.platform === 'darwin' || process.platform === 'win32';

/** How a path is compared: absolute, without `.`, `..` and doubled separators, one spelling of each name. */
function comparable(path: string): string {
  const plain = resolve(path);
  return FOLDS_CASE ? plain.normalize('NFC').toLowerCase() : plain;
}

/** The way from a folder to something inside, '' for the folder itself; undefined when it is not inside. By name only. */
export function innerPath(folder: string, path: string): string | undefined {
  if (comparable(folder) === comparable(path)) return '';
  const inner = relative(comparable(folder), comparable(path));
  if (inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner)) return undefined;
  return FOLDS_CASE ? resolve(path).slice(-inner.length) : inner;
}

/** Whether a path is a folder or something inside it, by name only: for paths that are real already, or that need not exist. */
export const isWithin = (folder: string, path: string): boolean => innerPath(folder, path) !== undefined;

/** The same without the folder itself. */
export const isBelow = (folder: string, path: string): boolean => (innerPath(folder, path) ?? '') !== '';

/** Whether one of two paths is inside the other, or both are the same. */
export const overlap = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a);

/** Names on the way from a folder to something inside; undefined when it is not inside. */
export function innerParts(folder: string, path: string): string[] | undefined {
  return innerPath(folder, path)
    ?.split(sep)
    .filter((part) => part !== '');
}

/** Whether an entry of an archive, a manifest or the like stays in the folder that it is put into. */
export function staysInside(folder: string, entry: string): boolean {
  if (entry.includes('\0') || isAbsolute(entry) || entry.startsWith('~')) return false;
  // Archives of other systems: a backslash separates there, and a letter with a colon is a disk.
  const parts = entry.split(/[\\/]/);
  return !parts.includes('..') && !/^[A-Za-z]:$/.test(parts[0] ?? '') && isWithin(folder, resolve(folder, entry));
}

/**
 * Where a path really leads: every link on the way is followed, also one whose target does not exist (yet). What does
 * not exist keeps its name below the real place of what does.
 * @throws OpenclawError PATH_UNCLEAR for a circle of links; errors of the system, such as EACCES
 */
export function realPlace(path: string): string {
  let left = MAX_LINKS;
  const follow = (wanted: string): string => {
    try {
      return realpathSync.native(wanted);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw code === 'ELOOP' ? circle(path) : error;
    }
    const parent = dirname(wanted);
    if (parent === wanted) return wanted;
    const place = join(follow(parent), basename(wanted));
    const target = linkAt(place);
    if (target === undefined) return place;
    if (left-- === 0) throw circle(path);
    return follow(resolve(dirname(place), target));
  };
  return follow(resolve(path));
}

const circle = (path: string): OpenclawError =>
  new OpenclawError('PATH_UNCLEAR', `${path} leads through links that turn in a circle`);

/** Whether something is really inside a folder, whatever links are on either way. False where that can't be told. */
export function isReallyWithin(folder: string, path: string): boolean {
  try {
    return isWithin(realPlace(folder), realPlace(path));
  } catch {
    return false;
  }
}

/** The top of a file system: `/`, or `C:\`. */
export const isFileSystemRoot = (path: string): boolean => parse(resolve(path)).root === resolve(path);

function linkAt(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
}
