import type { Command } from 'commander';
import { CommandRunner, Option } from 'nest-commander';
import { nearestName } from '../nearest-name';
import { callHooks } from './call-hooks';
import { UsageError } from './cli-error';
import { OUTPUT_FORMS, type OutputForm, wantForm } from './structured-output';

/** Base of every command: usage errors are thrown, not exited on, and every form of output exists everywhere. */
export abstract class CliCommand extends CommandRunner {
  override setCommand(command: Command): this {
    command.exitOverride();
    // What is too much is said by `checkWords`, which knows more about it.
    command.allowExcessArguments(true);
    command.showSuggestionAfterError(true);
    command.configureOutput({ writeErr: () => undefined });
    for (const flags of callHooks.globalFlags) {
      const option = command.createOption(flags).hideHelp();
      command.addOption(option);
      command.on(`option:${option.name()}`, (value?: string) => callHooks.onGlobalFlag(option.long ?? flags, value));
    }
    const ownHelp = command.helpInformation.bind(command);
    command.helpInformation = (context) => callHooks.helpOf(pathOf(command)) ?? ownHelp(context);
    refuseUnknownValues(command);
    return super.setCommand(command);
  }

  @Option({ flags: '--json', description: 'print one JSON value' })
  parseJson(): boolean {
    return true;
  }

  @Option({ flags: '-o <form>', description: 'form of the output', choices: [...OUTPUT_FORMS] })
  parseForm(value: string): string {
    wantForm(value as OutputForm);
    if (value !== 'table') this.command.setOptionValueWithSource('json', true, 'cli');
    return value;
  }

  @Option({
    flags: '--field <path>',
    description: 'print one part of that value, such as sessions[0].key or sessions.*.key',
  })
  parseField(value: string): string {
    callHooks.onField(value);
    this.command.setOptionValueWithSource('json', true, 'cli');
    return value;
  }
}

/** A flag that says which values it takes takes no other one. The framework's own check gives way to a flag's reader. */
function refuseUnknownValues(command: Command): void {
  const add = command.addOption.bind(command);
  command.addOption = (option) => {
    const { argChoices, parseArg } = option;
    if (argChoices && parseArg)
      option.argParser((value: string, previous: unknown) => {
        if (!argChoices.includes(value)) {
          const near = nearestName(value, argChoices);
          const names = `${option.long ?? option.short ?? ''} must be one of ${argChoices.join(', ')}, got "${value}"`;
          throw new UsageError(near === undefined ? names : `${names}; did you mean "${near}"?`);
        }
        return parseArg(value, previous);
      });
    return add(option);
  };
}

/** Words of a command without the program's name: `config get`. */
export function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

/**
 * Refuses words that a command takes nothing for: the name of a command that there isn't, or an argument too many.
 * @throws UsageError
 */
export function checkWords(command: Command): void {
  const { args, commands, registeredArguments } = command;
  const [first = ''] = args;
  const path = pathOf(command);
  if (commands.length > 0 && args.length > registeredArguments.length) {
    const names = commands.flatMap((each) => [each.name(), ...each.aliases()]);
    const near = nearestName(first, names);
    const hint = near === undefined ? '' : `did you mean "${path} ${near}"? `;
    throw new UsageError(`unknown command "${path} ${first}"; ${hint}see: openclaw ${path} --help`);
  }
  const most = registeredArguments.some(({ variadic }) => variadic) ? Infinity : registeredArguments.length;
  if (args.length > most)
    throw new UsageError(
      `too many arguments for "${path}": it takes ${most === 0 ? 'none' : most}, and "${args[most] ?? ''}" is one more; see: openclaw ${path} --help`,
    );
}

/** Base of commands that talk to a gateway. */
export abstract class GatewayCommandBase extends CliCommand {
  @Option({ flags: '--url <url>', description: 'gateway address, e.g. ws://127.0.0.1:18789' })
  parseUrl(value: string): string {
    return value;
  }

  @Option({ flags: '--token <token>', description: 'gateway token' })
  parseToken(value: string): string {
    return value;
  }

  @Option({ flags: '--password <password>', description: 'gateway password' })
  parsePassword(value: string): string {
    return value;
  }

  @Option({ flags: '--timeout <ms>', description: 'milliseconds to wait, 10000 by default' })
  parseTimeout(value: string): number {
    return parseWholeNumber('--timeout', value, 1);
  }
}

/** Base of a group such as `config`: shows its help when called without a subcommand. */
export abstract class CommandGroup extends CliCommand {
  run(): Promise<void> {
    this.command.outputHelp();
    return Promise.resolve();
  }
}

export interface JsonOptions {
  json?: boolean;
}

export interface GatewayOptions extends JsonOptions {
  url?: string;
  token?: string;
  password?: string;
  timeout?: number;
}

/** @throws UsageError naming flag, value and what is expected */
export function parseWholeNumber(flag: string, value: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new UsageError(
      `${flag} must be a whole number${max === Number.MAX_SAFE_INTEGER ? ` of at least ${min}` : ` from ${min} to ${max}`}, got "${value}"`,
    );
  }
  return number;
}
