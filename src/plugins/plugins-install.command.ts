import { resolve } from 'node:path';
import { Option, SubCommand } from 'nest-commander';
import type { JsonOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine } from '../common/cli/output';
import { commandLine } from '../common/cli/own-commands';
import { OpenclawError } from '../common/openclaw-error';
import { Environment } from '../config/environment';
import { expandPath } from '../config/state-paths';
import { pluginHash } from './catalog/plugin-catalog';
import { readManifest } from './catalog/plugin-manifest';
import { PluginsCommandBase, reachOf } from './plugins-command-base';

@SubCommand({
  name: 'install',
  arguments: '<source>',
  description: 'bring a plugin here from a folder, an archive, git or npm; it is off until it is enabled',
})
export class PluginsInstallCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '-l, --link', description: 'load it from its folder, where you go on working on it; no copy' })
  parseLink(): boolean {
    return true;
  }

  async run([source]: string[], options: JsonOptions & { link?: boolean }): Promise<void> {
    if (source === undefined) throw new UsageError('which folder, archive, git address or package?');
    if (options.link) return this.link(source, options);
    const { installPlugin } = await import('./plugin-installer');
    const { manifest, folder, install } = await installPlugin(source, this.stateDir, this.env, process.cwd());
    await this.writer().edit([{ path: ['plugins', 'installs', manifest.id], value: install }]);
    if (options.json) printJson({ id: manifest.id, folder, ...install });
    else {
      printLine(`${manifest.id} is in ${folder}`);
      for (const line of reachOf(manifest)) printLine(line);
      printLine(`${commandLine(`plugins enable ${manifest.id}`)} lets it run`);
    }
  }

  /** Names the folder in `plugins.load.paths`. @throws OpenclawError PLUGIN_MANIFEST_INVALID, PLUGIN_THERE */
  private async link(source: string, options: JsonOptions): Promise<void> {
    const folder = resolve(expandPath(source, this.env.home));
    const manifest = readManifest(folder);
    const there = this.plugins().find(({ id }) => id === manifest.id);
    if (there)
      throw new OpenclawError(
        'PLUGIN_THERE',
        `plugin ${manifest.id} is there already, in ${there.folder}; openclaw plugins remove ${manifest.id} first`,
      );
    const paths = this.config().plugins?.load?.paths ?? [];
    await this.writer().edit([{ path: ['plugins', 'load', 'paths'], value: [...paths, folder] }]);
    if (options.json) return printJson({ id: manifest.id, folder, linked: true });
    printLine(`${manifest.id} is loaded from ${folder}`);
    for (const line of reachOf(manifest)) printLine(line);
    printLine(`${commandLine(`plugins enable ${manifest.id}`)} lets it run; again after each change of its files`);
  }
}

@SubCommand({
  name: 'update',
  arguments: '[id]',
  description: 'fetch plugins again from where they came; one that has changed is off until it is enabled again',
})
export class PluginsUpdateCommand extends PluginsCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--all', description: 'all that were installed' })
  parseAll(): boolean {
    return true;
  }

  @Option({ flags: '--dry-run', description: 'only tell what would come; what is here stays' })
  parseDryRun(): boolean {
    return true;
  }

  async run([id]: string[], options: JsonOptions & { all?: boolean; dryRun?: boolean }): Promise<void> {
    if ((id === undefined) === (options.all !== true)) throw new UsageError('name a plugin, or --all');
    const wanted = id === undefined ? this.plugins().map((plugin) => plugin.id) : [this.named([id]).id];
    const updated: { id: string; version?: string; changed: boolean }[] = [];
    const { lookAtSource, replacePlugin } = await import('./plugin-installer');
    for (const each of wanted) {
      const install = this.installOf(each);
      const { spec } = install;
      if (typeof spec !== 'string') {
        if (id === undefined) continue;
        throw new UsageError(`${each} was not installed by "plugins install", so nobody knows where it came from`);
      }
      const before = this.named([each]);
      if (before.source === 'path')
        throw new UsageError(`${each} is loaded from ${before.folder} itself; bring that folder up to date by hand`);
      const was = before.manifest ? pluginHash(before.folder, before.manifest) : undefined;
      if (options.dryRun) {
        const { manifest: next, sha256 } = await lookAtSource(spec, this.stateDir, this.env);
        updated.push({ id: each, ...(next.version ? { version: next.version } : {}), changed: sha256 !== was });
        continue;
      }
      const { manifest, folder, install: fresh } = await replacePlugin(each, spec, this.stateDir, this.env);
      const changed = pluginHash(folder, manifest) !== was;
      await this.writer().edit([{ path: ['plugins', 'installs', each], value: { ...install, ...fresh } }]);
      updated.push({ id: each, ...(manifest.version ? { version: manifest.version } : {}), changed });
    }
    if (options.json) return printJson({ ...(options.dryRun ? { dryRun: true } : {}), plugins: updated });
    if (updated.length === 0) printLine('no plugin was installed from anywhere');
    for (const { id: each, version = '', changed } of updated)
      printLine(
        changed && options.dryRun
          ? `${each} would become ${version === '' ? 'another one' : version}; nothing was changed`
          : changed
            ? `${each} ${version} is there; ${commandLine(`plugins enable ${each}`)} lets it run as it is now`
            : `${each} ${version} is as it was`,
      );
  }
}
