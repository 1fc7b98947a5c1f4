import { join } from 'node:path';
import { openclawPackageOf } from './catalog/openclaw-package';
import type { PluginState } from './catalog/plugin-catalog';
import type { PluginManifest } from './catalog/plugin-manifest';

const ORIGINS = { installed: 'global', path: 'config' } as const;

/** A plugin for programs. */
export function pluginView(plugin: PluginState): object {
  const { manifest, folder, source, reason, isFaulty } = plugin;
  return {
    ...plugin,
    name: manifest?.name ?? plugin.id,
    ...(manifest?.version === undefined ? {} : { version: manifest.version }),
    ...(manifest?.description === undefined ? {} : { description: manifest.description }),
    format: plugin.madeFor === undefined ? 'nest' : 'openclaw',
    source: manifest?.main === undefined ? folder : join(folder, manifest.main),
    rootDir: folder,
    origin: ORIGINS[source],
    status: reason === undefined ? 'loaded' : isFaulty ? 'error' : 'disabled',
    ...(isFaulty ? { error: reason } : {}),
    ...(manifest ? broughtBy(manifest) : {}),
  };
}

function broughtBy(manifest: PluginManifest): object {
  const brings = openclawPackageOf(manifest)?.brings;
  const hookNames = manifest.hooks ?? [];
  return {
    toolNames: (manifest.tools ?? []).map(({ name }) => name),
    hookNames,
    hookCount: hookNames.length,
    channelIds: (manifest.channels ?? []).map(({ id }) => id),
    providerIds: Object.keys(manifest.providers ?? {}),
    gatewayMethods: (manifest.methods ?? []).map(({ name }) => name),
    cliCommands: brings?.cli ?? [],
    services: brings?.services ?? [],
    commands: (brings?.commands ?? []).map(({ name }) => name),
    httpRoutes: brings?.routes.length ?? 0,
    configSchema: manifest.configSchema !== undefined,
  };
}

export interface PluginFinding {
  id: string;
  problem: string;
}

interface Diagnostic {
  level: 'error';
  pluginId: string;
  message: string;
}

const diagnosticOf = ({ id, problem }: PluginFinding): Diagnostic => ({
  level: 'error',
  pluginId: id,
  message: problem,
});

/** All plugins for programs, and what is wrong with them. */
export const pluginsView = (plugins: readonly PluginState[], workspaceDir: string): object => ({
  workspaceDir,
  plugins: plugins.map(pluginView),
  diagnostics: plugins.flatMap(({ id, isFaulty, reason }) =>
    isFaulty && reason !== undefined ? [diagnosticOf({ id, problem: reason })] : [],
  ),
});

export const pluginFindingsView = (findings: readonly PluginFinding[]): object => ({
  ok: findings.length === 0,
  pluginErrors: findings.map(({ id, problem }) => ({ id, error: problem })),
  diagnostics: findings.map(diagnosticOf),
  findings,
});
