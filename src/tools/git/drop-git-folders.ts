import { readdir, rm } from 'node:fs/promises';
import { isGitEntry, looksLikeGitFolder } from './git-folders';

/**
 * Takes out of a folder whatever would make git see a repository below it: what was fetched brings neither settings nor
 * hooks that git would obey for whoever works there. Entries named `.git` go as a whole; of folders that look like a
 * repository without that name only HEAD goes, without which they are folders like any other. Links are not followed.
 */
export async function dropGitFolders(folder: string | Buffer): Promise<void> {
  const path = Buffer.from(folder);
  const entries = await readdir(path, { encoding: 'buffer', withFileTypes: true });
  const isRepository = looksLikeGitFolder(entries.map(({ name }) => name.toString('latin1')));
  for (const entry of entries) {
    const name = entry.name.toString('utf8');
    const each = Buffer.concat([path, Buffer.from('/'), entry.name]);
    if (isGitEntry(name) || (isRepository && name.toLowerCase() === 'head'))
      await rm(each, { recursive: true, force: true });
    else if (entry.isDirectory()) await dropGitFolders(each);
  }
}
