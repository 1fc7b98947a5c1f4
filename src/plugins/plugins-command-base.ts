import { CliCommand } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { isPlainObject } from '../common/plain-object';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigWriter } from '../config/config-writer';
import type { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import type { OpenclawConfig } from '../config/openclaw.config';
import { resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { workspacePath } from '../workspace/workspace-path';
import { withoutEffect } from './catalog/brings';
import { openclawPackageOf } from './catalog/openclaw-package';
import { type PluginState, listPlugins } from './catalog/plugin-catalog';
import type { PluginManifest } from './catalog/plugin-manifest';
import type { Trial } from './try-plugin';

/** A command about plugins. */
export abstract class PluginsCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected get stateDir(): string {
    return resolveStateDir(this.env);
  }

  protected config(): OpenclawConfig {
    return loadConfig(resolveConfigPath(this.env, this.stateDir), this.env).config;
  }

  protected plugins(): PluginState[] {
    return listPlugins(this.config(), this.stateDir, this.env.home);
  }

  protected workspaceDir(): string {
    const config = this.config();
    return workspacePath(config, this.env, this.stateDir, defaultAgentId(config));
  }

  protected named([id]: string[]): PluginState {
    const plugins = this.plugins();
    const plugin = plugins.find((each) => each.id === id);
    if (!plugin)
      throw new UsageError(
        `there is no plugin "${id ?? ''}"; there are: ${plugins.map((each) => each.id).join(', ') || 'none'}`,
      );
    return plugin;
  }

  protected trial(): Trial {
    return { config: this.config(), env: this.env, stateDir: this.stateDir };
  }

  protected writer(): ConfigWriter {
    return new ConfigWriter(resolveConfigPath(this.env, this.stateDir), this.env);
  }

  /** What was noted of an installation, or nothing. */
  protected installOf(id: string): Record<string, unknown> {
    const install = this.config().plugins?.installs?.[id];
    return isPlainObject(install) ? install : {};
  }
}

/** What a plugin brings and may reach, in lines. */
export function reachOf(manifest: PluginManifest): string[] {
  const { tools, methods, channels, hooks, skills, providers, capabilities } = manifest;
  const { hosts, sockets, read, env } = capabilities ?? {};
  const brings = openclawPackageOf(manifest)?.brings;
  const lines: [string, readonly string[] | undefined][] = [
    ['tools', tools?.map(({ name }) => name)],
    ['methods', methods?.map(({ name }) => name)],
    ['channels', channels?.map(({ id }) => id)],
    ['is told of', hooks],
    ['skills', skills],
    ['model services', Object.keys(providers ?? {})],
    ['reaches', sockets ? ['any address, by itself'] : hosts],
    ['reads', read],
    ['is given the variables', env],
    ['services', brings?.services],
    ['commands', brings?.commands.map(({ name }) => `/${name}`)],
    ['addresses', brings?.routes.map(({ path }) => path)],
    ['has no effect here', brings && withoutEffect(brings)],
  ];
  return lines.flatMap(([what, names]) => (names?.length ? [`  ${what}: ${names.join(', ')}`] : []));
}
