import { readFileSync } from 'node:fs';
import JSON5 from 'json5';
import { Option, SubCommand, Command } from 'nest-commander';
import { cutText } from '../common/cut-text';
import { shortId } from '../common/short-id';
import { CliCommand, CommandGroup, type JsonOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine, printLines, printTable, timeText } from '../common/cli/output';
import { ExitCode } from '../common/exit-codes';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { isPlainObject, valueAt } from '../common/plain-object';
import { jsonSchemaOf } from '../common/validation/json-schema';
import { ConfigExplainCommand } from './config-explain.command';
import { ConfigError, ConfigInvalidError } from './config-error';
import { BY_COMMAND, ConfigFiles, reportWrite } from './config-files';
import { parseConfigPath } from './config-path';
import { changesBetween, diffOfEntry, diffOfReadings } from './config-review';
import { describeOrigins } from './config-origins';
import { Environment } from './environment';
import { mergePatch } from './merge-patch';
import { OpenclawConfig } from './openclaw.config';
import { isSensitivePath, redactConfig } from './sensitive-paths';

const lastFour = (value: unknown): unknown => (typeof value === 'string' ? cutText(value, 5, { keep: 'end' }) : value);

@SubCommand({ name: 'get', arguments: '<path>', description: 'print one value; secrets show their last 4 characters' })
export class ConfigGetCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run([text = '']: string[], options: JsonOptions): Promise<void> {
    const path = parseConfigPath(text);
    const snapshot = new ConfigFiles(this.env).load();
    const source = snapshot.issues.length > 0 ? snapshot.resolved : snapshot.config;
    const value = valueAt(source, path);
    if (value === undefined) {
      throw new OpenclawError('CONFIG_NOT_SET', `${text} is not set`, { exitCode: ExitCode.failed });
    }
    const shown =
      typeof value === 'string' && isSensitivePath(path)
        ? lastFour(value)
        : redactConfig(value, snapshot.secrets, path);
    if (options.json) printJson(shown);
    else printLines(typeof shown === 'object' ? JSON.stringify(shown, null, 2) : String(shown));
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'set',
  arguments: '<path> <value>',
  description: 'set one value; JSON5 where it parses, else text',
})
export class ConfigSetCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--strict-json', description: 'the value must be JSON' })
  parseStrict(): boolean {
    return true;
  }

  async run([text = '', raw = '']: string[], options: JsonOptions & { strictJson?: boolean }): Promise<void> {
    const value = parseValue(raw, options.strictJson === true);
    const snapshot = await new ConfigFiles(this.env).writer.edit([{ path: parseConfigPath(text), value }], BY_COMMAND);
    reportWrite(snapshot, options.json === true, `${text} is set`);
  }
}

@SubCommand({ name: 'unset', arguments: '<path>', description: 'remove one value' })
export class ConfigUnsetCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([text = '']: string[], options: JsonOptions): Promise<void> {
    const files = new ConfigFiles(this.env);
    const path = parseConfigPath(text);
    if (valueAt(files.load().parsed, path) === undefined) {
      throw new OpenclawError('CONFIG_NOT_SET', `${text} is not set in ${files.path}, so nothing was changed`, {
        exitCode: ExitCode.failed,
      });
    }
    reportWrite(
      await files.writer.edit([{ path, unset: true }], BY_COMMAND),
      options.json === true,
      `${text} is removed`,
    );
  }
}

@SubCommand({ name: 'show', description: 'print the configuration; secrets are masked' })
export class ConfigShowCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--defaults', description: 'include defaults' })
  parseDefaults(): boolean {
    return true;
  }

  @Option({ flags: '--origin', description: 'say where each value comes from' })
  parseOrigin(): boolean {
    return true;
  }

  run(_: string[], options: JsonOptions & { defaults?: boolean; origin?: boolean }): Promise<void> {
    const snapshot = new ConfigFiles(this.env).load();
    if (options.origin) {
      const rows = describeOrigins(snapshot, options.defaults === true);
      if (options.json) printJson(rows);
      else
        printTable(rows, [
          { title: 'Path', value: (row) => row.path },
          { title: 'Value', value: (row) => JSON.stringify(row.value) },
          { title: 'From', value: (row) => row.origin },
        ]);
      return Promise.resolve();
    }
    printJson(redactConfig(options.defaults ? snapshot.config : snapshot.resolved, snapshot.secrets));
    return Promise.resolve();
  }
}

@SubCommand({ name: 'path', description: 'print the path of the configuration file' })
export class ConfigPathCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const { path } = new ConfigFiles(this.env);
    if (options.json) printJson(path);
    else printLine(path);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'validate', description: 'check the configuration file' })
export class ConfigValidateCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const { path, exists, issues, warnings, legacyIssues } = new ConfigFiles(this.env).load();
    const notes = [...legacyIssues, ...warnings];
    if (options.json) printJson({ path, exists, valid: issues.length === 0, issues, warnings, legacyIssues });
    else {
      for (const issue of issues) printLine(`error    ${issue.path || '(root)'}: ${issue.message}`);
      for (const note of notes) printLine(`warning  ${note.path}: ${note.message}`);
      const verdict = !exists
        ? 'does not exist; defaults apply'
        : issues.length > 0
          ? `has ${issues.length} errors`
          : 'is valid';
      printLine(`${path} ${verdict}`);
    }
    if (issues.length > 0) process.exitCode = ExitCode.failed;
    return Promise.resolve();
  }
}

@SubCommand({ name: 'schema', description: 'print the JSON Schema of the configuration' })
export class ConfigSchemaCommand extends CliCommand {
  run(): Promise<void> {
    printJson(jsonSchemaOf(OpenclawConfig));
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'patch',
  arguments: '[json5]',
  description: 'merge an object into the configuration (null deletes)',
})
export class ConfigPatchCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--file <path>', description: 'read the patch from a file' })
  parseFile(value: string): string {
    return value;
  }

  @Option({ flags: '--dry-run', description: 'check and show, write nothing' })
  parseDryRun(): boolean {
    return true;
  }

  async run([text]: string[], options: JsonOptions & { file?: string; dryRun?: boolean }): Promise<void> {
    const source = options.file === undefined ? text : readFileSync(options.file, 'utf8');
    if (source === undefined) throw new UsageError('config patch needs an object as argument or --file <path>');
    let patch: unknown;
    try {
      patch = JSON5.parse(source);
    } catch (error) {
      throw new UsageError(`the patch is not valid JSON5: ${messageOf(error)}`);
    }
    if (!isPlainObject(patch)) throw new UsageError('the patch must be an object');
    const files = new ConfigFiles(this.env);
    const edits = mergePatch(files.load().parsed, patch);
    if (options.dryRun) {
      const { now, next } = files.writer.draft({ edits });
      if (next.issues.length > 0) throw new ConfigInvalidError(files.path, next.issues);
      if (options.json) printJson({ ok: true, dryRun: true, path: files.path, changes: changesBetween(now, next) });
      else printLines(diffOfReadings(now, next));
      return;
    }
    reportWrite(await files.writer.edit(edits, BY_COMMAND), options.json === true, 'the patch is applied');
  }
}

@SubCommand({ name: 'history', description: 'list the contents the file has had' })
export class ConfigHistoryCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--diff [number]', description: 'show what entry <number> (the newest by default) changed' })
  parseDiff(value: string): string {
    return value;
  }

  run(_: string[], options: JsonOptions & { diff?: string | boolean }): Promise<void> {
    const { history } = new ConfigFiles(this.env);
    const entries = history.list();
    if (options.diff === undefined) {
      if (options.json) printJson(entries);
      else if (entries.length === 0)
        printLine('no history yet: it begins with the first change made by a command or client');
      else
        printTable(entries, [
          { title: '#', value: (entry) => entry.number },
          { title: 'Saved', value: (entry) => timeText(Date.parse(entry.savedAt)) },
          { title: 'Bytes', value: (entry) => entry.bytes },
          { title: 'SHA-256', value: (entry) => shortId(entry.hash, 12) },
        ]);
      return Promise.resolve();
    }
    const number = typeof options.diff === 'string' ? Number(options.diff) : entries.at(-1)?.number;
    const index = entries.findIndex((entry) => entry.number === number);
    if (index < 0)
      throw new ConfigError(
        'CONFIG_HISTORY_UNKNOWN',
        `there is no history entry ${String(number ?? '')}; "openclaw config history" lists them`,
      );
    const patch = diffOfEntry(history, entries, index);
    if (options.json) printJson({ number, diff: patch });
    else printLines(patch);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'restore', arguments: '<number>', description: 'bring an earlier content back' })
export class ConfigRestoreCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  async run([text = '']: string[], options: JsonOptions): Promise<void> {
    if (!/^\d+$/.test(text)) throw new UsageError(`config restore needs the number of a history entry, got "${text}"`);
    const files = new ConfigFiles(this.env);
    const content = files.history.read(Number(text));
    reportWrite(await files.writer.replace(content, BY_COMMAND), options.json === true, `entry ${text} is restored`);
  }
}

@Command({
  name: 'config',
  description: 'read and change the configuration',
  subCommands: [
    ConfigGetCommand,
    ConfigSetCommand,
    ConfigUnsetCommand,
    ConfigShowCommand,
    ConfigPathCommand,
    ConfigValidateCommand,
    ConfigSchemaCommand,
    ConfigPatchCommand,
    ConfigHistoryCommand,
    ConfigRestoreCommand,
    ConfigExplainCommand,
  ],
})
export class ConfigCommand extends CommandGroup {}

export const CONFIG_COMMANDS = [
  ConfigCommand,
  ConfigGetCommand,
  ConfigSetCommand,
  ConfigUnsetCommand,
  ConfigShowCommand,
  ConfigPathCommand,
  ConfigValidateCommand,
  ConfigSchemaCommand,
  ConfigPatchCommand,
  ConfigHistoryCommand,
  ConfigRestoreCommand,
  ConfigExplainCommand,
];

function parseValue(raw: string, strict: boolean): unknown {
  try {
    return strict ? (JSON.parse(raw) as unknown) : JSON5.parse(raw);
  } catch (error) {
    if (strict) throw new UsageError(`the value is not valid JSON: ${messageOf(error)}`);
    return raw;
  }
}
