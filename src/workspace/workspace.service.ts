import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { agentEntries } from '../config/agent-entries';
import { ConfigService } from '../config/config.service';
import { workspacePath } from './workspace-path';
import { BOOTSTRAP, WORKSPACE_TEMPLATES } from './workspace-templates';

/** Where each agent's files live. */
@Injectable()
export class WorkspaceService {
  constructor(private readonly config: ConfigService) {}

  /** Absolute path of an agent's workspace. */
  pathOf(agentId: string): string {
    const { config, env, stateDir } = this.config;
    return workspacePath(config, env, stateDir, agentId);
  }

  /** Makes the folders that are missing, and the files a workspace starts with. @throws OpenclawError WORKSPACE_UNUSABLE */
  ensureAll(): void {
    for (const { id } of agentEntries(this.config.config)) {
      const path = this.pathOf(id);
      try {
        const isNew = mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined;
        if (this.config.config.agents?.defaults?.skipBootstrap !== true) addTemplates(path, isNew);
      } catch (cause) {
        throw new OpenclawError(
          'WORKSPACE_UNUSABLE',
          `workspace of agent "${id}": ${path} can't be made: ${messageOf(cause)}`,
          { cause },
        );
      }
    }
  }
}

/** What is there already is never touched. */
function addTemplates(path: string, isNew: boolean): void {
  const files = { ...WORKSPACE_TEMPLATES, ...(isNew ? { [BOOTSTRAP.name]: BOOTSTRAP.text } : {}) };
  for (const [name, text] of Object.entries(files)) {
    try {
      writeFileSync(join(path, name), text, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
