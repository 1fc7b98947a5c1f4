import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModelProviderConfig } from '../../agent/providers/models.config';
import { readBoundedFile } from '../../common/bounded-file';
import { messageOf, OpenclawError } from '../../common/openclaw-error';
import { isReallyWithin, staysInside } from '../../common/paths/path-place';
import {
  Bool,
  Int,
  MapOf,
  Nested,
  NestedList,
  Obj,
  OneOf,
  OpenKeys,
  Opt,
  StrList,
  Text,
} from '../../common/validation/fields';
import { PROVIDER_KEYS } from '../../config/provider-keys';
import type { PluginGrantsConfig } from '../../config/sections/extensions.config';
import { manifestOfOpenclawPackage, openclawPackageOf } from './openclaw-package';
import { findDtoProblems } from '../../common/validation/validate-dto';
import { TOLD_EVENTS } from '../../automation/hooks/handlers/hook-event';
import type { OperatorScope } from '../../rpc/scopes';

export const MANIFEST_FILE = 'openclaw.plugin.json';
const MAX_MANIFEST_BYTES = 1024 * 1024;
const ID = /^[a-z0-9][a-z0-9-]{0,40}$/;
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What a plugin may reach besides its own files. */
class PluginCapabilities {
  /** Hosts that `host.fetch` reaches; `*.example.com` is a whole domain. */
  @Opt() @StrList() hosts?: string[];
  /** Opens connections of its own, to wherever it likes. */
  @Opt() @Bool() sockets?: boolean;
  /** Folders that it reads; `~` is the home folder. */
  @Opt() @StrList() read?: string[];
  /** Environment variables of the gateway that it is given. */
  @Opt() @StrList() env?: string[];
}

class PluginTool {
  @Text() name!: string;
  @Text() description!: string;
  /** JSON Schema of its parameters, an object. */
  @Opt() @Obj() parameters?: Record<string, unknown>;
  /** Changes nothing anywhere: it may be called again, and is never asked for. */
  @Opt() @Bool() readOnly?: boolean;
}

class PluginMethod {
  @Text() name!: string;
  @Opt() @OneOf(['operator.read', 'operator.write', 'operator.admin']) scope?: OperatorScope;
  @Opt() @Text() summary?: string;
}

class PluginChannel {
  @Text() id!: string;
  @Opt() @Text() label?: string;
  @Opt() @Bool() edits?: boolean;
  @Opt() @Bool() typing?: boolean;
  @Opt() @Bool() groups?: boolean;
  /** UTF-16 units of the longest message. */
  @Opt() @Int({ min: 50 }) maxChars?: number;
}

class PluginLimits {
  @Opt() @Int({ min: 32, max: 1024 }) memoryMb?: number;
  /** Seconds of one call. */
  @Opt() @Int({ min: 1, max: 600 }) callSeconds?: number;
}

/** `openclaw.plugin.json`. Keys that nobody knows are left alone: manifests of other programs have more. */
@OpenKeys()
export class PluginManifest {
  @Text() id!: string;
  @Opt() @Text() name?: string;
  @Opt() @Text() version?: string;
  @Opt() @Text() description?: string;
  /** JavaScript file, relative to the folder; without one the plugin has no code. */
  @Opt() @Text() main?: string;
  /** Starts with the gateway instead of at its first call. */
  @Opt() @Bool() startup?: boolean;
  @Opt() @Nested(() => PluginCapabilities) capabilities?: PluginCapabilities;
  @Opt() @NestedList(() => PluginTool) tools?: PluginTool[];
  @Opt() @NestedList(() => PluginMethod) methods?: PluginMethod[];
  /** Events that it is told of. */
  @Opt() @StrList() hooks?: string[];
  @Opt() @NestedList(() => PluginChannel) channels?: PluginChannel[];
  /** Folders with skills, relative to its own. */
  @Opt() @StrList() skills?: string[];
  /** Model services, as below `models.providers`. */
  @Opt() @MapOf(() => ModelProviderConfig) providers?: Record<string, ModelProviderConfig>;
  /** JSON Schema of `plugins.entries.<id>.config`. */
  @Opt() @Obj() configSchema?: Record<string, unknown>;
  @Opt() @Nested(() => PluginLimits) limits?: PluginLimits;
}

/** Reads the manifest of a plugin's folder. @throws OpenclawError PLUGIN_MANIFEST_INVALID naming the key and the way out */
export function readManifest(folder: string): PluginManifest {
  const refuse = (message: string): never => {
    throw new OpenclawError('PLUGIN_MANIFEST_INVALID', `${join(folder, MANIFEST_FILE)}: ${message}`);
  };
  let manifest: PluginManifest;
  try {
    const content = readBoundedFile(join(folder, MANIFEST_FILE), MAX_MANIFEST_BYTES);
    if (!content)
      throw new Error(`it is no ordinary file, may not be read, or has more than ${MAX_MANIFEST_BYTES} bytes`);
    const parsed = JSON.parse(content.toString('utf8')) as PluginManifest;
    manifest = (manifestOfOpenclawPackage(folder, parsed) as PluginManifest | undefined) ?? parsed;
  } catch (error) {
    return refuse(messageOf(error));
  }
  const [problem] = findDtoProblems(PluginManifest, manifest);
  if (problem) refuse(`${problem.path.join('.') || 'it'} ${problem.message}`);
  if (!ID.test(manifest.id)) refuse(`id "${manifest.id}" must be lower-case letters, digits and -`);
  for (const { name } of manifest.tools ?? [])
    if (!NAME.test(name)) refuse(`tools: "${name}" must be lower-case letters, digits, _ and -`);
  for (const { name } of manifest.methods ?? [])
    if (!name.startsWith(`${manifest.id}.`)) refuse(`methods: "${name}" must begin with "${manifest.id}."`);
  for (const name of manifest.capabilities?.env ?? [])
    if (!isOwnVariable(manifest.id, name))
      refuse(
        `capabilities.env: ${name} is not the plugin's own (those begin with ${ownPrefix(manifest.id)}); the owner gives it others by plugins.entries.${manifest.id}.env`,
      );
  for (const { id } of manifest.channels ?? [])
    if (!ID.test(id)) refuse(`channels: "${id}" must be lower-case letters, digits and -`);
  for (const event of manifest.hooks ?? [])
    if (!(TOLD_EVENTS as readonly string[]).includes(event))
      refuse(`hooks: nobody tells "${event}"; events: ${TOLD_EVENTS.join(', ')}`);
  for (const path of [...(manifest.main === undefined ? [] : [manifest.main]), ...(manifest.skills ?? [])]) {
    if (!existsSync(join(folder, path))) refuse(`${path} is not there`);
    if (!staysInside(folder, path) || !isReallyWithin(folder, join(folder, path)))
      refuse(`${path} leads out of the plugin's folder`);
  }
  if (manifest.main === undefined && needsCode(manifest))
    refuse('main is missing: tools, methods, hooks and channels are code');
  return manifest;
}

/** What the owner lets a plugin made for OpenClaw reach, in the place of what a manifest of ours would say. */
export function grantedTo(manifest: PluginManifest, grants: PluginGrantsConfig | undefined): PluginManifest {
  if (!openclawPackageOf(manifest) || !grants) return manifest;
  const { hosts, network, folders } = grants;
  const capabilities = {
    ...(hosts ? { hosts } : {}),
    ...(network === undefined ? {} : { sockets: network }),
    ...(folders ? { read: folders } : {}),
  };
  return { ...manifest, capabilities };
}

/** Variables that say how a machine is set up, and let nobody in anywhere. */
const OF_THE_MACHINE = new Set([
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'TZ',
  'LANG',
]);
/** Names under which the gateway keeps its own secrets, whatever a plugin calls itself. */
const OF_THE_GATEWAY = /^(OPENCLAW|CLAWDBOT|TELEGRAM|DISCORD|SLACK)_/;
/** What the program that runs a plugin obeys itself, before and beside the plugin. */
const OF_THE_RUNTIME = /^(NODE|LD|DYLD|GLIBC|MALLOC|OPENSSL|SSL|UV)_/;
const PROVIDERS: ReadonlySet<string> = new Set(PROVIDER_KEYS);

const ownPrefix = (id: string): string => `${id.toUpperCase().replaceAll('-', '_')}_`;

/** Whether a plugin may have a variable of the gateway's because it says so: one that bears its own name. */
const isOwnVariable = (id: string, name: string): boolean =>
  OF_THE_MACHINE.has(name) ||
  (name.startsWith(ownPrefix(id)) && !OF_THE_GATEWAY.test(name) && !OF_THE_RUNTIME.test(name) && !PROVIDERS.has(name));

/** Whether a manifest names anything that only a program can do. */
export const needsCode = ({ tools, methods, hooks, channels, startup }: PluginManifest): boolean =>
  startup === true || [tools, methods, hooks, channels].some((list) => (list?.length ?? 0) > 0);
