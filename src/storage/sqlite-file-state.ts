import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { messageOf } from '../common/openclaw-error';

/** How each SQLite database begins (https://www.sqlite.org/fileformat.html#the_database_header). */
const MAGIC = 'SQLite format 3\0';

/** Tells one file from another that came into its place; undefined where the system does not number them. */
export const fileNumber = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.ino || undefined;

/**
 * What has become of a database that is open, by its first bytes. What SQLite keeps in memory goes on answering for a while.
 * @param opened number of the file that was opened
 * @returns what is wrong; undefined where nothing is to be seen
 */
export function fileFault(path: string, opened: number | undefined): string | undefined {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const { ino } = fstatSync(handle);
    if (opened !== undefined && ino !== opened) return `${path} was replaced by another file while it was in use`;
    const start = Buffer.alloc(MAGIC.length);
    const length = readSync(handle, start, 0, start.length, 0);
    return length === start.length && start.toString('latin1') === MAGIC
      ? undefined
      : `${path} is damaged: it does not begin as a database does`;
  } catch (error) {
    return `${path} can't be read any more: ${messageOf(error)}`;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
