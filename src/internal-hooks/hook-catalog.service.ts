import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { WorkspaceService } from '../workspace/workspace.service';
import { BUNDLED_HOOKS } from './bundled-hooks';
import { type HookInfo, hooksIn } from './hook-folder';

export interface HookState extends HookInfo {
  enabled: boolean;
  /** Why it does not run; undefined while it does. */
  reason?: string;
}

/** All hooks there are, later places before earlier ones of the same name, and whether they run. */
@Injectable()
export class HookCatalog {
  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
  ) {}

  all(): HookState[] {
    const { config, stateDir } = this.config;
    const internal = config.hooks?.internal;
    const found = new Map<string, HookInfo>(BUNDLED_HOOKS.map((hook) => [hook.name, hook]));
    for (const folder of internal?.load?.extraDirs ?? [])
      for (const hook of hooksIn(folder, 'extra')) found.set(hook.name, hook);
    for (const hook of hooksIn(join(stateDir, 'hooks'), 'managed')) found.set(hook.name, hook);
    const workspace = join(this.workspaces.pathOf(defaultAgentId(config)), 'hooks');
    for (const hook of hooksIn(workspace, 'workspace')) if (!found.has(hook.name)) found.set(hook.name, hook);
    return [...found.values()].map((hook) => {
      const entry = internal?.entries?.[hook.name];
      const missing = hook.needsEnv.filter((name) => entry?.env?.[name] === undefined);
      const reason =
        internal?.enabled !== true
          ? 'hooks.internal.enabled is not true'
          : entry?.enabled !== true
            ? `it is off; openclaw hooks enable ${hook.name}`
            : (hook.fault ??
              (missing.length > 0 ? `hooks.internal.entries.${hook.name}.env lacks ${missing.join(', ')}` : undefined));
      return { ...hook, enabled: entry?.enabled === true, ...(reason === undefined ? {} : { reason }) };
    });
  }

  /** Hooks that run for an event. */
  for(type: string, action: string): HookState[] {
    if (this.config.config.hooks?.internal?.enabled !== true) return [];
    return this.all().filter(
      ({ reason, events }) => reason === undefined && (events.includes(type) || events.includes(`${type}:${action}`)),
    );
  }
}
