import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import type { OpenclawConfig } from '../config/openclaw.config';
import { type HookEvent, covers } from '../hooks/hook-event';
import { WorkspaceService } from '../workspace/workspace.service';
import { type HookState, listHooks } from './list-hooks';

/** Milliseconds for which the folders of hooks are taken to be as they were. */
const KEPT_MS = 5000;

/** Hooks of the running gateway. */
@Injectable()
export class HookCatalog {
  private known: { config: OpenclawConfig; readAt: number; hooks: HookState[] } | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
  ) {}

  all(): HookState[] {
    const { config, stateDir } = this.config;
    return listHooks(config, stateDir, this.workspaces.pathOf(defaultAgentId(config)));
  }

  /** Hooks that run for an event. Their folders are read again when the configuration changes, or some seconds later. */
  for(event: HookEvent): HookState[] {
    const { config } = this.config;
    if (config.hooks?.internal?.enabled !== true) return [];
    if (this.known?.config !== config || performance.now() - this.known.readAt > KEPT_MS)
      this.known = { config, readAt: performance.now(), hooks: this.all() };
    return this.known.hooks.filter(({ reason, events }) => reason === undefined && covers(events, event));
  }
}
