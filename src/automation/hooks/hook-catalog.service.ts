import { Injectable } from '@nestjs/common';
import { type Logger, LoggerFactory } from '../../common/logger';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import type { OpenclawConfig } from '../../config/openclaw.config';
import { type HookEvent, covers } from './handlers/hook-event';
import { WorkspaceService } from '../../workspace/workspace.service';
import { type HookState, listHooks } from './list-hooks';

/** Milliseconds for which the folders of hooks are taken to be as they were. */
const KEPT_MS = 5000;

/** Hooks of the running gateway. */
@Injectable()
export class HookCatalog {
  private readonly log: Logger;
  /** What the log has said of hooks whose files nobody agreed to. */
  private said = new Map<string, string>();
  private known: { config: OpenclawConfig; readAt: number; hooks: HookState[] } | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('hooks');
  }

  all(): HookState[] {
    const { config, stateDir } = this.config;
    return listHooks(config, stateDir, this.workspaces.pathOf(defaultAgentId(config)));
  }

  /** Hooks that run for an event. Their folders are read again when the configuration changes, or some seconds later. */
  for(event: HookEvent): HookState[] {
    const { config } = this.config;
    if (config.hooks?.internal?.enabled !== true) return [];
    if (this.known?.config !== config || performance.now() - this.known.readAt > KEPT_MS) {
      this.known = { config, readAt: performance.now(), hooks: this.all() };
      this.tellUnagreed(this.known.hooks);
    }
    return this.known.hooks.filter(({ reason, events }) => reason === undefined && covers(events, event));
  }

  private tellUnagreed(hooks: readonly HookState[]): void {
    const now = new Map(hooks.flatMap(({ name, isUnagreed, reason = '' }) => (isUnagreed ? [[name, reason]] : [])));
    for (const [name, reason] of now)
      if (this.said.get(name) !== reason) this.log.warn({ hook: name }, `a hook does not run: ${reason}`);
    this.said = now;
  }
}
