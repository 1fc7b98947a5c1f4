import 'reflect-metadata';
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { CommandFactory, InjectCommander } from 'nest-commander';
import { appRoot, appVersion } from '../common/app-root';
import type { Command } from 'commander';
import { setCallHooks } from '../common/cli/call-hooks';
import { checkWords } from '../common/cli/cli-command';
import { UsageError, reportError } from '../common/cli/cli-error';
import { callableName, introduceProgram, quoted } from '../common/cli/own-commands';
import { isStructured, provideYaml, wantField, wantNothing, wantsYaml } from '../common/cli/structured-output';
import { allowColours } from '../common/cli/terminal-style';
import { ExitCode } from '../common/exit-codes';
import { nearestName } from '../common/nearest-name';
import { makePrivate } from '../common/private-files';
import { parseConfigPath } from '../config/config-path';
import { Environment } from '../config/environment';
import { COMMAND_TABLE, type CommandEntry } from './command-table';
import { GLOBAL_FLAGS, formOf } from './global-flag-names';
import { takeGlobalFlags, variablesOf } from './global-flags';
import { helpOf } from './help/answer-help';
import { rootHelp } from './root-help';

interface CommanderFailure {
  code?: string;
  exitCode?: number;
  message?: string;
}

/** Runs one command line and sets the exit code. Loads only the command that is called. */
export async function runCli(args: readonly string[], env = new Environment()): Promise<void> {
  makePrivate();
  env.keepFixedSearchPath();
  wantNothing();
  const asJson = (): boolean => args.includes('--json') || isStructured();
  process.stdout.once('error', endWhenNobodyReads);
  const given: string[] = [];
  introduce(env, given);
  chooseColours(env);
  try {
    const { variables, rest } = takeGlobalFlags(args);
    given.push(...args.slice(0, args.length - rest.length));
    for (const [name, value] of Object.entries(variables)) env.set(name, value);
    chooseColours(env);
    listen(env, given);
    const [name] = rest;
    if (name === 'help' && rest.length > 1) {
      await runCommand([...rest.slice(1), '--help'], env, asJson);
      return;
    }
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      process.stdout.write(rootHelp());
      return;
    }
    if (name === '--version' || name === '-V') {
      process.stdout.write(`${appVersion()}\n`);
      return;
    }
    await runCommand(rest, env, asJson);
  } catch (error) {
    process.exitCode = reportError(error, asJson());
  }
}

function chooseColours(env: Environment): void {
  allowColours(env.get('NO_COLOR') === undefined && env.get('TERM') !== 'dumb');
}

/** What the command finds on its part of the line, and asks this program for. */
function listen(env: Environment, given: string[]): void {
  setCallHooks({
    globalFlags: GLOBAL_FLAGS.map(formOf),
    onGlobalFlag: (name, value) => {
      for (const [variable, text] of Object.entries(variablesOf(name, value ?? ''))) env.set(variable, text);
      given.push(name, ...(typeof value === 'string' ? [value] : []));
      chooseColours(env);
    },
    onField: (text) => {
      try {
        wantField(text, parseConfigPath(text));
      } catch {
        throw new UsageError(`--field must be a path such as sessions[0].key or sessions.*.key, got "${text}"`);
      }
    },
    helpOf,
  });
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
    COMMAND_TABLE.flatMap(({ name: own, aliases = [] }) => [own, ...aliases]),
  );
}

/** A reader such as `head` may leave early; that is no failure. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.done);
}

async function runCommand(
  [name = '', ...more]: readonly string[],
  env: Environment,
  asJson: () => boolean,
): Promise<void> {
  const entry = entryOf(name);
  const commands = await entry.load();
  const app = await CommandFactory.createWithoutRunning(rootModule(commands, env), {
    logger: false,
    enablePositionalOptions: true,
    serviceErrorHandler: (error: Error) => {
      process.exitCode = exitCodeOf(error, asJson());
    },
  });
  process.argv = [process.argv[0] ?? 'node', 'openclaw', entry.name, ...more];
  await CommandFactory.runApplication(app);
  await app.close();
}

/** @throws UsageError naming the nearest one */
function entryOf(name: string): CommandEntry {
  const entry = COMMAND_TABLE.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  if (entry) return entry;
  const near = nearestName(
    name,
    COMMAND_TABLE.flatMap((candidate) => [candidate.name, ...(candidate.aliases ?? [])]),
  );
  throw new UsageError(`unknown command "${name}"; ${near ? `did you mean "${near}"? ` : ''}see: openclaw --help`);
}

/** Before the work of a command begins. */
async function prepare(command: Command): Promise<void> {
  checkWords(command);
  if (!wantsYaml()) return;
  const { stringify } = await import('yaml');
  provideYaml((value, allQuoted) =>
    stringify(value, {
      lineWidth: 0,
      ...(allQuoted ? { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' } : {}),
    }),
  );
}

function rootModule(commands: readonly Type[], env: Environment): Type {
  @Module({ providers: [...commands, { provide: Environment, useValue: env }] })
  class CliModule {
    // Flags after a subcommand belong to it, also where its group knows them too; the factory forgets the root itself.
    constructor(@InjectCommander() program: Pick<Command, 'enablePositionalOptions' | 'hook'>) {
      program.enablePositionalOptions();
      program.hook('preAction', (_, command) => prepare(command));
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
