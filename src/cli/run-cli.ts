import 'reflect-metadata';
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { CommandFactory, InjectCommander } from 'nest-commander';
import { appRoot, appVersion } from '../common/app-root';
import { UsageError, reportError } from '../common/cli/cli-error';
import { callableName, introduceProgram, quoted } from '../common/cli/own-commands';
import { ExitCode } from '../common/exit-codes';
import { nearestName } from '../common/nearest-name';
import { makePrivate } from '../common/private-files';
import { Environment } from '../config/environment';
import { COMMAND_TABLE } from './command-table';
import { rootHelp } from './root-help';
import { takeGlobalFlags } from './global-flags';

interface CommanderFailure {
  code?: string;
  exitCode?: number;
  message?: string;
}

/** Runs one command line and sets the exit code. Loads only the command that is called. */
export async function runCli(args: readonly string[], env = new Environment()): Promise<void> {
  makePrivate();
  const asJson = args.includes('--json');
  process.stdout.on('error', endWhenNobodyReads);
  introduce(env, []);
  try {
    const { variables, rest } = takeGlobalFlags(args);
    introduce(env, args.slice(0, args.length - rest.length));
    for (const [name, value] of Object.entries(variables)) env.set(name, value);
    const [name] = rest;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      process.stdout.write(rootHelp());
      return;
    }
    if (name === '--version' || name === '-V') {
      process.stdout.write(`${appVersion()}\n`);
      return;
    }
    await runCommand(name, rest, env, asJson);
  } catch (error) {
    process.exitCode = reportError(error, asJson);
  }
}

/** Advice names this program as it can be called from here, with the global flags that it was called with. */
function introduce(env: Environment, globalFlags: readonly string[]): void {
  const name = (): string => {
    const root = appRoot();
    const program = join(root, 'bin', 'openclaw');
    const place = { path: env.get('PATH'), cwd: process.cwd(), root, program, platform: process.platform };
    return [callableName(place), ...globalFlags.map(quoted)].join(' ');
  };
  introduceProgram(
    name,
    COMMAND_TABLE.map((entry) => entry.name),
  );
}

/** A reader such as `head` may leave early; that is no failure. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.done);
}

async function runCommand(name: string, args: readonly string[], env: Environment, asJson: boolean): Promise<void> {
  const entry = COMMAND_TABLE.find((candidate) => candidate.name === name);
  if (!entry) {
    const near = nearestName(
      name,
      COMMAND_TABLE.map((candidate) => candidate.name),
    );
    throw new UsageError(`unknown command "${name}"; ${near ? `did you mean "${near}"? ` : ''}see: openclaw --help`);
  }
  const commands = await entry.load();
  const app = await CommandFactory.createWithoutRunning(rootModule(commands, env), {
    logger: false,
    enablePositionalOptions: true,
    serviceErrorHandler: (error: Error) => {
      process.exitCode = exitCodeOf(error, asJson);
    },
  });
  process.argv = [process.argv[0] ?? 'node', 'openclaw', ...args];
  await CommandFactory.runApplication(app);
  await app.close();
}

function rootModule(commands: readonly Type[], env: Environment): Type {
  @Module({ providers: [...commands, { provide: Environment, useValue: env }] })
  class CliModule {
    // Flags after a subcommand belong to it, also where its group knows them too; the factory forgets the root itself.
    constructor(@InjectCommander() program: { enablePositionalOptions(): unknown }) {
      program.enablePositionalOptions();
    }
  }
  return CliModule;
}

/** Commander throws for help as well as for mistakes. */
function exitCodeOf(error: Error & CommanderFailure, asJson: boolean): number {
  if (error.code?.startsWith('commander.')) {
    if (error.exitCode === 0) return ExitCode.done;
    if (error.code === 'commander.help') return ExitCode.usage;
    return reportError(new UsageError((error.message ?? '').replace(/^error: /, '')), asJson);
  }
  return reportError(error, asJson);
}
