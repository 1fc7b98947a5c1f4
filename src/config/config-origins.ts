import { isPlainObject, valueAt } from '../common/plain-object';
import { formatConfigPath, type ConfigPath } from './config-path';
import type { ConfigSnapshot } from './config-snapshot';
import { redactConfig } from './sensitive-paths';

export interface OriginRow {
  path: string;
  value: unknown;
  /** `file`, `include`, `env NAME`, `secret NAME` or `default`. */
  origin: string;
}

/** Each value in effect with the place it comes from; secrets are masked. */
export function describeOrigins(snapshot: ConfigSnapshot, withDefaults: boolean): OriginRow[] {
  const rows: OriginRow[] = [];
  const walk = (value: unknown, path: ConfigPath): void => {
    if (isPlainObject(value) && Object.keys(value).length > 0) {
      for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key]);
      return;
    }
    rows.push({ path: formatConfigPath(path), value, origin: originOf(snapshot, path) });
  };
  walk(redactConfig(withDefaults ? snapshot.config : snapshot.resolved, snapshot.secrets), []);
  return rows;
}

/** `file`, `include`, `env NAME`, `secret NAME` or `default`. */
export function originOf(snapshot: ConfigSnapshot, path: ConfigPath): string {
  const variable = snapshot.variables.get(formatConfigPath(path));
  if (variable !== undefined) return variable.startsWith('secret:') ? variable.replace(':', ' ') : `env ${variable}`;
  if (valueAt(snapshot.parsed, path) !== undefined) return 'file';
  return valueAt(snapshot.resolved, path) !== undefined ? 'include' : 'default';
}
