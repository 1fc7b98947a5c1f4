import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isReallyWithin } from '../../common/paths/path-place';
import { isPlainObject } from '../../common/plain-object';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { expandPath } from '../../config/state-paths';
import { hashFolder, listSkillFiles } from '../../skills/trust/hash-folder';
import { MANIFEST_FILE, type PluginManifest, readManifest } from './plugin-manifest';
import { readBrings } from './brings';
import { PACKAGE_FILE, openclawPackageOf, withBrings } from './openclaw-package';
import { commandLine } from '../../common/cli/own-commands';

export interface PluginState {
  id: string;
  folder: string;
  /** Installed here, or named in `plugins.load.paths`. */
  source: 'installed' | 'path';
  manifest?: PluginManifest;
  /** Another program whose plugin it is. */
  madeFor?: 'OpenClaw';
  enabled: boolean;
  /** Why it is not loaded; undefined when it is. */
  reason?: string;
  /** The reason is a fault, not a wish. */
  isFaulty?: boolean;
}

export const pluginsFolder = (stateDir: string): string => join(stateDir, 'plugins');

/** All plugins there are, and which are to be loaded. Nothing of them is run. */
export function listPlugins(config: OpenclawConfig, stateDir: string, home: string): PluginState[] {
  const installed = pluginsFolder(stateDir);
  const folders: Pick<PluginState, 'folder' | 'source'>[] = [
    ...(existsSync(installed) ? readdirSync(installed).sort() : [])
      .filter((name) => !name.startsWith('.'))
      .map((name) => ({ folder: join(installed, name), source: 'installed' as const })),
    ...(config.plugins?.load?.paths ?? []).map((path) => ({
      folder: expandPath(path, home),
      source: 'path' as const,
    })),
  ];
  const found = new Map<string, PluginState>();
  for (const place of folders) {
    const plugin = stateOf(config, place, installed);
    if (!found.has(plugin.id)) found.set(plugin.id, plugin);
  }
  for (const [id, entry] of Object.entries(config.plugins?.entries ?? {}))
    if (entry.enabled === true && !found.has(id))
      found.set(id, {
        id,
        folder: '',
        source: 'installed',
        enabled: true,
        reason: `plugins.entries.${id} is enabled and there is no such plugin; ${commandLine('plugins install <source>')}`,
        isFaulty: true,
      });
  return [...found.values()];
}

/** Plugins that are to be loaded. */
export const loadedPlugins = (config: OpenclawConfig, stateDir: string, home: string): PluginState[] =>
  anyEnabled(config) ? listPlugins(config, stateDir, home).filter(({ reason }) => reason === undefined) : [];

/** Whether the configuration switches on any plugin at all; asked first, as it costs nothing. */
export const anyEnabled = ({ plugins }: OpenclawConfig): boolean =>
  plugins?.enabled !== false && Object.values(plugins?.entries ?? {}).some(({ enabled }) => enabled === true);

/** SHA-256 that a plugin had when somebody switched it on. */
export const trustedHash = (config: OpenclawConfig, id: string): string | undefined =>
  installNote(config, id, 'sha256');

function installNote(config: OpenclawConfig, id: string, key: 'sha256' | 'brings'): string | undefined {
  const install = config.plugins?.installs?.[id];
  const note = isPlainObject(install) ? install[key] : undefined;
  return typeof note === 'string' ? note : undefined;
}

/**
 * What all files of a plugin are now, those of its libraries included.
 * @param manifest what was read of it before; the hash is that of other files where they have another one
 * @throws OpenclawError PLUGIN_LINK for a link that leads out: what is there changes without the plugin
 */
export function pluginHash(folder: string, manifest?: PluginManifest): string {
  for (const file of listSkillFiles(folder, { everything: true }))
    if (!isReallyWithin(folder, join(folder, file)))
      throw new OpenclawError('PLUGIN_LINK', `${join(folder, file)} is a link that leads out of the plugin`);
  const made = manifest && openclawPackageOf(manifest);
  const read: Record<string, unknown> = {
    [MANIFEST_FILE]: made?.raw ?? manifest,
    ...(made ? { [PACKAGE_FILE]: made.packageJson } : {}),
  };
  const pieces: Record<string, Buffer[]> = {};
  const take = (file: string, piece: Buffer): void => {
    if (file in read) (pieces[file] ??= []).push(Buffer.from(piece));
  };
  const hash = hashFolder(folder, { everything: true, take });
  if (manifest)
    for (const [file, content] of Object.entries(read))
      if (!isDeepStrictEqual(JSON.parse(Buffer.concat(pieces[file] ?? []).toString('utf8')), content))
        throw new OpenclawError('PLUGIN_CHANGED', `${join(folder, file)} changes while it is read`);
  return hash;
}

function stateOf(
  config: OpenclawConfig,
  { folder, source }: Pick<PluginState, 'folder' | 'source'>,
  all: string,
): PluginState {
  let manifest: PluginManifest;
  try {
    if (!existsSync(join(folder, MANIFEST_FILE))) throw new Error(`${folder} has no ${MANIFEST_FILE}`);
    manifest = readManifest(folder);
  } catch (error) {
    const id = basename(folder);
    const enabled = config.plugins?.entries?.[id]?.enabled === true;
    return { id, folder, source, enabled, reason: messageOf(error), isFaulty: true };
  }
  const { id } = manifest;
  const enabled = config.plugins?.entries?.[id]?.enabled === true;
  const { isFaulty, ...why } = reasonAgainst(config, manifest, folder, enabled);
  const state = { id, folder, source, enabled, ...why, ...(isFaulty ? { isFaulty } : {}) };
  if (!openclawPackageOf(manifest)) return { ...state, manifest };
  const noted = installNote(config, id, 'brings');
  const brings = noted === undefined ? undefined : readBrings(all, id, noted);
  if (brings) return { ...state, manifest: withBrings(manifest, brings), madeFor: 'OpenClaw' };
  const unlearned = `it is made for OpenClaw, and its program was not run yet to learn what it brings; ${commandLine(`plugins enable ${id}`)}`;
  return {
    ...state,
    manifest,
    madeFor: 'OpenClaw',
    reason: why.reason ?? unlearned,
    ...(enabled ? { isFaulty: true } : {}),
  };
}

function reasonAgainst(
  config: OpenclawConfig,
  manifest: PluginManifest,
  folder: string,
  enabled: boolean,
): { reason?: string; isFaulty?: boolean } {
  const { id } = manifest;
  const { plugins } = config;
  if (plugins?.enabled === false) return { reason: 'plugins.enabled is false' };
  if (plugins?.deny?.includes(id)) return { reason: 'plugins.deny names it' };
  if (plugins?.allow?.length && !plugins.allow.includes(id)) return { reason: 'plugins.allow does not name it' };
  if (!enabled) return { reason: `it is off; ${commandLine(`plugins enable ${id}`)}` };
  const trusted = trustedHash(config, id);
  if (trusted === undefined)
    return { reason: `nobody has looked at its files; ${commandLine(`plugins enable ${id}`)}`, isFaulty: true };
  try {
    if (trusted === pluginHash(folder, manifest)) return {};
  } catch (error) {
    return { reason: messageOf(error), isFaulty: true };
  }
  return {
    reason: `its files are no longer those that were enabled; look at them, then ${commandLine(`plugins enable ${id}`)}`,
    isFaulty: true,
  };
}
