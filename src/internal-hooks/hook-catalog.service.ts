import { Injectable } from '@nestjs/common';
import { defaultAgentId } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { WorkspaceService } from '../workspace/workspace.service';
import { type HookState, listHooks } from './list-hooks';

/** Hooks of the running gateway. */
@Injectable()
export class HookCatalog {
  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
  ) {}

  all(): HookState[] {
    const { config, stateDir } = this.config;
    return listHooks(config, stateDir, this.workspaces.pathOf(defaultAgentId(config)));
  }

  /** Hooks that run for an event. */
  for(type: string, action: string): HookState[] {
    if (this.config.config.hooks?.internal?.enabled !== true) return [];
    return this.all().filter(
      ({ reason, events }) => reason === undefined && (events.includes(type) || events.includes(`${type}:${action}`)),
    );
  }
}
