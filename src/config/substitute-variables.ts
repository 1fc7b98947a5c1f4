import { isPlainObject } from '../common/plain-object';
import type { UnsetValue } from './unset-values';
import type { ConfigCause } from './config-error';
import { formatConfigPath } from './config-path';
import { REFERENCE } from './references';
import { commandLine } from '../common/cli/own-commands';

export interface SubstitutionResult {
  value: unknown;
  /** What is referred to, and is not there. */
  unset: UnsetValue[];
  /** Path → name of the variable that gave the value. */
  origins: Map<string, string>;
  /** Values that came from the secret store. */
  secrets: string[];
}

/**
 * Replaces `${VAR}` in every string value by a variable of the environment and `${secret:name}` by a value of the secret
 * store; `$${VAR}` gives the text `${VAR}`.
 */
export function substituteVariables(
  root: unknown,
  lookup: (name: string) => string | undefined,
  secretOf: (name: string) => string | undefined,
): SubstitutionResult {
  const unset: UnsetValue[] = [];
  const origins = new Map<string, string>();
  const secrets: string[] = [];

  const walk = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === 'string') return substitute(value, path);
    if (Array.isArray(value)) return value.map((entry, index) => walk(entry, [...path, index]));
    if (isPlainObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, walk(entry, [...path, key])]));
    }
    return value;
  };

  const substitute = (text: string, path: readonly (string | number)[]): string => {
    if (!text.includes('${')) return text;
    return text.replace(REFERENCE, (whole, escaped?: string, name?: string, secret?: string) => {
      if (escaped !== undefined) return whole.slice(1);
      if (secret !== undefined) return stored(secret, path);
      const found = lookup(name ?? '');
      if (found === undefined) {
        unset.push({
          path,
          message: `environment variable ${name} is not set; set it, or write $\${${name}} for the plain text`,
          cause: { kind: 'variable', name: name ?? '' },
        });
        return '';
      }
      origins.set(formatConfigPath(path), name ?? '');
      return found;
    });
  };

  const stored = (name: string, path: readonly (string | number)[]): string => {
    let value: string | undefined;
    let message = `secret "${name}" is not stored; run: ${commandLine(`secrets set ${name}`)}`;
    let cause: ConfigCause = { kind: 'secret', name };
    try {
      value = secretOf(name);
    } catch (error) {
      ({ message } = error as Error);
      cause = { kind: 'secret_store' };
    }
    if (value === undefined) {
      unset.push({ path, message, cause });
      return '';
    }
    origins.set(formatConfigPath(path), `secret:${name}`);
    secrets.push(value);
    return value;
  };

  return { value: walk(root, []), unset, origins, secrets };
}
