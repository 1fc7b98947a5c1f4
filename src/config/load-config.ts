import JSON5 from 'json5';
import { readTextIfExists } from '../common/atomic-file';
import { messageOf } from '../common/openclaw-error';
import { type PlainObject, deepFreeze, isPlainObject } from '../common/plain-object';
import { applyConfigDefaults } from './config-defaults';
import type { ConfigIssue } from './config-error';
import { type ConfigSnapshot, hashOf } from './config-snapshot';
import type { Environment } from './environment';
import { findLegacyKeys } from './legacy-keys';
import { resolveIncludes } from './resolve-includes';
import { SecretStore } from './secrets/secret-store';
import { substituteVariables } from './substitute-variables';
import { validateConfig } from './validate-config';

/** Reads the configuration file. Never throws for bad content: problems are in `issues`. */
export function loadConfig(path: string, env: Environment): ConfigSnapshot {
  const raw = readTextIfExists(path);
  return interpretConfig(path, raw, env);
}

/**
 * Interprets configuration text: parse → includes → `env` section → variables → validate → defaults.
 * Also used to check a text before it is written.
 */
export function interpretConfig(path: string, raw: string | undefined, env: Environment): ConfigSnapshot {
  const base = { path, exists: raw !== undefined, raw: raw ?? null, hash: raw === undefined ? undefined : hashOf(raw) };
  const failed = (issues: ConfigIssue[], parsed: PlainObject = {}): ConfigSnapshot =>
    deepFreeze({
      ...base,
      parsed,
      resolved: parsed,
      config: applyConfigDefaults({}, env.home),
      issues,
      warnings: [],
      legacyIssues: [],
      includes: [],
      variables: new Map<string, string>(),
      secrets: [],
    });

  let parsed: unknown;
  try {
    parsed = raw === undefined || raw.trim() === '' ? {} : JSON5.parse(raw);
  } catch (error) {
    return failed([{ path: '', message: `no JSON5: ${messageOf(error).replace(/^JSON5: /, '')}` }]);
  }
  if (!isPlainObject(parsed)) return failed([{ path: '', message: 'must be an object' }]);

  let included;
  try {
    included = resolveIncludes(parsed, path);
  } catch (error) {
    return failed([{ path: '$include', message: messageOf(error) }], parsed);
  }
  exportEnvSection(included.value, env);
  const substituted = substituteVariables(
    included.value,
    (name) => env.get(name),
    (name) => SecretStore.of(env).get(name),
  );
  const resolved = (isPlainObject(substituted.value) ? substituted.value : {}) as PlainObject;
  const legacyIssues = findLegacyKeys(resolved);
  const findings = validateConfig(resolved, new Set(legacyIssues.map((issue) => issue.path)));
  const unset = new Set(substituted.issues.map((issue) => issue.path));
  const issues = [...substituted.issues, ...findings.issues.filter((issue) => !unset.has(issue.path))];
  return deepFreeze({
    ...base,
    parsed,
    resolved,
    config: applyConfigDefaults(issues.length === 0 ? resolved : {}, env.home),
    issues,
    warnings: findings.warnings,
    legacyIssues,
    includes: included.files,
    variables: substituted.origins,
    secrets: substituted.secrets,
  });
}

/** `env.<NAME>` and `env.vars.<NAME>` become environment variables; they never override. */
function exportEnvSection(config: unknown, env: Environment): void {
  const section = isPlainObject(config) ? config['env'] : undefined;
  if (!isPlainObject(section)) return;
  const { vars, shellEnv: _, ...direct } = section;
  for (const source of [direct, isPlainObject(vars) ? vars : {}]) {
    for (const [name, value] of Object.entries(source)) if (typeof value === 'string') env.setDefault(name, value);
  }
}
