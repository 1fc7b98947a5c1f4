import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { type CommandNode, TREE_FILE, childNamed } from '../completion/command-node';
import { GLOBAL_FLAGS } from '../global-flag-names';
import { renderHelp } from './render-help';

const DEFAULT_WIDTH = 80;
const ASKS: ReadonlySet<string> = new Set(['--help', '-h']);

let tree: CommandNode[] | undefined;

/** Help of a command by its path, such as `config get`; undefined where the build has none. */
export function helpOf(path: string): string | undefined {
  const names = path.split(' ');
  const node = names.reduce<CommandNode | undefined>(
    (at, name, index) => childNamed(index === 0 ? commands() : (at?.commands ?? []), name),
    undefined,
  );
  return node && renderHelp(node, names, process.stdout.columns || DEFAULT_WIDTH);
}

/**
 * Prints the help that a command line asks for, without loading the program.
 * @returns false where it asks for something else, or names no command
 */
export function answerHelp(words: readonly string[]): boolean {
  const path = pathAskedFor(words);
  const help = path && helpOf(path);
  if (!help) return false;
  process.stdout.write(help);
  return true;
}

/** Path of the command whose help a line asks for; undefined where it asks for none. */
export function pathAskedFor(words: readonly string[]): string | undefined {
  const path: string[] = [];
  let node: CommandNode | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') return undefined;
    if (ASKS.has(word)) return path.join(' ') || undefined;
    if (word.startsWith('-')) {
      const flag = [...(node?.flags ?? []), ...GLOBAL_FLAGS].find(({ names }) => names.includes(word));
      if (flag?.value !== undefined) index++;
      continue;
    }
    const children = node ? node.commands : commands();
    const next = childNamed(children, word);
    if (next) {
      node = next;
      path.push(next.name);
    } else if (children.length > 0) return undefined;
  }
  return undefined;
}

function commands(): readonly CommandNode[] {
  if (tree) return tree;
  try {
    tree = JSON.parse(readFileSync(join(appRoot(), 'dist', TREE_FILE), 'utf8')) as CommandNode[];
  } catch {
    tree = [];
  }
  return tree;
}
