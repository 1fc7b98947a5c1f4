import { copyPlain, isPlainObject } from '../common/plain-object';
import type { ConfigCause, ConfigIssue } from './config-error';
import { type ConfigPath, formatConfigPath } from './config-path';

/** A place whose value is to come from elsewhere, and does not. */
export interface UnsetValue {
  path: Readonly<ConfigPath>;
  /** What is missing, with the way out. */
  message: string;
  cause?: ConfigCause;
}

type Step = string | symbol;
const ANY = Symbol('any key');

interface Feature {
  at: readonly Step[];
  /** `enabled: false` is written there, the whole entry is taken out, or the value alone. */
  off: 'disable' | 'remove' | 'value';
}

/** What can do without a value: the feature is off then, and all the rest works. The first that fits counts. */
const FEATURES: readonly Feature[] = [
  { at: ['channels', ANY, 'accounts', ANY], off: 'disable' },
  { at: ['channels', 'defaults'], off: 'value' },
  { at: ['channels', ANY], off: 'disable' },
  { at: ['models', 'providers', ANY, 'apiKey'], off: 'value' },
  { at: ['models', 'providers', ANY], off: 'remove' },
  { at: ['auth', 'profiles', ANY], off: 'remove' },
  { at: ['skills', 'entries', ANY], off: 'value' },
  { at: ['plugins', 'entries', ANY], off: 'disable' },
  { at: ['mcp', 'servers', ANY], off: 'disable' },
  { at: ['hooks'], off: 'disable' },
  { at: ['env'], off: 'value' },
  { at: ['talk'], off: 'value' },
  { at: ['messages', 'tts'], off: 'value' },
  { at: ['tools', 'media'], off: 'value' },
  { at: ['tools', 'web'], off: 'value' },
  { at: ['agents', 'defaults', 'memorySearch'], off: 'value' },
  { at: ['agents', ANY, ANY, 'memorySearch'], off: 'value' },
];

/**
 * Switches off what needs values that are not there.
 * @returns the configuration without them, a warning for each feature, and the values that nothing can do without
 */
export function withoutUnset(
  config: Record<string, unknown>,
  unset: readonly UnsetValue[],
): { config: Record<string, unknown>; warnings: ConfigIssue[]; needed: UnsetValue[] } {
  if (unset.length === 0) return { config, warnings: [], needed: [] };
  const copy = copyPlain(config);
  const warnings: ConfigIssue[] = [];
  const needed: UnsetValue[] = [];
  for (const value of unset) {
    const feature = FEATURES.find(({ at }) => fits(at, value.path));
    if (!feature) {
      needed.push(value);
      continue;
    }
    const scope = value.path.slice(0, feature.at.length);
    if (feature.off === 'remove') take(copy, scope);
    else take(copy, value.path);
    if (feature.off === 'disable') at(copy, scope)['enabled'] = false;
    const name = formatConfigPath(feature.off === 'value' ? value.path : scope);
    const effect = feature.off === 'disable' ? `${name} is off` : `${name} is left out`;
    const { path, message, cause } = value;
    warnings.push({
      path: formatConfigPath(path),
      message: `${message}; until then ${effect}`,
      ...(cause ? { cause } : {}),
    });
  }
  return { config: copy, warnings, needed };
}

const fits = (pattern: readonly Step[], path: Readonly<ConfigPath>): boolean =>
  path.length >= pattern.length && pattern.every((step, index) => step === ANY || step === path[index]);

function at(root: Record<string, unknown>, path: Readonly<ConfigPath>): Record<string, unknown> {
  const found = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], root);
  return isPlainObject(found) ? found : {};
}

function take(root: Record<string, unknown>, path: Readonly<ConfigPath>): void {
  const parent = path.slice(0, -1).reduce<unknown>((value, key) => {
    return isPlainObject(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[key] : undefined;
  }, root);
  const key = path.at(-1);
  if (key === undefined) return;
  // Places behind it in a list keep their numbers.
  if (Array.isArray(parent)) parent[Number(key)] = '';
  else if (isPlainObject(parent)) delete parent[key];
}
