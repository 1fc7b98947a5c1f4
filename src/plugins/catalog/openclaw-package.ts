import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { OpenclawError } from '../../common/openclaw-error';
import { type PlainObject, isPlainObject } from '../../common/plain-object';
import type { Brings } from './brings';

/** Keys of `package.json`, and names of packages, of the program that such plugins are made for. */
export const OPENCLAW_NAMES = ['openclaw', 'clawdbot', 'moltbot'] as const;
export const PACKAGE_FILE = 'package.json';
const MAX_PACKAGE_BYTES = 1024 * 1024;

/** A plugin whose program calls `register(api)` of OpenClaw. */
export interface OpenclawPackage {
  /** Its files as they were read: `openclaw.plugin.json` and `package.json`. */
  raw: PlainObject;
  packageJson: PlainObject;
  /** What it registers, learned when it was enabled. */
  brings?: Brings;
}

/** No key of a file can be this, so nobody can claim it. */
const PACKAGE = Symbol('openclaw-package');
interface Marked {
  [PACKAGE]?: OpenclawPackage;
}

/** What a manifest was made of; undefined for a plugin made for this program. */
export const openclawPackageOf = (manifest: object): OpenclawPackage | undefined => (manifest as Marked)[PACKAGE];

/**
 * Manifest of a plugin made for OpenClaw, by the terms of ours; undefined for any other.
 * @throws OpenclawError PLUGIN_CHANNEL_FOREIGN for a channel
 */
export function manifestOfOpenclawPackage(folder: string, raw: unknown): PlainObject | undefined {
  if (!isPlainObject(raw) || raw['main'] !== undefined) return undefined;
  const packageJson = readJson(join(folder, PACKAGE_FILE));
  const entry = packageJson && entryOf(packageJson);
  if (packageJson === undefined || entry === undefined) return undefined;
  refuseChannels(raw['channels']);
  const { id, name, version = packageJson['version'], description, configSchema, activation } = raw;
  const skills = Array.isArray(raw['skills'])
    ? raw['skills'].filter((path) => existsSync(join(folder, String(path))))
    : [];
  const manifest: PlainObject & Marked = {
    id,
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    ...(configSchema === undefined ? {} : { configSchema }),
    ...(skills.length > 0 ? { skills } : {}),
    ...(isPlainObject(activation) && activation['onStartup'] === true ? { startup: true } : {}),
    main: entry,
  };
  manifest[PACKAGE] = { raw, packageJson };
  return manifest;
}

/** The same manifest with what the plugin registers. */
export function withBrings<T extends { startup?: boolean }>(manifest: T, brings: Brings): T {
  const made = openclawPackageOf(manifest);
  if (!made) return manifest;
  const { tools, methods, services, hooks, events } = brings;
  return {
    ...manifest,
    tools: tools.map(({ name, description, parameters }) => ({
      name: name.toLowerCase(),
      description,
      ...(parameters ? { parameters } : {}),
    })),
    methods,
    // A service or a listener is there from the beginning.
    startup: manifest.startup === true || services.length + hooks.length + events.length > 0,
    [PACKAGE]: { ...made, brings },
  };
}

/** @throws OpenclawError PLUGIN_CHANNEL_FOREIGN */
export function refuseChannels(channels: unknown): void {
  if (!Array.isArray(channels) || channels.length === 0) return;
  throw new OpenclawError(
    'PLUGIN_CHANNEL_FOREIGN',
    `it brings the channel ${channels.join(', ')} for OpenClaw, and channels made for OpenClaw are not run here; ` +
      'use a channel that is built in, or write one as in docs/how-to/write-a-plugin.md',
  );
}

/** File that it is started by. */
function entryOf(packageJson: PlainObject): string | undefined {
  for (const name of OPENCLAW_NAMES) {
    const part = packageJson[name];
    const entries = isPlainObject(part) && Array.isArray(part['extensions']) ? part['extensions'] : [];
    const first: unknown = entries[0];
    if (typeof first === 'string') return first;
  }
  return undefined;
}

function readJson(path: string): PlainObject | undefined {
  try {
    const parsed: unknown = JSON.parse(readBoundedFile(path, MAX_PACKAGE_BYTES)?.toString('utf8') ?? '');
    return isPlainObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
