import 'reflect-metadata';
import { COMMAND_TABLE } from '../command-table';
import type { CommandNode } from '../completion/command-node';
import { commandTree } from '../completion/command-tree';
import { GLOBAL_FLAGS } from '../global-flag-names';
import { EXAMPLES } from './examples';
import { renderHelp } from './render-help';

/** Words as a shell splits them, as far as the examples go. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');

interface Leaf {
  path: string;
  node: CommandNode;
}

const leavesOf = (nodes: readonly CommandNode[], above = ''): Leaf[] =>
  nodes.flatMap((node) => {
    const path = `${above} ${node.name}`.trim();
    return node.commands.length > 0 ? leavesOf(node.commands, path) : [{ path, node }];
  });

/** What is wrong with an example of a command. */
function faultOf({ node }: Leaf, example: string): string | undefined {
  const words = wordsOf(example);
  const given = new Set<string>();
  let positions = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) {
      positions++;
      continue;
    }
    given.add(word);
    const flag = [...node.flags, ...GLOBAL_FLAGS].find(({ names }) => names.includes(word));
    if (!flag) return `there is no ${word}`;
    if (flag.value === undefined) continue;
    const value = words[++index];
    const { values } = flag as Partial<CommandNode['flags'][number]>;
    if (value === undefined) return `${word} has no value`;
    if (values && !values.includes(value)) return `${word} does not take "${value}"`;
  }
  const lacking = node.flags.find(({ names, isMandatory }) => isMandatory && !names.some((name) => given.has(name)));
  if (lacking && example !== '') return `${lacking.names.join(', ')} is needed`;
  const declared = node.usage.split(/\s+/).filter(Boolean);
  const needed = declared.filter((each) => each.startsWith('<')).length;
  const most = node.usage.includes('...') ? Infinity : declared.length;
  return positions < needed || positions > most ? `${positions} arguments for "${node.usage}"` : undefined;
}

describe('help of every command', () => {
  let leaves: Leaf[];
  beforeAll(async () => {
    leaves = leavesOf(await commandTree(COMMAND_TABLE));
  });

  it('has examples that the command would take', () => {
    const faults = leaves.flatMap((leaf) =>
      (EXAMPLES[leaf.path] ?? ['']).flatMap((example) => {
        const fault = faultOf(leaf, example);
        return fault === undefined ? [] : [`${leaf.path} ${example}: ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
    const known = new Set(leaves.map(({ path }) => path));
    expect(Object.keys(EXAMPLES).filter((path) => !known.has(path))).toEqual([]);
  });

  it.each([80, 60])('fits %i columns, examples apart', (width) => {
    const wide = leaves.flatMap(({ path, node }) =>
      renderHelp(node, path.split(' '), width)
        .split('\n')
        .filter((line) => !/^ {2}(openclaw|-)/.test(line) && !line.startsWith('Usage:') && [...line].length > width)
        .map((line) => `${path}: ${line}`),
    );
    expect(wide).toEqual([]);
  });
});
