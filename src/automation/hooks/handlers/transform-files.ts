import { basename, dirname, relative, resolve } from 'node:path';
import { readBoundedFile } from '../../../common/bounded-file';
import { commandLine } from '../../../common/cli/own-commands';
import { OpenclawError, messageOf } from '../../../common/openclaw-error';
import { isBelow, isReallyWithin, isWithin } from '../../../common/paths/path-place';
import { isPlainObject } from '../../../common/plain-object';
import type { OpenclawConfig } from '../../../config/openclaw.config';
import { type HookFile, hashOf, readHookFiles } from './hook-files';

const MAX_BYTES = 4 * 1024 * 1024;

export interface TransformPlace {
  config: OpenclawConfig;
  stateDir: string;
  /** The configuration file. */
  path: string;
}

/** A file with a function that shapes what a webhook brings, with the files beside it that it may load. */
export interface TransformFiles {
  /** Absolute path of the file. */
  file: string;
  /** Its path among the files. */
  inner: string;
  files: HookFile[];
  sha256: string;
}

/**
 * What runs as `transform.module`: the folder that it lies in; beside the configuration, which is the gateway's own
 * folder, the file alone.
 * @throws OpenclawError HOOK_TRANSFORM, HOOK_FILES
 */
export function transformFiles(module: string, { config, stateDir, path }: TransformPlace): TransformFiles {
  const root = resolve(config.hooks?.transformsDir ?? dirname(path));
  const file = resolve(root, module);
  if (!isBelow(root, file) || !isReallyWithin(root, file))
    throw new OpenclawError('HOOK_TRANSFORM', `transform.module "${module}" lies outside of hooks.transformsDir`);
  const folder = dirname(file);
  const isShared = [stateDir, path].some((own) => isWithin(folder, own));
  const files = isShared ? [alone(file)] : readHookFiles(folder);
  return { file, inner: isShared ? basename(file) : relative(folder, file), files, sha256: hashOf(files) };
}

function alone(file: string): HookFile {
  const content = readBoundedFile(file, MAX_BYTES);
  if (!content) throw new OpenclawError('HOOK_TRANSFORM', `${file} can't be read, or has more than ${MAX_BYTES} bytes`);
  return { path: basename(file), content };
}

/** SHA-256 that the owner agreed to for a module. */
export function agreedTransform(config: OpenclawConfig, module: string): string | undefined {
  const entry = config.hooks?.transforms?.[module];
  const hash = isPlainObject(entry) ? entry['sha256'] : undefined;
  return typeof hash === 'string' ? hash : undefined;
}

/** Modules that mappings name, and why they don't run, where they don't. */
export function transformStates(place: TransformPlace): { module: string; reason?: string }[] {
  const modules = new Set((place.config.hooks?.mappings ?? []).flatMap(({ transform }) => transform?.module ?? []));
  return [...modules].map((module) => {
    const reason = whyNot(module, place);
    return { module, ...(reason === undefined ? {} : { reason }) };
  });
}

function whyNot(module: string, place: TransformPlace): string | undefined {
  try {
    const { sha256 } = transformFiles(module, place);
    return disagreement(module, sha256, place.config);
  } catch (error) {
    return messageOf(error);
  }
}

/** Why files with this hash don't run as a module; undefined where they do. */
export function disagreement(module: string, sha256: string, config: OpenclawConfig): string | undefined {
  const agreed = agreedTransform(config, module);
  if (agreed === sha256) return undefined;
  const enable = commandLine(`webhooks enable ${module}`);
  return agreed === undefined
    ? `nobody has agreed to its files; look at them, then agree with: ${enable}`
    : `its files have changed; look at them, then agree again with: ${enable}`;
}
