import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { isBelow, isWithin } from '../../common/paths/path-place';
import { type ConfigEntry, nameOf, parseGitConfig } from './config-text';
import { findGitFolders, placeOf } from './git-folders';
import { isHarmless } from './harmless-settings';

/** Something in a git folder that could make git run a program, or write where it should not. */
export interface GitFact {
  /** Same content, same id; where it lies does not count. */
  id: string;
  /** Real path of the file or link. */
  path: string;
  /** For people. */
  text: string;
  /** Part of the file; undefined: all of it. */
  part?: { kind: 'entry'; entry: ConfigEntry } | { kind: 'line'; line: number };
}

export interface GitFacts {
  facts: GitFact[];
  /** Folders with hooks that have an owner's leave, which commands need not change. */
  hookFolders: string[];
}

const MAX_CONFIG = 1024 * 1024;
const MAX_HOOK = 8 * 1024 * 1024;
const MAX_INCLUDES = 10;
/** What git comes with: never run under this name. */
const SAMPLE = '.sample';
/** First words of the lines of a rebase that start no program of the repository. */
const STEPS = new Set(
  'pick p revert edit e reword r fixup f squash s break b label l reset t merge m noop drop d update-ref u'.split(' '),
);
const STRATEGIES = new Set(['', 'ort', 'recursive', 'resolve', 'octopus', 'ours', 'subtree']);
const MERGE_OPTION = /^(--[a-z-]+(=[\w%-]+)?)?$/;
const APPLY_OPTION = /^(--?(C\d+|p\d+|whitespace=[a-z-]+|ignore-whitespace|ignore-space-change|3way|keep-cr))?$/;

/**
 * What git in a workspace would obey, apart from what is harmless by its meaning.
 * @param workspace real path
 * @param isAgreed whether an id has its owner's leave: where such a setting leads to other files, these are looked at too
 */
export async function gitFacts(workspace: string, isAgreed: (id: string) => boolean): Promise<GitFacts> {
  const { folders, tops, leadingOut, links } = await findGitFolders(workspace);
  const facts: GitFact[] = leadingOut.map(({ path, target }) =>
    fact('leads', [basename(path), target ?? ''], path, `leads to ${target ?? 'nowhere'}, out of the workspace`),
  );
  for (const [path, owner] of links) {
    const target = placeOf(path);
    // Git itself once made links, of this one name.
    if (target === undefined || basename(path) !== 'HEAD' || !isWithin(owner, target))
      facts.push(fact('link', [basename(path), target ?? ''], path, `is a link to ${target ?? 'nowhere'}`));
  }
  const hookFolders = new Set<string>();
  for (const folder of folders) {
    const look = new FolderLook(workspace, folder, [...(tops.get(folder) ?? [])], isAgreed);
    facts.push(...look.facts());
    for (const each of look.hookFolders) hookFolders.add(each);
  }
  return { facts, hookFolders: [...hookFolders] };
}

/** One git folder. */
class FolderLook {
  readonly hookFolders: string[] = [];
  private readonly found: GitFact[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly workspace: string,
    private readonly folder: string,
    private readonly tops: readonly string[],
    private readonly isAgreed: (id: string) => boolean,
  ) {}

  facts(): GitFact[] {
    for (const name of ['config', 'config.worktree']) this.config(join(this.folder, name));
    this.hooks(join(this.folder, 'hooks'));
    this.rebase();
    return this.found;
  }

  private config(path: string, depth = 0): void {
    const info = lstatSync(path, { throwIfNoEntry: false });
    // A link is a fact of its own.
    if (!info || info.isSymbolicLink() || info.isDirectory() || this.seen.has(path) || depth > MAX_INCLUDES) return;
    this.seen.add(path);
    const content = readBoundedFile(path, MAX_CONFIG);
    const entries = content && parseGitConfig(content);
    if (!content || !entries) {
      this.found.push(fact('config', [hashOf(content ?? '')], path, 'is no configuration that git can read'));
      return;
    }
    for (const entry of entries) {
      if (isHarmless(entry, { workspace: this.workspace, gitFolder: this.folder })) continue;
      const name = nameOf(entry);
      const each: GitFact = {
        ...fact('config', [name, entry.value ?? ''], path, `sets ${name} to ${JSON.stringify(entry.value ?? true)}`),
        part: { kind: 'entry', entry },
      };
      this.found.push(each);
      if (this.isAgreed(each.id)) this.follow(entry, path, depth);
    }
  }

  /** Files that a setting with its owner's leave leads to, where a command could have written them. */
  private follow({ section, key, value = '' }: ConfigEntry, path: string, depth: number): void {
    const isInclude = (section === 'include' || section === 'includeif') && key === 'path';
    const isHooks = section === 'core' && key === 'hookspath';
    const starts = isInclude ? [dirname(path)] : isHooks ? [...this.tops, this.folder] : [];
    for (const start of starts) {
      const place = placeOf(resolve(start, value));
      if (place === undefined || !isBelow(this.workspace, place)) continue;
      if (isInclude) this.config(place, depth + 1);
      else this.hooks(place);
    }
  }

  private hooks(folder: string): void {
    const before = this.found.length;
    for (const path of filesBelow(folder)) {
      const name = path.slice(folder.length + 1);
      if (name.endsWith(SAMPLE)) continue;
      const content = readBoundedFile(path, MAX_HOOK);
      this.found.push(
        fact(
          'hook',
          [name, content === undefined ? 'unreadable' : hashOf(content)],
          path,
          'is a program that git runs',
        ),
      );
    }
    if (this.found.length > before && this.found.slice(before).every(({ id }) => this.isAgreed(id)))
      this.hookFolders.push(folder);
  }

  /** A rebase that goes on later may run commands, too. */
  private rebase(): void {
    const merge = join(this.folder, 'rebase-merge');
    const todo = join(merge, 'git-rebase-todo');
    for (const [line, text] of linesOf(todo).entries()) {
      const [word = ''] = text.trim().split(/\s/);
      if (!/^[a-z]/i.test(word) || STEPS.has(word)) continue;
      this.found.push({
        ...fact('rebase', [text], todo, `has the line ${JSON.stringify(text)}`),
        part: { kind: 'line', line },
      });
    }
    const options: [string, (line: string) => boolean][] = [
      [join(merge, 'strategy'), (line) => STRATEGIES.has(line)],
      [join(merge, 'strategy_opts'), (line) => wordsOf(line).every((word) => MERGE_OPTION.test(word))],
      [
        join(this.folder, 'rebase-apply', 'apply-opt'),
        (line) => wordsOf(line).every((word) => APPLY_OPTION.test(word)),
      ],
    ];
    for (const [path, isPlain] of options) {
      const odd = linesOf(path).find((line) => !isPlain(line.trim()));
      if (odd !== undefined)
        this.found.push(fact('rebase', [basename(path), odd], path, `says ${JSON.stringify(odd)}`));
    }
  }
}

const wordsOf = (line: string): string[] => line.split(/\s+/).map((word) => word.replace(/^'(.*)'$/, '$1'));

export const linesOf = (path: string): string[] =>
  readBoundedFile(path, MAX_CONFIG)?.toString('utf8').split('\n') ?? [];

/** Files and whatever else is not a folder, links included by name. */
function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const visit = (path: string): void => {
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (!info) return;
    if (!info.isDirectory()) files.push(path);
    else for (const name of readdirSync(path)) visit(join(path, name));
  };
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) visit(folder);
  return files;
}

const hashOf = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

const fact = (kind: string, facts: readonly string[], path: string, text: string): GitFact => ({
  id: hashOf(JSON.stringify([kind, ...facts])),
  path,
  text,
});
