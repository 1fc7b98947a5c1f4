import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OpenclawError } from '../common/openclaw-error';
import { makeTreePrivate } from '../common/private-files';
import { Redactor } from '../common/redactor';
import { ConfigService } from '../config/config.service';
import type { Environment } from '../config/environment';
import { expandPath } from '../config/state-paths';
import { type FetchOptions, fetchSource, kindOfSource } from '../skills/install/fetch-source';
import { dropGitFolders } from '../tools/git/drop-git-folders';
import { GuardedHttp } from '../tools/web/guarded-http.service';
import { pluginHash, pluginsFolder } from './catalog/plugin-catalog';
import { MANIFEST_FILE, type PluginManifest, readManifest } from './catalog/plugin-manifest';
import { openclawPackageOf } from './catalog/openclaw-package';
import { isOpenclawItself } from './openclaw/openclaw-start';
import { fetchLibraries, refuseLinks } from './plugin-libraries';
import { PLUGIN, clearStages, makeStage } from './plugin-stages';

export interface InstalledPlugin {
  manifest: PluginManifest;
  folder: string;
  /** Entry for `plugins.installs.<id>`. */
  install: Record<string, string>;
}

/** `@scope/name`, with a version or without: nobody but the owner of a scope publishes in it. */
const isScopedPackage = (source: string, { home, cwd }: Pick<FetchOptions, 'home' | 'cwd'>): boolean =>
  /^@[a-z\d~-][\w.~-]*\/[a-z\d~-][\w.~-]*(?:@[\w.^~-]+)?$/i.test(source) &&
  !existsSync(resolve(cwd, expandPath(source, home)));

/**
 * Brings a plugin from a folder, an archive, git or npm to the others. Nothing of it is run, scripts of packages
 * included; it is off until somebody switches it on.
 * @throws OpenclawError PLUGIN_MANIFEST_INVALID, PLUGIN_THERE, PLUGIN_REFUSED, SKILL_SOURCE_UNKNOWN, SKILL_SOURCE_FAILED
 */
export function installPlugin(
  named: string,
  stateDir: string,
  env: Environment,
  cwd: string,
): Promise<InstalledPlugin> {
  return staged(named, stateDir, env, cwd, async ({ root, manifest, fetched }) => {
    const folder = join(pluginsFolder(stateDir), manifest.id);
    await rename(root, folder);
    return {
      manifest,
      folder,
      install: {
        source: fetched.kind === 'folder' ? 'path' : fetched.kind,
        spec: fetched.source,
        ...(manifest.version ? { version: manifest.version } : {}),
        installPath: folder,
        installedAt: new Date().toISOString(),
      },
    };
  });
}

/**
 * What {@link replacePlugin} would bring, which is fetched for it and thrown away again.
 * @throws OpenclawError as {@link installPlugin}, but not PLUGIN_THERE
 */
export function lookAtSource(
  named: string,
  stateDir: string,
  env: Environment,
): Promise<{ manifest: PluginManifest; sha256: string }> {
  const look = ({ root, manifest }: Staged): Promise<{ manifest: PluginManifest; sha256: string }> =>
    Promise.resolve({ manifest, sha256: pluginHash(root, manifest) });
  return staged(named, stateDir, env, process.cwd(), look, true);
}

interface Staged {
  /** Folder of its files. */
  root: string;
  manifest: PluginManifest;
  fetched: { kind: string; source: string };
}

/** Fetches a plugin with its libraries into a folder that goes afterwards. @param mayBeThere it is only looked at */
async function staged<T>(
  named: string,
  stateDir: string,
  env: Environment,
  cwd: string,
  use: (staged: Staged) => Promise<T>,
  mayBeThere = false,
): Promise<T> {
  const http = new GuardedHttp(new ConfigService(env, new Redactor()));
  const options: FetchOptions = {
    env: env.all(),
    home: env.home,
    cwd,
    guard: (host, port, trusted) => http.addressFor(host, port, trusted),
    trustsSource: true,
    hint: 'one in a scope (@scope/name) is known by its owner and needs no npm:',
    download: () =>
      Promise.reject(new OpenclawError('SKILL_SOURCE_UNKNOWN', 'fetch the archive yourself, then name its file')),
  };
  const source = isScopedPackage(named, options) ? `npm:${named}` : named;
  kindOfSource(source, options);
  await mkdir(pluginsFolder(stateDir), { recursive: true, mode: 0o700 });
  await clearStages(stateDir);
  const stage = await makeStage(pluginsFolder(stateDir), 'staged');
  try {
    const fetched = await fetchSource(source, join(stage, 'source'), options);
    await refuseLinks(fetched.folder);
    const root = rootOf(fetched.folder);
    if (!existsSync(join(root, MANIFEST_FILE)))
      throw new OpenclawError('PLUGIN_MANIFEST_INVALID', `${named} is no plugin: it holds no ${MANIFEST_FILE}`);
    const manifest = readManifest(root);
    const folder = join(pluginsFolder(stateDir), manifest.id);
    if (!mayBeThere && existsSync(folder))
      throw new OpenclawError(
        'PLUGIN_THERE',
        `plugin ${manifest.id} is there already; openclaw plugins remove ${manifest.id} first`,
      );
    await fetchLibraries(root, fetched.kind, options, openclawPackageOf(manifest) ? isOpenclawItself : undefined);
    await dropGitFolders(root);
    await makeTreePrivate(root);
    return await use({ root, manifest, fetched });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/**
 * Brings a plugin here anew; where that fails, the one that is here stays.
 * @throws OpenclawError as {@link installPlugin}, and PLUGIN_OTHER where another plugin lies at its source by now
 */
export async function replacePlugin(
  id: string,
  source: string,
  stateDir: string,
  env: Environment,
): Promise<InstalledPlugin> {
  const folder = join(pluginsFolder(stateDir), id);
  const stage = await makeStage(pluginsFolder(stateDir), 'replaced');
  const aside = join(stage, PLUGIN);
  await rename(folder, aside);
  try {
    const installed = await installPlugin(source, stateDir, env, process.cwd());
    if (installed.manifest.id !== id) {
      await removePlugin(installed.folder);
      throw new OpenclawError('PLUGIN_OTHER', `${source} holds the plugin "${installed.manifest.id}" now, not "${id}"`);
    }
    return installed;
  } catch (error) {
    await rename(aside, folder);
    throw error;
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Removes the files of an installed plugin; its data stays. */
export async function removePlugin(folder: string): Promise<void> {
  const stage = await makeStage(dirname(folder), 'removed');
  await rename(folder, join(stage, PLUGIN));
  await rm(stage, { recursive: true, force: true });
}

/** npm packs its files below `package`; archives often hold one folder. */
function rootOf(folder: string): string {
  return existsSync(join(folder, 'package', MANIFEST_FILE)) ? join(folder, 'package') : folder;
}
