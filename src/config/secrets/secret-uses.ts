import { isPlainObject } from '../../common/plain-object';
import { formatConfigPath } from '../config-path';
import type { ConfigSnapshot } from '../config-snapshot';
import { REFERENCE } from '../references';
import { resolveIncludes } from '../resolve-includes';

/** A place of the configuration that takes its value from elsewhere. */
export interface Use {
  path: string;
  kind: 'secret' | 'env';
  name: string;
}

/** All of them, also of included files. */
export function usesIn({ parsed, path }: ConfigSnapshot): Use[] {
  const uses: Use[] = [];
  const walk = (value: unknown, at: readonly (string | number)[]): void => {
    if (typeof value === 'string')
      for (const [, , variable, secret] of value.matchAll(REFERENCE)) {
        if (secret !== undefined) uses.push({ path: formatConfigPath(at), kind: 'secret', name: secret });
        else if (variable !== undefined) uses.push({ path: formatConfigPath(at), kind: 'env', name: variable });
      }
    else if (Array.isArray(value)) value.forEach((entry, index) => walk(entry, [...at, index]));
    else if (isPlainObject(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...at, key]);
  };
  walk(withIncludes(parsed, path), []);
  return uses;
}

/** The file alone where one that it includes can't be read: then the configuration is not valid either. */
function withIncludes(parsed: unknown, path: string): unknown {
  try {
    return resolveIncludes(parsed, path).value;
  } catch {
    return parsed;
  }
}
