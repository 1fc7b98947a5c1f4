import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Ignore } from 'ignore';
import { readBoundedFile } from '../../common/bounded-file';
import { isReallyWithin } from '../../common/paths/path-place';

const MAX_ENTRIES = 100_000;
/** Larger lists leave nothing out. */
const MAX_RULES_BYTES = 256 * 1024;

interface Rules {
  /** Folder the patterns count from. */
  base: string;
  matcher: Ignore;
}

/**
 * Files and folders below a folder, depth first and sorted, without what `.gitignore` files leave out and without
 * `.git`. Links are named but not followed.
 */
export async function* walkFiles(
  root: string,
  signal?: AbortSignal,
): AsyncGenerator<{ path: string; isFolder: boolean }> {
  const { default: ignore } = await import('ignore');
  let seen = 0;
  const open: { folder: string; rules: Rules[] }[] = [{ folder: root, rules: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (signal?.aborted) return;
    const { folder } = next;
    let { rules } = next;
    const own = rulesOf(folder);
    if (own !== undefined) rules = [...rules, { base: folder, matcher: ignore().add(own) }];
    const below: { folder: string; rules: Rules[] }[] = [];
    for (const entry of await entriesOf(folder)) {
      if (entry.name === '.git') continue;
      const path = join(folder, entry.name);
      const isFolder = entry.isDirectory();
      if (isIgnored(rules, path, isFolder)) continue;
      if (++seen > MAX_ENTRIES) return;
      yield { path, isFolder };
      if (isFolder) below.push({ folder: path, rules });
    }
    open.push(...below.reverse());
  }
}

/**
 * Whether {@link walkFiles} names a file.
 * @param path relative to the folder, without links on the way
 */
export async function isWalked(root: string, path: string): Promise<boolean> {
  const { default: ignore } = await import('ignore');
  const rules: Rules[] = [];
  const parts = path.split(sep);
  for (const [index, part] of parts.entries()) {
    if (part === '.git') return false;
    const base = join(root, ...parts.slice(0, index));
    const own = rulesOf(base);
    if (own !== undefined) rules.push({ base, matcher: ignore().add(own) });
    if (isIgnored(rules, join(base, part), index < parts.length - 1)) return false;
  }
  return true;
}

/** A link is not followed, as git does not: it may lead out of the workspace. */
function rulesOf(folder: string): string | undefined {
  const path = join(folder, '.gitignore');
  const content = readBoundedFile(path, MAX_RULES_BYTES);
  return content && isReallyWithin(folder, path) ? content.toString('utf8') : undefined;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isIgnored(rules: readonly Rules[], path: string, isFolder: boolean): boolean {
  let ignored = false;
  for (const { base, matcher } of rules) {
    const verdict = matcher.test(relative(base, path) + (isFolder ? '/' : ''));
    if (verdict.ignored) ignored = true;
    if (verdict.unignored) ignored = false;
  }
  return ignored;
}
