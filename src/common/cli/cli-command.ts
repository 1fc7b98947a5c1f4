import type { Command } from 'commander';
import { CommandRunner, Option } from 'nest-commander';
import { UsageError } from './cli-error';

/** Base of every command: usage errors are thrown, not exited on, and `--json` exists everywhere. */
export abstract class CliCommand extends CommandRunner {
  /** Whether the command takes words that it does not know, to say something better about them than "too many". */
  protected readonly namesUnknownWords: boolean = false;

  override setCommand(command: Command): this {
    command.exitOverride();
    command.allowExcessArguments(this.namesUnknownWords);
    command.showSuggestionAfterError(true);
    command.configureOutput({ writeErr: () => undefined });
    return super.setCommand(command);
  }

  @Option({ flags: '--json', description: 'print one JSON value' })
  parseJson(): boolean {
    return true;
  }
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
  protected override readonly namesUnknownWords = true;

  run(args: string[]): Promise<void> {
    if (args.length > 0)
      throw new UsageError(`unknown command "${args[0]}"; see "openclaw ${this.command.name()} --help"`);
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
