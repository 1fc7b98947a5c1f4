import { join } from 'node:path';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { HOOK_EVENTS } from './handlers/hook-event';
import { type HookState, lackingVariables } from './list-hooks';

/** A hook needs variables and nothing else. */
interface Needs {
  bins: string[];
  anyBins: string[];
  env: string[];
  config: string[];
  os: string[];
}

const needsOf = (env: string[]): Needs => ({ bins: [], anyBins: [], env, config: [], os: [] });

/** A hook for programs. */
export function hookView(hook: HookState, config: OpenclawConfig): object {
  const { folder, handler, needsEnv, ...state } = hook;
  const lacking = lackingVariables(config, hook);
  return {
    ...state,
    source: `openclaw-${hook.source}`,
    hookKey: hook.name,
    ...(folder === '' ? {} : { folder, baseDir: folder, filePath: join(folder, 'HOOK.md') }),
    ...(handler === undefined ? {} : { handlerPath: handler }),
    eligible: hook.reason === undefined,
    disabled: !hook.enabled,
    enabledByConfig: hook.enabled && config.hooks?.internal?.enabled === true,
    requirementsSatisfied: lacking.length === 0,
    loadable: hook.fault === undefined && hook.isUnagreed !== true,
    unknownEvents: hook.events.filter((event) => !(HOOK_EVENTS as readonly string[]).includes(event)),
    requirements: needsOf(needsEnv),
    missing: needsOf(lacking),
    // Those of a plugin are its own and stand in no folder of hooks.
    managedByPlugin: false,
    ...(hook.reason === undefined ? {} : { blockedReason: hook.reason }),
  };
}

/** @param bad hooks that are meant to run and do not */
export function hooksCheckView(hooks: readonly HookState[], bad: readonly HookState[], config: OpenclawConfig): object {
  const eligible = hooks.filter(({ reason }) => reason === undefined);
  const others = hooks.filter(({ reason }) => reason !== undefined);
  return {
    ok: bad.length === 0,
    total: hooks.length,
    eligible: eligible.length,
    notEligible: others.length,
    hooks: {
      eligible: eligible.map(({ name }) => name),
      notEligible: others.map((hook) => hookView(hook, config)),
    },
    failing: bad.map(({ name }) => name),
  };
}
