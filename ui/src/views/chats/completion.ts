/** A chat command as `commands.list` names it. */
export interface Command {
  name: string;
  textAliases: string[];
  description: string;
  usage?: string;
  args?: { choices?: { value: string; label: string }[] }[];
}

/** What could stand at the place where somebody writes, and which part of the text it replaces. */
export interface Wanted {
  kind: 'command' | 'argument' | 'file';
  /** What is written of it so far. */
  words: string;
  from: number;
  /** Of an argument. */
  command?: string;
}

export interface Option {
  /** What is put into the text. */
  value: string;
  label: string;
  description?: string;
}

const MOST = 40;

/** What is being written before the caret: a command at the beginning, its argument, or a file after `@`. */
export function wantedAt(text: string, caret: number): Wanted | undefined {
  // eslint-disable-next-line openclaw/cut-text -- up to where somebody writes
  const before = text.slice(0, caret);
  const command = /^\/([\w-]*)$/.exec(before);
  if (command) return { kind: 'command', words: command[1] ?? '', from: 0 };
  const argument = /^\/([\w-]+)\s+([\w-]*)$/.exec(before);
  if (argument) {
    const [, name = '', words = ''] = argument;
    return { kind: 'argument', command: name, words, from: caret - words.length };
  }
  const file = /(?:^|\s)@([^\s@]*)$/.exec(before);
  if (file) return { kind: 'file', words: file[1] ?? '', from: caret - (file[1] ?? '').length - 1 };
  return undefined;
}

/** Commands that begin so, then those that hold it. */
export function commandOptions(commands: readonly Command[], words: string): Option[] {
  const wanted = `/${words.toLowerCase()}`;
  const rankOf = ({ textAliases, name }: Command): number =>
    textAliases.some((alias) => alias.startsWith(wanted)) ? 0 : name.includes(words.toLowerCase()) ? 1 : 2;
  return commands
    .map((command) => ({ command, rank: rankOf(command) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ command: { name, description, usage } }) => ({
      value: `/${name} `,
      label: usage === undefined ? `/${name}` : `/${name} ${usage}`,
      description,
    }))
    .filter((_, index) => index < MOST);
}

/** What a command's argument can be. */
export function argumentOptions(commands: readonly Command[], { command, words }: Wanted): Option[] {
  const found = commands.find(({ name, textAliases }) => name === command || textAliases.includes(`/${command ?? ''}`));
  const choices = found?.args?.flatMap((each) => each.choices ?? []) ?? [];
  return choices
    .filter(({ value }) => value.startsWith(words.toLowerCase()) && value !== words)
    .map(({ value, label }) => ({ value, label }));
}

/** The text with an option in place of what was written of it, and where the caret is then. */
export function withOption(
  text: string,
  caret: number,
  { from }: Wanted,
  value: string,
): { text: string; caret: number } {
  // eslint-disable-next-line openclaw/cut-text -- up to where it is put in
  const before = text.slice(0, from);
  const whole = value.endsWith(' ') || text.charAt(caret) === ' ' ? value : `${value} `;
  return { text: before + whole + text.slice(caret), caret: from + whole.length };
}
