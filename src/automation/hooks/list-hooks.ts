import { join } from 'node:path';
import { messageOf } from '../../common/openclaw-error';
import { isReallyWithin } from '../../common/paths/path-place';
import { isPlainObject } from '../../common/plain-object';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { BUNDLED_HOOKS } from './bundled-hooks';
import { hookHash } from './handlers/hook-files';
import { type HookInfo, hooksIn } from './hook-folder';
import { commandLine } from '../../common/cli/own-commands';

export interface HookState extends HookInfo {
  enabled: boolean;
  /** Why it does not run; undefined while it does. */
  reason?: string;
  /** It is on, and its files are not those that somebody agreed to. */
  isUnagreed?: boolean;
}

/** SHA-256 of the files that the owner agreed to when he installed or enabled a hook. */
export function agreedHash(config: OpenclawConfig, name: string): string | undefined {
  const install = config.hooks?.internal?.installs?.[name];
  const hash = isPlainObject(install) ? install['sha256'] : undefined;
  return typeof hash === 'string' ? hash : undefined;
}

/** All hooks there are, later places before earlier ones of the same name, and whether they run. */
export function listHooks(config: OpenclawConfig, stateDir: string, workspace: string): HookState[] {
  const internal = config.hooks?.internal;
  const found = new Map<string, HookInfo>(BUNDLED_HOOKS.map((hook) => [hook.name, hook]));
  for (const folder of internal?.load?.extraDirs ?? [])
    for (const hook of hooksIn(folder, 'extra')) found.set(hook.name, hook);
  for (const hook of hooksIn(join(stateDir, 'hooks'), 'managed')) found.set(hook.name, hook);
  for (const hook of hooksIn(join(workspace, 'hooks'), 'workspace'))
    // The assistant's commands can put a link there.
    if (!found.has(hook.name) && isReallyWithin(workspace, hook.folder)) found.set(hook.name, hook);
  return [...found.values()].map((hook) => stateOf(config, hook));
}

/** Variables that a hook needs and is not given. */
export const lackingVariables = (config: OpenclawConfig, { name, needsEnv }: HookInfo): string[] =>
  needsEnv.filter((variable) => config.hooks?.internal?.entries?.[name]?.env?.[variable] === undefined);

function stateOf(config: OpenclawConfig, hook: HookInfo): HookState {
  const internal = config.hooks?.internal;
  const entry = internal?.entries?.[hook.name];
  const enabled = entry?.enabled === true;
  const off =
    internal?.enabled !== true
      ? 'hooks.internal.enabled is not true'
      : enabled
        ? hook.fault
        : `it is off; ${commandLine(`hooks enable ${hook.name}`)}`;
  if (off !== undefined) return { ...hook, enabled, reason: off };
  const unagreed = hook.source === 'bundled' ? undefined : disagreement(config, hook);
  if (unagreed !== undefined) return { ...hook, enabled, reason: unagreed, isUnagreed: true };
  const missing = lackingVariables(config, hook);
  return {
    ...hook,
    enabled,
    ...(missing.length > 0 ? { reason: `hooks.internal.entries.${hook.name}.env lacks ${missing.join(', ')}` } : {}),
  };
}

/** What keeps the files of a hook that is on from running as they are now. */
function disagreement(config: OpenclawConfig, { name, folder }: HookInfo): string | undefined {
  const agreed = agreedHash(config, name);
  const enable = commandLine(`hooks enable ${name}`);
  if (agreed === undefined) return `nobody has agreed to its files; look at them, then agree with: ${enable}`;
  try {
    return hookHash(folder) === agreed ? undefined : `changed; agree again with: ${enable}`;
  } catch (error) {
    return messageOf(error);
  }
}
