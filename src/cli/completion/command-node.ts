/** File of the build that holds all commands with their flags. */
export const TREE_FILE = 'commands.json';

export interface FlagNode {
  /** Long and short form. */
  names: readonly string[];
  /** As it is declared: `-m, --message <text>`. */
  form: string;
  /** What stands in brackets behind it; undefined for a switch. */
  value?: string;
  /** All values that it takes, where they are few. */
  values?: readonly string[];
  isMandatory?: true;
  /** Every command has it. */
  isShared?: true;
  summary: string;
}

export interface CommandNode {
  name: string;
  aliases: readonly string[];
  summary: string;
  /** Its positional arguments as they are declared: `<path> [value]`. */
  usage: string;
  /** Names of these, in order. */
  arguments: readonly string[];
  flags: readonly FlagNode[];
  commands: readonly CommandNode[];
}

export const childNamed = (nodes: readonly CommandNode[], name: string): CommandNode | undefined =>
  nodes.find((node) => node.name === name || node.aliases.includes(name));
