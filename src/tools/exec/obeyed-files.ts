import { lstatSync, realpathSync, statSync } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { AllowlistVerdict } from '../approvals/exec-allowlist';

/** Words of a line that are looked up. */
const MOST_NAMED = 500;
/** Entries of a workspace that are looked at one by one. */
const MOST_ENTRIES = 50_000;

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
 * @returns undefined where there is too much to look at
 */
export async function filesBelow(workspace: string): Promise<ObeyedFiles | undefined> {
  const files = new Map<string, string>();
  const open = [workspace];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = await opendir(folder).catch(() => undefined);
    if (!entries) continue;
    for await (const entry of entries) {
      if (entry.name === '.git') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) open.push(path);
      else {
        const info = await lstat(path, { bigint: true }).catch(() => undefined);
        if (info) files.set(relative(workspace, path), [info.ino, info.size, info.mtimeNs, info.ctimeNs].join(':'));
      }
      if (files.size + open.length > MOST_ENTRIES) return undefined;
    }
  }
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
