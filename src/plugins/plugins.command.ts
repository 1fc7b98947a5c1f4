import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, SubCommand } from 'nest-commander';
import { CommandGroup, type JsonOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine, printTable } from '../common/cli/output';
import { OpenclawError } from '../common/openclaw-error';
import { Environment } from '../config/environment';
import type { PluginGrantsConfig } from '../config/sections/extensions.config';
import { type Brings, writeBrings } from './catalog/brings';
import { openclawPackageOf, withBrings } from './catalog/openclaw-package';
import { pluginHash, pluginsFolder } from './catalog/plugin-catalog';
import { type PluginManifest, needsCode, readManifest } from './catalog/plugin-manifest';
import { schemaProblem } from './catalog/schema-check';
import { commandLine } from '../common/cli/own-commands';
import { notGranted, wantedReach } from './openclaw/wanted-reach';
import { PluginsCommandBase, reachOf } from './plugins-command-base';
import { PluginsInstallCommand, PluginsUpdateCommand } from './plugins-install.command';
import { type PluginFinding, pluginFindingsView, pluginView, pluginsView } from './plugins-view';
import type { Trial } from './try-plugin';

@SubCommand({ name: 'list', description: 'plugins, and whether they are loaded' })
export class PluginsListCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: JsonOptions): Promise<void> {
    const plugins = this.plugins();
    if (options.json) printJson(pluginsView(plugins, this.workspaceDir()));
    else if (plugins.length === 0) printLine(`no plugins; ${commandLine('plugins install <source>')}`);
    else
      printTable(plugins, [
        { title: 'Plugin', value: (row) => row.id },
        { title: 'Version', value: (row) => row.manifest?.version ?? '' },
        { title: 'Loaded', value: (row) => (row.reason === undefined ? 'yes' : `no: ${row.reason}`) },
        { title: 'What it does', value: (row) => row.manifest?.description ?? '' },
      ]);
    return Promise.resolve();
  }
}

@SubCommand({ name: 'info', arguments: '<id>', description: 'one plugin: what it brings and what it may reach' })
export class PluginsInfoCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  run(args: string[], options: JsonOptions): Promise<void> {
    const plugin = this.named(args);
    const install = this.installOf(plugin.id);
    if (options.json) printJson({ ...pluginView(plugin), install });
    else {
      printLine(`${plugin.id} ${plugin.manifest?.version ?? ''}: ${plugin.manifest?.description ?? ''}`);
      printLine(`folder: ${plugin.folder}`);
      if (typeof install['spec'] === 'string') printLine(`from: ${install['spec']}`);
      for (const line of plugin.manifest ? reachOf(plugin.manifest) : []) printLine(line);
      printLine(plugin.reason === undefined ? 'it is loaded' : `it is not loaded: ${plugin.reason}`);
    }
    return Promise.resolve();
  }
}

@SubCommand({
  name: 'enable',
  arguments: '<id>',
  description: 'trust the files of a plugin as they are now and load it',
})
export class PluginsEnableCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: JsonOptions): Promise<void> {
    const { id, manifest, folder, reason } = this.named(args);
    if (!manifest) throw new UsageError(`${id} can't be used: ${reason ?? ''}`);
    const entry = this.config().plugins?.entries?.[id];
    const config = entry?.config ?? {};
    const problem = manifest.configSchema && (await schemaProblem(manifest.configSchema, config));
    if (problem !== undefined)
      throw new UsageError(
        `plugins.entries.${id}.config: ${problem}; set it first: openclaw config set plugins.entries.${id}.config '{…}'`,
      );
    const sha256 = pluginHash(folder, manifest);
    const brings = openclawPackageOf(manifest) ? await this.learn(manifest, folder, sha256) : undefined;
    const note = brings && { brings: writeBrings(pluginsFolder(this.stateDir), id, brings) };
    await this.writer().edit([
      { path: ['plugins', 'installs', id], value: { ...this.installOf(id), sha256, ...note } },
      { path: ['plugins', 'entries', id, 'enabled'], value: true },
    ]);
    const wanted = brings ? notGranted(wantedReach(folder), entry?.grants) : {};
    if (options.json) printJson({ id, enabled: true, sha256, ...(brings ? { brings, wanted } : {}) });
    else {
      printLine(`${id} is on`);
      for (const line of reachOf(brings ? withBrings(manifest, brings) : manifest)) printLine(line);
      for (const line of proposalOf(id, wanted, entry?.grants)) printLine(line);
    }
  }

  /** Runs the program once behind the walls, from a copy of the files that were looked at. */
  private async learn(manifest: PluginManifest, folder: string, sha256: string): Promise<Brings> {
    const { id } = manifest;
    const [{ tryPlugin }, { PluginCopies }] = await Promise.all([import('./try-plugin'), import('./plugin-copies')]);
    const place = mkdtempSync(join(tmpdir(), 'openclaw-learn-'));
    try {
      const copy = await new PluginCopies(place).of(id, folder, sha256);
      const { fault, brings } = await tryPlugin(manifest, copy, this.trial());
      if (!brings)
        throw new OpenclawError('PLUGIN_NOT_RUN', `${id} is made for OpenClaw and can't be run here: ${fault ?? ''}`);
      return brings;
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }
}

@SubCommand({ name: 'disable', arguments: '<id>', description: 'no longer load a plugin' })
export class PluginsDisableCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: JsonOptions): Promise<void> {
    const { id } = this.named(args);
    await this.writer().edit([{ path: ['plugins', 'entries', id, 'enabled'], value: false }]);
    if (options.json) printJson({ id, enabled: false });
    else printLine(`${id} is off`);
  }
}

@SubCommand({
  name: 'remove',
  aliases: ['uninstall'],
  arguments: '<id>',
  description: 'switch a plugin off and delete its files; its data stays',
})
export class PluginsRemoveCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: JsonOptions): Promise<void> {
    const { id, folder, source } = this.named(args);
    if (source === 'path')
      throw new UsageError(`${folder} is named in plugins.load.paths; take it out there, its files are yours`);
    await this.writer().edit([
      { path: ['plugins', 'entries', id], unset: true },
      { path: ['plugins', 'installs', id], unset: true },
    ]);
    const { removePlugin } = await import('./plugin-installer');
    if (folder !== '') await removePlugin(folder);
    if (options.json) printJson({ id, removed: true });
    else printLine(`${id} is gone`);
  }
}

@SubCommand({
  name: 'doctor',
  arguments: '[folder]',
  description: 'plugins that are on and do not work; with a folder: start that plugin once and check it',
})
export class PluginsDoctorCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run([folder]: string[], options: JsonOptions): Promise<void> {
    const findings = folder === undefined ? await this.checkAll() : await this.checkFolder(resolve(folder));
    if (options.json) printJson(pluginFindingsView(findings));
    else if (findings.length === 0) printLine('all is well');
    else for (const { id, problem } of findings) printLine(`${id}: ${problem}`);
    if (findings.length > 0) process.exitCode = 1;
  }

  /** One that nobody has enabled gets the settings of its name, and nothing of what was granted to that. */
  private checkFolder(folder: string): Promise<PluginFinding[]> {
    const trial = this.trial();
    const { id } = readManifest(folder);
    const { config } = trial.config.plugins?.entries?.[id] ?? {};
    return this.check(folder, { ...trial, config: config ? { plugins: { entries: { [id]: { config } } } } : {} });
  }

  private async checkAll(): Promise<PluginFinding[]> {
    const findings: PluginFinding[] = [];
    for (const { id, folder, enabled, reason, isFaulty } of this.plugins()) {
      if (isFaulty && reason !== undefined) findings.push({ id, problem: reason });
      else if (enabled && reason === undefined) findings.push(...(await this.check(folder, this.trial())));
    }
    return findings;
  }

  private async check(folder: string, trial: Trial): Promise<PluginFinding[]> {
    const manifest = readManifest(folder);
    const { id } = manifest;
    const config = trial.config.plugins?.entries?.[id]?.config ?? {};
    const problem = manifest.configSchema && (await schemaProblem(manifest.configSchema, config));
    if (problem !== undefined) return [{ id, problem: `plugins.entries.${id}.config: ${problem}` }];
    if (!needsCode(manifest) && !openclawPackageOf(manifest)) return [];
    const { tryPlugin } = await import('./try-plugin');
    const { fault } = await tryPlugin(manifest, folder, trial);
    return fault === undefined ? [] : [{ id, problem: fault }];
  }
}

/** What a plugin looks as if it reached and was not granted, with the command that grants it. */
function proposalOf(id: string, wanted: PluginGrantsConfig, granted: PluginGrantsConfig = {}): string[] {
  const { hosts = [], programs = [], folders = [], network } = wanted;
  const lines: [string, readonly string[]][] = [
    ['hosts', hosts],
    ['programs', programs],
    ['folders', folders],
    ['connections of its own', network ? ['wherever it likes'] : []],
  ];
  const told = lines.flatMap(([what, names]) => (names.length > 0 ? [`    ${what}: ${names.join(', ')}`] : []));
  if (told.length === 0) return [];
  const all = {
    ...granted,
    ...Object.fromEntries(
      Object.entries({ hosts, programs, folders }).flatMap(([name, names]) => {
        const both = [...(granted[name as 'hosts'] ?? []), ...names];
        return both.length > 0 ? [[name, both]] : [];
      }),
    ),
    ...(network ? { network } : {}),
  };
  return [
    '  it looks as if it reached what it was not granted:',
    ...told,
    `  what of it you trust it with: ${commandLine(`config set plugins.entries.${id}.grants '${JSON.stringify(all)}'`)}`,
  ];
}

const LEAVES = [
  PluginsListCommand,
  PluginsInfoCommand,
  PluginsInstallCommand,
  PluginsEnableCommand,
  PluginsDisableCommand,
  PluginsUpdateCommand,
  PluginsRemoveCommand,
  PluginsDoctorCommand,
];

@Command({ name: 'plugins', description: 'programs of others that add tools, channels and more', subCommands: LEAVES })
export class PluginsCommand extends CommandGroup {}

export const PLUGINS_COMMANDS = [PluginsCommand, ...LEAVES] as const;
