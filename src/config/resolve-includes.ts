import { existsSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import JSON5 from 'json5';
import { readBoundedFile } from '../common/bounded-file';
import { decodeOwnText } from '../common/text/decode-text';
import { type PlainObject, isPlainObject } from '../common/plain-object';
import { messageOf } from '../common/openclaw-error';
import { ConfigError } from './config-error';

const MAX_DEPTH = 10;
/** Files in all: of those that name each other twice, ten within each other would be a thousand. */
const MAX_FILES = 200;
const MAX_BYTES = 4 * 1024 * 1024;

export interface IncludeResult {
  value: unknown;
  /** Absolute paths of all files that were read, in order. */
  files: string[];
}

/**
 * Replaces each `{"$include": …}` by the named file or files. Paths are relative to the including file.
 * @throws ConfigError CONFIG_INCLUDE with the file and the reason.
 */
export function resolveIncludes(value: unknown, file: string): IncludeResult {
  const files: string[] = [];
  return { value: walk(value, file, [file], files), files };
}

function walk(value: unknown, file: string, chain: readonly string[], files: string[]): unknown {
  if (Array.isArray(value)) return value.map((entry) => walk(entry, file, chain, files));
  if (!isPlainObject(value)) return value;
  const { $include: include, ...siblings } = value;
  const own = mapObject(siblings, (entry) => walk(entry, file, chain, files));
  if (include === undefined) return own;

  const names = Array.isArray(include) ? include : [include];
  if (names.length === 0 || !names.every((name): name is string => typeof name === 'string' && name !== '')) {
    throw new ConfigError(
      'CONFIG_INCLUDE',
      `${file}: $include must be a path or a list of paths, not ${JSON.stringify(include)}`,
    );
  }
  const contents = names.map((name) => readIncluded(name, file, chain, files));
  const hasSiblings = Object.keys(own).length > 0;
  if (contents.length === 1 && !hasSiblings) return contents[0];
  let merged: unknown = contents[0];
  for (const content of contents.slice(1)) merged = mergeDeep(merged, content);
  if (!hasSiblings) return merged;
  if (!isPlainObject(merged)) {
    throw new ConfigError(
      'CONFIG_INCLUDE',
      `${file}: $include ${JSON.stringify(include)} stands beside other keys, so it must hold an object`,
    );
  }
  return mergeDeep(merged, own);
}

function readIncluded(name: string, from: string, chain: readonly string[], files: string[]): unknown {
  const path = isAbsolute(name) ? name : resolve(dirname(from), name);
  if (chain.includes(path)) {
    throw new ConfigError('CONFIG_INCLUDE', `${from}: $include forms a circle: ${[...chain, path].join(' → ')}`);
  }
  if (chain.length > MAX_DEPTH) {
    throw new ConfigError('CONFIG_INCLUDE', `${from}: $include is nested deeper than ${MAX_DEPTH} files`);
  }
  if (!existsSync(path)) {
    throw new ConfigError('CONFIG_INCLUDE', `${from}: $include ${JSON.stringify(name)} not found at ${path}`);
  }
  if (files.length === MAX_FILES)
    throw new ConfigError('CONFIG_INCLUDE', `${from}: $include names more than ${MAX_FILES} files in all`);
  files.push(path);
  let parsed: unknown;
  try {
    const content = readBoundedFile(path, MAX_BYTES);
    if (!content) throw new Error(`it is no ordinary file, may not be read, or has more than ${MAX_BYTES} bytes`);
    parsed = JSON5.parse(decodeOwnText(content));
  } catch (cause) {
    throw new ConfigError('CONFIG_INCLUDE', `${from}: $include ${path} can't be read: ${messageOf(cause)}`, { cause });
  }
  return walk(parsed, path, [...chain, path], files);
}

/** Objects recursively, arrays concatenate, other values: later wins. */
export function mergeDeep(base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(over)) return [...(base as unknown[]), ...(over as unknown[])];
  if (!isPlainObject(base) || !isPlainObject(over)) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over))
    merged.set(key, merged.has(key) ? mergeDeep(merged.get(key), value) : value);
  return Object.fromEntries(merged);
}

function mapObject(object: PlainObject, map: (value: unknown) => unknown): PlainObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
