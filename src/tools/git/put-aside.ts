import { randomBytes } from 'node:crypto';
import { lstatSync, readlinkSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cutText } from '../../common/cut-text';
import { readBoundedFile } from '../../common/bounded-file';
import { innerPath } from '../../common/paths/path-place';
import { WorkspaceFiles } from '../files/workspace-files';
import { parseGitConfig, withoutEntries } from './config-text';
import type { GitFact } from './git-facts';

/** Larger ones are not kept. */
const MAX_KEPT = 16 * 1024 * 1024;
const LONGEST_NAME = 180;

/** Where what was taken out of workspaces lies. */
export const asideFolder = (stateDir: string): string => join(stateDir, 'put-aside');

/**
 * Takes facts out of a workspace: settings and lines out of their files, everything else as a whole. What was there is
 * kept first.
 * @returns the folder where it is kept
 */
export async function putAside(workspace: string, facts: readonly GitFact[], stateDir: string): Promise<string> {
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const aside = join(asideFolder(stateDir), `${stamp}-${randomBytes(3).toString('hex')}`);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  const files = new WorkspaceFiles([workspace]);
  for (const [at, path] of [...new Set(facts.map((each) => each.path))].entries()) {
    const here = facts.filter((each) => each.path === path);
    // One flat name each: copies make no git folder wherever they lie.
    const name = cutText(encodeURIComponent(innerPath(workspace, path) ?? path), LONGEST_NAME, {
      keep: 'end',
      mark: '',
    });
    const content = await keep(path, join(aside, `${at + 1}-${name}`));
    const rest = content && remainder(content, here);
    if (rest) await files.write(path, rest);
    else await files.removeEntry(path);
  }
  return aside;
}

async function keep(path: string, copy: string): Promise<Buffer | undefined> {
  const info = lstatSync(path, { throwIfNoEntry: false });
  const content = info?.isFile() ? readBoundedFile(path, MAX_KEPT) : undefined;
  const kept = content ?? (info?.isSymbolicLink() ? `a link to ${readlinkSync(path)}\n` : 'no file, or too large\n');
  await writeFile(copy, kept, { mode: 0o600 });
  return content;
}

/** What stays of a file; undefined: nothing. The file is read anew, so that nothing is cut by an older look. */
function remainder(content: Buffer, facts: readonly GitFact[]): Buffer | undefined {
  if (facts.some(({ part }) => part === undefined)) return undefined;
  const lines = new Set(facts.flatMap(({ part }) => (part?.kind === 'line' ? [part.line] : [])));
  if (lines.size > 0) {
    const kept = content.toString('utf8').split('\n');
    return Buffer.from(kept.filter((_, line) => !lines.has(line)).join('\n'));
  }
  const same = new Set(facts.flatMap(({ part }) => (part?.kind === 'entry' ? [JSON.stringify(part.entry)] : [])));
  const entries = parseGitConfig(content)?.filter((entry) => same.has(JSON.stringify(entry)));
  // It has changed since it was looked at.
  if (entries?.length !== same.size) return undefined;
  return withoutEntries(content, entries);
}
