import { createHash } from 'node:crypto';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { AllowlistVerdict } from '../approvals/exec-allowlist';

/** Words of a line that are looked up. */
const MOST_NAMED = 500;
/** Files of a workspace that are told apart by name; of more it is known that one has changed, not which. */
const MOST_ENTRIES = 50_000;
/** Stands for those. */
export const REST = 'one of very many files in the workspace';

/** What a command on the machine may obey, each by the name it is told of, with what it is right now. */
export type ObeyedFiles = ReadonlyMap<string, string>;

/** Identity of a file: changes when it is replaced, edited, or becomes a link. */
export function fileIdentity(path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [realpathSync(path), dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/** Programs of a command, its folder, and the files that its line names. */
export const namedFiles = (command: string, cwd: string, verdict: AllowlistVerdict): ObeyedFiles =>
  new Map([
    ...programPaths(verdict).map((path): [string, string] => [path, fileIdentity(path)]),
    ['its folder', realpathSync(cwd)],
    ...filesNamedIn(command, cwd),
  ]);

/**
 * Everything below a workspace. Programs other than the plainest obey files that their line does not name: a `Makefile`,
 * a `package.json`, what a script reads. What lies in git folders is judged by the git guard.
 * Always in the same order, so that the same files give the same.
 * @param most files that are told apart; the others are in one entry, `REST`
 */
export async function filesBelow(workspace: string, most = MOST_ENTRIES): Promise<ObeyedFiles> {
  const files = new Map<string, string>();
  const rest = createHash('sha256');
  let hasRest = false;
  const open = [workspace];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === '.git') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) open.push(path);
      else {
        const info = await lstat(path, { bigint: true }).catch(() => undefined);
        if (!info) continue;
        const name = relative(workspace, path);
        const identity = [info.ino, info.size, info.mtimeNs, info.ctimeNs].join(':');
        if (files.size < most) files.set(name, identity);
        else {
          hasRest = true;
          rest.update(`${name}\0${identity}\0`);
        }
      }
    }
  }
  if (hasRest) files.set(REST, rest.digest('hex'));
  return files;
}

/** The first that is not what it was. */
export function changedBetween(before: ObeyedFiles, after: ObeyedFiles): string | undefined {
  for (const [name, identity] of before) if (after.get(name) !== identity) return name;
  for (const name of after.keys()) if (!before.has(name)) return name;
  return undefined;
}

export function programPaths(verdict: AllowlistVerdict): string[] {
  return (verdict.segments ?? []).map((segment) => segment.path).filter((path): path is string => path !== undefined);
}

/** Words of a line that name a file, with its identity, in any way of writing the line. */
function filesNamedIn(command: string, cwd: string): [name: string, identity: string][] {
  const words = command.split(/[\s'"`$();<>|&={},]+/).filter((word) => word !== '' && word.length < 4096);
  const names = words.flatMap((word) => [word, ...gluedIn(word)]);
  return [...new Set(names)].slice(0, MOST_NAMED).flatMap((name): [string, string][] => {
    try {
      const path = resolve(cwd, name);
      if (lstatSync(path).isDirectory()) return [];
      return [[name, fileIdentity(path)]];
    } catch {
      return [];
    }
  });
}

/** Names that have something in front of them: `-fjob.mk`, `@answers`, `file:job`. */
const gluedIn = (word: string): string[] =>
  [
    ...(word.startsWith('-') ? [word.slice(2)] : []),
    ...[...word.matchAll(/[:@+%]/g)].map(({ index }) => word.slice(index + 1)),
  ].filter((name) => name !== '');
