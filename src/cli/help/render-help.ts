import { displayWidth, padToWidth, wrapToWidth } from '../../common/cli/display-width';
import type { CommandNode, FlagNode } from '../completion/command-node';
import { EXAMPLES } from './examples';

const INDENT = 2;
const GAP = 2;
/** Descriptions begin no farther to the right than this. */
const MOST_TERM = 34;
const LEAST_TEXT = 24;

/**
 * The help of a command: how it is called, what its flags are, and examples.
 * @param path names of the command and the groups above it
 * @param width columns of the terminal
 */
export function renderHelp(node: CommandNode, path: readonly string[], width: number): string {
  const name = path.join(' ');
  const isGroup = node.commands.length > 0;
  const usage = ['Usage: openclaw', name, '[flags]', ...(isGroup ? ['[command]'] : []), node.usage].filter(Boolean);
  const own = node.flags.filter(({ isShared }) => !isShared);
  const shared = node.flags.filter(({ isShared }) => isShared);
  const sections = [
    usage.join(' '),
    '',
    ...wrapToWidth(capitalised(node.summary), width),
    ...(node.aliases.length > 0 ? ['', `Also called: ${node.aliases.join(', ')}`] : []),
    ...section('Commands:', isGroup ? node.commands.map((each) => [titleOf(each), each.summary]) : [], width),
    ...section('Flags:', own.map(termOf), width),
    ...section('Flags of every command:', [...shared.map(termOf), ['-h, --help', 'print this']], width),
    ...examplesOf(name, node),
    '',
    'Global flags, anywhere on the line: openclaw --help',
    '',
  ];
  return sections.join('\n');
}

const titleOf = ({ name, usage, commands }: CommandNode): string =>
  [name, commands.length > 0 ? `(${commands.map((each) => each.name).join(', ')})` : usage].filter(Boolean).join(' ');

function termOf({ form, summary, values, isMandatory }: FlagNode): [string, string] {
  const listed = values === undefined ? '' : `: ${values.join(', ')}`;
  return [form, `${summary}${listed}${isMandatory ? ' (needed)' : ''}`];
}

function section(title: string, rows: readonly (readonly string[])[], width: number): string[] {
  if (rows.length === 0) return [];
  const longest = Math.max(...rows.map(([term = '']) => displayWidth(term)));
  const column = Math.min(longest, MOST_TERM) + INDENT + GAP;
  const room = Math.max(LEAST_TEXT, width - column);
  const lines = rows.flatMap(([term = '', text = '']) => {
    const wrapped = wrapToWidth(text, room);
    const head = `${' '.repeat(INDENT)}${term}`;
    const fits = displayWidth(term) <= MOST_TERM;
    const first = fits ? [`${padToWidth(head, column)}${wrapped[0] ?? ''}`] : [head];
    return [...first, ...(fits ? wrapped.slice(1) : wrapped).map((line) => `${' '.repeat(column)}${line}`)];
  });
  return ['', title, ...lines.map((line) => line.trimEnd())];
}

function examplesOf(name: string, { usage, commands }: CommandNode): string[] {
  const examples = EXAMPLES[name] ?? (usage === '' && commands.length === 0 ? [''] : []);
  if (examples.length === 0) return [];
  return [
    '',
    examples.length === 1 ? 'Example:' : 'Examples:',
    ...examples.map((example) => `${' '.repeat(INDENT)}openclaw ${name}${example === '' ? '' : ` ${example}`}`),
  ];
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
