import { isPlainObject } from '../../common/plain-object';
import { messageOf } from '../../common/openclaw-error';
import { commandLine } from '../../common/cli/own-commands';
import type { ConfigCause } from '../config-error';
import type { ConfigPath } from '../config-path';
import type { Environment } from '../environment';
import { type PlacedSecret, type SecretObject, secretObjectsIn } from './secret-objects';
import { SecretProviderError, fromFile, fromProgram } from './secret-provider';
import type { SecretProviderConfig, SecretSource } from './secrets.config';

export interface Resolved {
  path: ConfigPath;
  /** Undefined where there is none. */
  value?: string;
  /** As {@link import('../config-snapshot').ConfigSnapshot.variables} has it. */
  origin: string;
  /** Why there is no value, with the way out. */
  problem?: string;
  /** What lies behind that. */
  cause?: ConfigCause;
}

const ID: Record<SecretSource, RegExp> = {
  env: /^[A-Z_][A-Z0-9_]{0,127}$/,
  store: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/,
  file: /^(\/.*|value)$/s,
  exec: /^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9][A-Za-z0-9._:/#-]{0,255}$/,
};

/** What programs have answered; a configuration is read often. */
const answers = new Map<string, { at: number; values: Map<string, string> }>();
const KEPT_MS = 60_000;

/**
 * Finds the value of each object in the place of a secret.
 * @param runs whether programs may be started; without it what they answered before is all that is known of them
 */
export function resolveSecretObjects(
  config: unknown,
  env: Environment,
  stored: (name: string) => string | undefined,
  runs: boolean,
): Resolved[] {
  const placed = secretObjectsIn(config);
  if (placed.length === 0) return [];
  const section = isPlainObject(config) && isPlainObject(config['secrets']) ? config['secrets'] : {};
  const providers = (isPlainObject(section['providers']) ? section['providers'] : {}) as Record<string, unknown>;
  const defaults = (isPlainObject(section['defaults']) ? section['defaults'] : {}) as Record<string, unknown>;
  const nameOf = ({ source, provider }: SecretObject): string => provider ?? String(defaults[source] ?? 'default');

  const groups = new Map<string, PlacedSecret[]>();
  for (const one of placed) {
    const key = `${one.ref.source} ${nameOf(one.ref)}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [{ ref }] = group as [PlacedSecret];
    const name = nameOf(ref);
    const given = Object.hasOwn(providers, name) ? providers[name] : undefined;
    const provider =
      isPlainObject(given) && given['source'] === ref.source ? (given as unknown as SecretProviderConfig) : undefined;
    const valueOf = readerOf(
      ref.source,
      name,
      provider,
      defaults,
      group.map((one) => one.ref.id).filter((id) => ID[ref.source].test(id)),
      env,
      stored,
      runs,
    );
    return group.map(({ path, ref: { source, id } }): Resolved => {
      const origin = source === 'env' ? id : `secret:${source === 'store' ? id : `${name}:${id}`}`;
      if (!ID[source].test(id)) return { path, origin, problem: `id "${id}" is none of source "${source}"` };
      try {
        const value = valueOf(id);
        if (value !== undefined) return { path, value, origin };
        return { path, origin, ...absence(source, name, id) };
      } catch (error) {
        const cause: ConfigCause =
          error instanceof SecretProviderError ? { kind: 'secret_provider', name } : { kind: 'secret_store' };
        return { path, origin, problem: messageOf(error), cause };
      }
    });
  });
}

function absence(source: SecretSource, provider: string, id: string): Required<Pick<Resolved, 'problem' | 'cause'>> {
  if (source === 'env')
    return { problem: `environment variable ${id} is not set; set it`, cause: { kind: 'variable', name: id } };
  if (source === 'store')
    return {
      problem: `secret "${id}" is not stored; run: ${commandLine(`secrets set ${id}`)}`,
      cause: { kind: 'secret', name: id },
    };
  return {
    problem: `secrets.providers.${provider} holds nothing under "${id}"`,
    cause: { kind: 'secret_provider', name: provider },
  };
}

type Reader = (id: string) => string | undefined;

function readerOf(
  source: SecretSource,
  name: string,
  provider: SecretProviderConfig | undefined,
  defaults: Record<string, unknown>,
  ids: readonly string[],
  env: Environment,
  stored: (name: string) => string | undefined,
  runs: boolean,
): Reader {
  const isBuiltIn = (source === 'env' || source === 'store') && name === (defaults[source] ?? 'default');
  if (!provider && !isBuiltIn)
    return () => {
      throw new SecretProviderError(`secrets.providers.${name} is missing, or its source is not "${source}"`);
    };
  const named = (read: () => Map<string, string>): Reader => {
    let values: Map<string, string>;
    try {
      values = read();
    } catch (error) {
      return () => {
        throw new SecretProviderError(`secrets.providers.${name}: ${messageOf(error)}`);
      };
    }
    return (id) => values.get(id);
  };
  if (source === 'env')
    return (id) => (provider?.allowlist && !provider.allowlist.includes(id) ? undefined : env.get(id) || undefined);
  if (source === 'store') return stored;
  if (ids.length === 0) return () => undefined;
  if (source === 'file') return named(() => fromFile(provider as SecretProviderConfig, ids, env.home));
  return named(() => answersOf(name, provider as SecretProviderConfig, ids, env, runs));
}

function answersOf(
  name: string,
  provider: SecretProviderConfig,
  ids: readonly string[],
  env: Environment,
  runs: boolean,
): Map<string, string> {
  const key = JSON.stringify([name, provider, [...ids].sort()]);
  const known = answers.get(key);
  if (known && (!runs || performance.now() - known.at < KEPT_MS)) return known.values;
  if (!runs) throw new SecretProviderError('was not asked yet: that happens when the configuration is put into effect');
  const values = fromProgram(name, provider, ids, env);
  answers.set(key, { at: performance.now(), values });
  return values;
}
