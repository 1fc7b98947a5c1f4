import { lstatSync, type Stats } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { readBoundedFile } from '../../common/bounded-file';
import { isPlainObject } from '../../common/plain-object';
import { decodeOwnText } from '../../common/text/decode-text';
import type { Environment } from '../environment';
import { expandPath } from '../state-paths';
import type { SecretProviderConfig } from './secrets.config';

const DEFAULT_BYTES = 1_048_576;
const DEFAULT_TIMEOUT_MS = 5000;

/** Why there is no value, in words for whoever set the provider up; they hold nothing that a provider has said. */
export class SecretProviderError extends Error {}

/** Values of a file by id. @throws SecretProviderError */
export function fromFile(provider: SecretProviderConfig, ids: readonly string[], home: string): Map<string, string> {
  if (provider.path === undefined) throw new SecretProviderError('has no path');
  const path = expandPath(provider.path, home);
  const facts = privateFile(path);
  if ((facts.mode & 0o077) !== 0)
    throw new SecretProviderError(`${path} can be read by others; run: chmod 600 ${path}`);
  const bytes = readBoundedFile(path, provider.maxBytes ?? DEFAULT_BYTES);
  if (!bytes) throw new SecretProviderError(`${path} can't be read, or is larger than maxBytes`);
  const text = decodeOwnText(bytes);
  if (provider.mode === 'singleValue')
    return new Map(ids.includes('value') ? [['value', text.replace(/\r?\n$/, '')]] : []);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new SecretProviderError(`${path} is not valid JSON`);
  }
  const values = new Map<string, string>();
  for (const id of ids) {
    const value = atPointer(content, id);
    if (typeof value === 'string' && value !== '') values.set(id, value);
  }
  return values;
}

/** RFC 6901. */
function atPointer(root: unknown, pointer: string): unknown {
  if (!pointer.startsWith('/')) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .reduce<unknown>(
      (value, key) => (isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
      root,
    );
}

/**
 * Asks a program for values: `{protocolVersion: 1, provider, ids}` on its standard input, `{protocolVersion: 1, values}`
 * on its standard output.
 * @throws SecretProviderError
 */
export function fromProgram(
  name: string,
  provider: SecretProviderConfig,
  ids: readonly string[],
  env: Environment,
): Map<string, string> {
  const { command, args = [] } = provider;
  if (command === undefined) throw new SecretProviderError('has no command');
  if (!isAbsolute(command)) throw new SecretProviderError(`its command "${command}" is no absolute path`);
  if ((privateFile(command).mode & 0o022) !== 0) throw new SecretProviderError(`${command} can be written by others`);
  const folders = provider.trustedDirs?.map((folder) => join(expandPath(folder, env.home), '/'));
  if (folders && !folders.some((folder) => command.startsWith(folder)))
    throw new SecretProviderError(`${command} lies in none of its trustedDirs`);
  const passed = (provider.passEnv ?? []).flatMap((key) => {
    const value = env.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const run = spawnSync(command, args, {
    input: `${JSON.stringify({ protocolVersion: 1, provider: name, ids })}\n`,
    env: { ...Object.fromEntries(passed), ...provider.env },
    timeout: provider.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: provider.maxOutputBytes ?? DEFAULT_BYTES,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  if (run.error)
    throw new SecretProviderError(`${command} failed: ${(run.error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  if (run.status !== 0) throw new SecretProviderError(`${command} ended with ${run.status ?? run.signal ?? 'nothing'}`);
  return valuesIn(run.stdout, ids, provider.jsonOnly !== false, command);
}

function valuesIn(output: string, ids: readonly string[], isJsonOnly: boolean, command: string): Map<string, string> {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    const [only] = ids;
    if (!isJsonOnly && only !== undefined && ids.length === 1) return new Map([[only, output.replace(/\r?\n$/, '')]]);
    throw new SecretProviderError(`${command} did not answer in JSON`);
  }
  if (!isPlainObject(answer) || answer['protocolVersion'] !== 1 || !isPlainObject(answer['values']))
    throw new SecretProviderError(`${command} did not answer in protocol version 1`);
  const { values } = answer;
  return new Map(
    ids.flatMap((id) => {
      const value = (values as Record<string, unknown>)[id];
      return Object.hasOwn(values as object, id) && typeof value === 'string' && value !== ''
        ? [[id, value] as const]
        : [];
    }),
  );
}

/** A file that is what it seems, and ours or the system's. */
function privateFile(path: string): Stats {
  let facts: Stats;
  try {
    facts = lstatSync(path);
  } catch {
    throw new SecretProviderError(`${path} is missing or can't be read`);
  }
  if (facts.isSymbolicLink()) throw new SecretProviderError(`${path} is a link; name the file itself`);
  if (!facts.isFile()) throw new SecretProviderError(`${path} is not a file`);
  if (facts.nlink > 1) throw new SecretProviderError(`${path} has further names (hard links)`);
  const own = process.getuid?.();
  if (own !== undefined && facts.uid !== own && facts.uid !== 0)
    throw new SecretProviderError(`${path} belongs to another account`);
  return facts;
}
