import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '../config/config.service';
import { isSandboxed, sandboxRoot, sandboxScope, workspaceAccess } from '../sessions/sandbox-mode';
import { guestFolder } from './guest-folder';
import { WorkspaceService } from './workspace.service';

export interface SessionFolder {
  /** Absolute path that the tools of the session work in. */
  path: string;
  /** Nothing may be written there. */
  readOnly: boolean;
}

/** Which folder the tools of a session see: the agent's workspace; for guests and sandboxed sessions one of their own. */
@Injectable()
export class SessionFolders {
  constructor(
    private readonly config: ConfigService,
    private readonly workspaces: WorkspaceService,
  ) {}

  /** @param isGuest whether the tools work for somebody who does not own the gateway */
  of(agentId: string, sessionKey: string, isGuest: boolean): SessionFolder {
    const folder = this.placeOf(agentId, sessionKey, isGuest);
    if (folder.isOwn) mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    return { path: folder.path, readOnly: folder.readOnly };
  }

  /** The same, whether or not it is there yet. `isOwn`: a sandboxed session's own. */
  placeOf(agentId: string, sessionKey: string, isGuest: boolean): SessionFolder & { isOwn?: true } {
    const { config, stateDir } = this.config;
    if (isGuest) return { path: guestFolder(stateDir, agentId, sessionKey), readOnly: false };
    const workspace = this.workspaces.pathOf(agentId);
    if (!isSandboxed(config, agentId, sessionKey)) return { path: workspace, readOnly: false };
    const access = workspaceAccess(config, agentId);
    if (access !== 'none') return { path: workspace, readOnly: access === 'ro' };
    const scope = sandboxScope(config, agentId);
    const name =
      scope === 'shared'
        ? 'shared'
        : scope === 'agent'
          ? `agent-${agentId}`
          : `session-${createHash('sha256').update(sessionKey).digest('hex').slice(0, 16)}`;
    const path = join(sandboxRoot(config, agentId) ?? join(stateDir, 'sandboxes'), name);
    return { path, readOnly: false, isOwn: true };
  }
}
