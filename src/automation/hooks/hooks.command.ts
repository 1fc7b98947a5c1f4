import { existsSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Command, Option, SubCommand } from 'nest-commander';
import { shortId } from '../../common/short-id';
import { CliCommand, CommandGroup, type JsonOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine, printTable } from '../../common/cli/output';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigWriter } from '../../config/config-writer';
import { Environment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { workspacePath } from '../../workspace/workspace-path';
import { hashOf, hookHash, readHookFiles, writeHookFiles } from './handlers/hook-files';
import { type HookInfo, hooksIn } from './hook-folder';
import { hookView, hooksCheckView } from './hooks-view';
import { type HookState, listHooks } from './list-hooks';
import { commandLine } from '../../common/cli/own-commands';

/** Entry of `hooks.internal.installs`. */
interface HookInstall {
  /** SHA-256 of all its files, as its owner has agreed to them. */
  sha256: string;
  /** The following of a copy only. */
  source?: 'path';
  /** Folder that it was copied from. */
  sourcePath?: string;
  installPath?: string;
  installedAt?: string;
}

interface HookCopied extends HookInstall {
  sourcePath: string;
}

/** The hook in a folder. @throws UsageError where it can't be used */
function usableIn(folder: string): HookInfo {
  const found = hooksIn(resolve(folder, '..'), 'managed').find((hook) => hook.folder === folder);
  if (!found) throw new UsageError(`${folder} has no HOOK.md`);
  if (found.fault !== undefined) throw new UsageError(`${folder} can't be used: ${found.fault}`);
  return found;
}

abstract class HooksCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected hooks(): HookState[] {
    const { workspaceDir } = this.folders();
    return listHooks(this.config(), resolveStateDir(this.env), workspaceDir);
  }

  /** Where hooks of the workspace and of the owner are looked for. */
  protected folders(): { workspaceDir: string; managedHooksDir: string } {
    const stateDir = resolveStateDir(this.env);
    const config = this.config();
    return {
      workspaceDir: workspacePath(config, this.env, stateDir, defaultAgentId(config)),
      managedHooksDir: join(stateDir, 'hooks'),
    };
  }

  protected named([name]: string[]): HookState {
    const hooks = this.hooks();
    const hook = hooks.find((each) => each.name === name);
    if (!hook)
      throw new UsageError(`there is no hook "${name ?? ''}"; there are: ${hooks.map((each) => each.name).join(', ')}`);
    return hook;
  }

  /** Which files were agreed to, and where a copy came from. */
  protected async note(name: string, install: HookInstall): Promise<void> {
    await this.writer().edit([{ path: ['hooks', 'internal', 'installs', name], value: install }]);
  }

  protected installs(): Record<string, HookInstall> {
    return (this.config().hooks?.internal?.installs ?? {}) as Record<string, HookInstall>;
  }

  protected writer(): ConfigWriter {
    return new ConfigWriter(resolveConfigPath(this.env, resolveStateDir(this.env)), this.env);
  }

  protected config(): OpenclawConfig {
    return loadConfig(resolveConfigPath(this.env, resolveStateDir(this.env)), this.env).config;
  }
}

@SubCommand({ name: 'list', description: 'hooks, and whether they run' })
export class HooksListCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const hooks = this.hooks();
    if (options.json) printJson({ ...this.folders(), hooks: hooks.map((hook) => hookView(hook, this.config())) });
    else
      printTable(hooks, [
        { title: 'Hook', value: (row) => row.name },
        { title: 'From', value: (row) => row.source },
        { title: 'Events', value: (row) => row.events.join(', ') },
        { title: 'Runs', value: (row) => (row.reason === undefined ? 'yes' : `no: ${row.reason}`) },
        { title: 'What it does', value: (row) => row.description },
      ]);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'info', arguments: '<name>', description: 'one hook' })
export class HooksInfoCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run(args: string[], options: JsonOptions): Promise<void> {
    const hook = this.named(args);
    if (options.json) printJson(hookView(hook, this.config()));
    else {
      printLine(`${hook.name} (${hook.source}): ${hook.description}`);
      printLine(`events: ${hook.events.join(', ') || 'none'}`);
      if (hook.folder) printLine(`folder: ${hook.folder}`);
      printLine(hook.reason === undefined ? 'it runs' : `it does not run: ${hook.reason}`);
    }
    return Promise.resolve();
  }
}

@SubCommand({ name: 'check', description: 'hooks that are on and do not run, with the reason' })
export class HooksCheckCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const hooks = this.hooks();
    const bad = hooks.filter(({ enabled, reason, fault }) => (enabled && reason !== undefined) || fault !== undefined);
    if (options.json) printJson(hooksCheckView(hooks, bad, this.config()));
    else if (bad.length === 0) printLine('all hooks that are on run');
    else for (const { name, reason, fault } of bad) printLine(`${name}: ${fault ?? reason ?? ''}`);
    if (bad.length > 0) process.exitCode = 1;
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'enable',
  arguments: '<name>',
  description: 'agree to the files of a hook as they are now, and let it run',
})
export class HooksEnableCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: JsonOptions): Promise<void> {
    const hook = this.named(args);
    const { name, fault, source } = hook;
    if (fault !== undefined) throw new UsageError(`${name} can't be used: ${fault}`);
    const sha256 = source === 'bundled' ? undefined : hookHash(hook.folder);
    await this.writer().edit([
      { path: ['hooks', 'internal', 'enabled'], value: true },
      { path: ['hooks', 'internal', 'entries', name, 'enabled'], value: true },
      ...(sha256 === undefined
        ? []
        : [{ path: ['hooks', 'internal', 'installs', name], value: { ...this.installs()[name], sha256 } }]),
    ]);
    if (options.json) return printJson({ name, enabled: true, ...(sha256 === undefined ? {} : { sha256 }) });
    printLine(`${name} is on`);
    if (sha256 === undefined) return;
    const { env = {}, paths = [] } = this.config().hooks?.internal?.entries?.[name] ?? {};
    printLine(`  its files: ${hook.folder}, as they are now (sha256 ${shortId(sha256, 16)}…)`);
    printLine(`  is told of: ${hook.events.join(', ')}`);
    printLine(`  reads and writes: the workspace`);
    if (paths.length > 0) printLine(`  reads: ${paths.join(', ')}`);
    if (Object.keys(env).length > 0) printLine(`  is given the variables: ${Object.keys(env).join(', ')}`);
  }
}

@SubCommand({ name: 'disable', arguments: '<name>', description: 'disable a hook' })
export class HooksDisableCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: JsonOptions): Promise<void> {
    const { name } = this.named(args);
    await this.writer().edit([{ path: ['hooks', 'internal', 'entries', name, 'enabled'], value: false }]);
    if (options.json) printJson({ name, enabled: false });
    else printLine(`${name} is off`);
  }
}

@SubCommand({
  name: 'install',
  arguments: '<folder>',
  description: 'copy a hook to the others; it is off until it is enabled',
})
export class HooksInstallCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '-l, --link', description: 'a link to the folder instead of a copy' })
  parseLink(): boolean {
    return true;
  }

  async run([folder]: string[], options: JsonOptions & { link?: boolean }): Promise<void> {
    if (folder === undefined) throw new UsageError('which folder?');
    const from = resolve(folder);
    const name = basename(from);
    const found = usableIn(from);
    const to = join(resolveStateDir(this.env), 'hooks', name);
    if (existsSync(to)) throw new UsageError(`${to} is there already; remove it first`);
    await mkdir(join(to, '..'), { recursive: true, mode: 0o700 });
    const files = readHookFiles(from);
    const sha256 = hashOf(files);
    if (options.link) {
      symlinkSync(from, to, 'dir');
      await this.note(found.name, { sha256 });
    } else {
      writeHookFiles(files, to);
      await this.note(found.name, {
        sha256,
        source: 'path',
        sourcePath: from,
        installPath: to,
        installedAt: new Date().toISOString(),
      });
    }
    if (options.json) printJson({ name: found.name, folder: to });
    else printLine(`${found.name} is in ${to}; ${commandLine(`hooks enable ${found.name}`)} lets it run`);
  }
}

interface UpdateOptions extends JsonOptions {
  all?: boolean;
  dryRun?: boolean;
}

@SubCommand({
  name: 'update',
  arguments: '[name]',
  description: 'copy hooks again from where they were installed from; enabled ones run with it at once',
})
export class HooksUpdateCommand extends HooksCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--all', description: 'all that were copied' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--dry-run', description: 'only say what would change' })
  parseDryRun(): boolean {
    return true;
  }

  async run([name]: string[], options: UpdateOptions): Promise<void> {
    const installs = this.installs();
    const copied = new Map(
      Object.entries(installs).flatMap(([each, { sourcePath, ...more }]): [string, HookCopied][] =>
        sourcePath === undefined ? [] : [[each, { ...more, sourcePath }]],
      ),
    );
    const known = [...copied.keys()];
    if ((name === undefined) === (options.all !== true)) throw new UsageError('name a hook, or --all');
    if (name !== undefined && !copied.has(name))
      throw new UsageError(`"${name}" was not copied by hooks install; there are: ${known.join(', ') || 'none'}`);
    const updated: { name: string; changed: boolean }[] = [];
    for (const [each, install] of copied)
      if (name === undefined || name === each)
        updated.push({ name: each, changed: await this.renew(each, install, options.dryRun === true) });
    if (options.json) return printJson({ hooks: updated, dryRun: options.dryRun === true });
    for (const { name: each, changed } of updated)
      printLine(`${each}: ${!changed ? 'as it was' : options.dryRun ? 'would change' : 'updated'}`);
  }

  /** The copy is made aside and then takes the old one's place, so that a running hook never sees half of it. */
  private async renew(name: string, install: HookCopied, isDry: boolean): Promise<boolean> {
    const { sourcePath } = install;
    usableIn(sourcePath);
    // Found anew, whatever is written down: nothing else is replaced.
    const place = join(resolveStateDir(this.env), 'hooks');
    const installPath = hooksIn(place, 'managed').find((hook) => hook.name === name)?.folder;
    if (installPath === undefined) throw new UsageError(`${name} is no longer in ${place}; install it again`);
    const files = readHookFiles(sourcePath);
    const sha256 = hashOf(files);
    if (sha256 === hookHash(installPath) && sha256 === install.sha256) return false;
    if (isDry) return true;
    const aside = `${installPath}.new`;
    rmSync(aside, { recursive: true, force: true });
    writeHookFiles(files, aside);
    rmSync(installPath, { recursive: true, force: true });
    renameSync(aside, installPath);
    await this.note(name, { ...install, sha256, installedAt: new Date().toISOString() });
    return true;
  }
}

const LEAVES = [
  HooksListCommand,
  HooksInfoCommand,
  HooksCheckCommand,
  HooksEnableCommand,
  HooksDisableCommand,
  HooksInstallCommand,
  HooksUpdateCommand,
];

@Command({ name: 'hooks', description: 'programs that take part in what happens', subCommands: LEAVES })
export class HooksCommand extends CommandGroup {}

export const HOOKS_COMMANDS = [HooksCommand, ...LEAVES] as const;
