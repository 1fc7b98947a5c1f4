import { join } from 'node:path';
import type { OpenclawConfig } from '../config/openclaw.config';
import { BUNDLED_HOOKS } from './bundled-hooks';
import { type HookInfo, hooksIn } from './hook-folder';
import { commandLine } from '../common/cli/own-commands';

export interface HookState extends HookInfo {
  enabled: boolean;
  /** Why it does not run; undefined while it does. */
  reason?: string;
}

/** All hooks there are, later places before earlier ones of the same name, and whether they run. */
export function listHooks(config: OpenclawConfig, stateDir: string, workspace: string): HookState[] {
  const internal = config.hooks?.internal;
  const found = new Map<string, HookInfo>(BUNDLED_HOOKS.map((hook) => [hook.name, hook]));
  for (const folder of internal?.load?.extraDirs ?? [])
    for (const hook of hooksIn(folder, 'extra')) found.set(hook.name, hook);
  for (const hook of hooksIn(join(stateDir, 'hooks'), 'managed')) found.set(hook.name, hook);
  for (const hook of hooksIn(join(workspace, 'hooks'), 'workspace'))
    if (!found.has(hook.name)) found.set(hook.name, hook);
  return [...found.values()].map((hook) => {
    const entry = internal?.entries?.[hook.name];
    const missing = hook.needsEnv.filter((name) => entry?.env?.[name] === undefined);
    const reason =
      internal?.enabled !== true
        ? 'hooks.internal.enabled is not true'
        : entry?.enabled !== true
          ? `it is off; ${commandLine(`hooks enable ${hook.name}`)}`
          : (hook.fault ??
            (missing.length > 0 ? `hooks.internal.entries.${hook.name}.env lacks ${missing.join(', ')}` : undefined));
    return { ...hook, enabled: entry?.enabled === true, ...(reason === undefined ? {} : { reason }) };
  });
}
