import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import type { CommandMetadata, OptionMetadata } from 'nest-commander';
import { CliCommand } from '../../common/cli/cli-command';
import type { CommandEntry } from '../command-table';
import type { CommandNode, FlagNode } from './command-node';

/** Where the command framework keeps what its decorators were told. */
const COMMAND = 'CommandBuilder:Command:Meta';
const SUB_COMMAND = 'CommandBuilder:Subcommand:Meta';
const OPTION = 'CommandBuilder:Option:Meta';

/** Every command with its flags, as declared, but those that are not for people. Loads all of them: for the build, not for a call. */
export async function commandTree(table: readonly CommandEntry[]): Promise<CommandNode[]> {
  return Promise.all(
    table.map(async ({ name, aliases = [], summary, load }) => {
      const types = await load();
      const top = types.find((type) => metadataOf(type, COMMAND)?.name === name);
      return top
        ? { ...nodeOf(top, COMMAND), name, aliases, summary }
        : { name, aliases, summary, usage: '', arguments: [], flags: [], commands: [] };
    }),
  );
}

const metadataOf = (type: Type, key: string): CommandMetadata | undefined =>
  Reflect.getMetadata(key, type) as CommandMetadata | undefined;

function nodeOf(type: Type, key: string): CommandNode {
  const {
    name = '',
    aliases = [],
    description = '',
    arguments: words = '',
    subCommands = [],
  } = metadataOf(type, key) ?? {};
  return {
    name,
    aliases,
    summary: description,
    usage: words,
    arguments: words.split(/\s+/).flatMap((word) => word.match(/[\w-]+/)?.[0] ?? []),
    flags: flagsOf(type),
    commands: subCommands
      .filter((sub) => metadataOf(sub as Type, SUB_COMMAND)?.options?.hidden !== true)
      .map((sub) => nodeOf(sub as Type, SUB_COMMAND)),
  };
}

function flagsOf(type: Type): FlagNode[] {
  const found = new Map<string, FlagNode>();
  for (let holder = type.prototype as object | null; holder; holder = Object.getPrototypeOf(holder) as object | null) {
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value !== 'function') continue;
      const option = Reflect.getMetadata(OPTION, value as object) as OptionMetadata | undefined;
      if (!option) continue;
      const names = option.flags.match(/(?<=^|[\s,])--?[\w-]+/g) ?? [];
      const taken = /[<[]([\w/|-]+)/.exec(option.flags)?.[1];
      const flag: FlagNode = {
        names,
        form: option.flags,
        summary: option.description ?? '',
        ...(taken === undefined ? {} : { value: taken }),
        ...(Array.isArray(option.choices) ? { values: option.choices } : {}),
        ...(option.required ? { isMandatory: true as const } : {}),
        ...(holder === CliCommand.prototype ? { isShared: true as const } : {}),
      };
      const long = names.at(-1) ?? '';
      if (!found.has(long)) found.set(long, flag);
    }
  }
  return [...found.values()];
}
