import { isPlainObject } from '../../common/plain-object';
import type { OpenclawConfig } from '../../config/openclaw.config';
import type { SkillManifest } from './skill-manifest';

type Entries = NonNullable<OpenclawConfig['skills']>['entries'];

/**
 * Environment variables that commands of a skill get once its owner agrees: those that it asks for, and those that are set
 * for it in `skills.entries`.
 */
export function variablesOf(
  { capabilities, requires, primaryEnv, skillKey }: SkillManifest,
  entries: Entries,
): string[] {
  const asked = [...(capabilities?.secrets ?? []), ...requires.env, ...(primaryEnv === undefined ? [] : [primaryEnv])];
  return [...new Set([...asked, ...Object.keys(entryVariables(skillKey, entries))])];
}

/** What `skills.entries.<key>.env` sets. */
export function entryVariables(skillKey: string, entries: Entries): Record<string, string> {
  const env = entries && Object.hasOwn(entries, skillKey) ? entries[skillKey]?.env : undefined;
  const set = Object.entries(isPlainObject(env) ? env : {}).filter(([, value]) => value !== '');
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}
