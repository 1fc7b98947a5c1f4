import { join } from 'node:path';
import JSON5 from 'json5';
import { readTextIfExists } from '../common/atomic-file';
import { messageOf } from '../common/openclaw-error';
import { isReallyWithin } from '../common/paths/path-place';
import { type PlainObject, copyPlain, deepFreeze, isPlainObject, valueAt } from '../common/plain-object';
import { normaliseAgentId } from './agent-entries';
import { applyConfigDefaults } from './config-defaults';
import type { ConfigIssue } from './config-error';
import { type ConfigSnapshot, hashOf } from './config-snapshot';
import type { Environment } from './environment';
import { findLegacyKeys } from './legacy-keys';
import { formatConfigPath } from './config-path';
import { idleKeys } from './idle-keys';
import { resolveIncludes } from './resolve-includes';
import { type Resolved, resolveSecretObjects } from './secrets/resolve-secret-objects';
import { defaultWorkspace, expandPath, resolveStateDir } from './state-paths';
import { SecretStore } from './secrets/secret-store';
import { substituteVariables } from './substitute-variables';
import { withoutUnset } from './unset-values';
import { validateConfig } from './validate-config';

/** Reads the configuration file. Never throws for bad content: problems are in `issues`. */
export function loadConfig(path: string, env: Environment): ConfigSnapshot {
  const raw = readTextIfExists(path);
  return interpretConfig(path, raw, env, { asksPrograms: true });
}

/**
 * Interprets configuration text: parse → includes → `env` section → variables and secrets → features without their
 * values off → validate → defaults. Also used to check a text before it is written.
 * @param asksPrograms whether providers of secrets may be started: not for a text that is only looked at
 */
export function interpretConfig(
  path: string,
  raw: string | undefined,
  env: Environment,
  { asksPrograms = false } = {},
): ConfigSnapshot {
  const base = { path, exists: raw !== undefined, raw: raw ?? null, hash: raw === undefined ? undefined : hashOf(raw) };
  const failed = (issues: ConfigIssue[], parsed: PlainObject = {}): ConfigSnapshot =>
    deepFreeze({
      ...base,
      parsed,
      resolved: parsed,
      config: applyConfigDefaults({}, env.home),
      issues,
      warnings: [],
      unknown: [],
      legacyIssues: [],
      includes: [],
      variables: new Map<string, string>(),
      secrets: [],
    });

  let parsed: unknown;
  try {
    parsed = raw === undefined || raw.trim() === '' ? {} : JSON5.parse(raw);
  } catch (error) {
    const message = `not valid JSON5: ${messageOf(error).replace(/^JSON5: /, '')}`;
    return failed([{ path: '', message, cause: { kind: 'syntax' } }]);
  }
  if (!isPlainObject(parsed)) return failed([{ path: '', message: 'must be an object' }]);

  let included;
  try {
    included = resolveIncludes(parsed, path);
  } catch (error) {
    return failed([{ path: '$include', message: messageOf(error) }], parsed);
  }
  exportEnvSection(included.value, env);
  const stored = (name: string): string | undefined => SecretStore.of(env).get(name);
  const substituted = substituteVariables(included.value, (name) => env.get(name), stored);
  const whole = (isPlainObject(substituted.value) ? substituted.value : {}) as PlainObject;
  const found = resolveSecretObjects(whole, env, stored, asksPrograms);
  const origins = new Map([
    ...substituted.origins,
    ...found.map(({ path: at, origin }) => [formatConfigPath(at), origin] as const),
  ]);
  const {
    config: resolved,
    warnings,
    needed,
  } = withoutUnset(withValues(whole, found), [
    ...substituted.unset,
    ...found.flatMap(({ path: at, problem, cause }) =>
      problem === undefined ? [] : [{ path: at, message: problem, ...(cause ? { cause } : {}) }],
    ),
  ]);
  const legacyIssues = findLegacyKeys(resolved);
  const findings = validateConfig(resolved, new Set(legacyIssues.map((issue) => issue.path)));
  const unknown = findings.warnings.map((warning) => warning.path);
  const missing = needed
    .map((value): ConfigIssue => ({ ...value, path: formatConfigPath(value.path) }))
    // What is kept and not used needs no value.
    .filter(
      ({ path: at }) => !unknown.some((key) => at === key || at.startsWith(`${key}.`) || at.startsWith(`${key}[`)),
    );
  const unset = new Set(missing.map((issue) => issue.path));
  const idle = idleKeys(resolved);
  const issues = [
    ...missing,
    ...findings.issues.filter((issue) => !unset.has(issue.path)),
    ...idle.issues,
    ...includesOfTheAssistant(included.files, resolved, env),
  ];
  return deepFreeze({
    ...base,
    parsed,
    resolved,
    config: applyConfigDefaults(issues.length === 0 ? resolved : {}, env.home),
    issues,
    warnings: [...warnings, ...findings.warnings, ...idle.warnings],
    unknown: findings.warnings,
    legacyIssues,
    includes: included.files,
    variables: origins,
    secrets: [...substituted.secrets, ...found.flatMap(({ value }) => value ?? [])],
  });
}

/** A copy in which each object in the place of a secret is the secret. */
function withValues(config: PlainObject, found: readonly Resolved[]): PlainObject {
  if (found.length === 0) return config;
  const copy = copyPlain(config);
  for (const { path, value } of found) {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (key !== undefined && typeof parent === 'object' && parent !== null)
      (parent as Record<string | number, unknown>)[key] = value ?? '';
  }
  return copy;
}

/** What lies where the assistant writes would be a setting that it changes unasked. */
function includesOfTheAssistant(files: readonly string[], resolved: PlainObject, env: Environment): ConfigIssue[] {
  if (files.length === 0) return [];
  const { defaults, list, entries } = isPlainObject(resolved['agents']) ? resolved['agents'] : {};
  const named = Object.entries(isPlainObject(entries) ? entries : {}).map(([id, agent]) => ({
    ...(isPlainObject(agent) ? agent : {}),
    id: normaliseAgentId(id),
  }));
  const stateDir = resolveStateDir(env);
  const workspaces = [
    defaultWorkspace(env, stateDir),
    ...[defaults, ...named, ...(Array.isArray(list) ? (list as unknown[]) : [])].flatMap((agent) => {
      const { workspace, id } = isPlainObject(agent) ? agent : {};
      return [
        ...(typeof workspace === 'string' && workspace !== '' ? [expandPath(workspace, env.home)] : []),
        ...(typeof id === 'string' ? [join(stateDir, `workspace-${id}`)] : []),
      ];
    }),
  ];
  return files.flatMap((file) => {
    const workspace = workspaces.find((each) => isReallyWithin(each, file));
    if (workspace === undefined) return [];
    const message = `${file} lies in the workspace ${workspace}, where the assistant writes unasked; move it beside the configuration`;
    return [{ path: '$include', message }];
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
