import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { OpenclawError, messageOf } from '../common/openclaw-error';
import { agentEntries } from '../config/agent-entries';
import type { Environment } from '../config/environment';
import { SAFE_GIT_ENVIRONMENT, SAFE_GIT_OPTIONS } from '../tools/git/safe-git';
import { RunningCommand } from '../tools/processes/running-command';
import { ConfigService } from '../config/config.service';
import { workspacePath } from './workspace-path';
import { BOOTSTRAP, WORKSPACE_TEMPLATES } from './workspace-templates';

const GIT_DELAY_MS = 1500;
const GIT_TIMEOUT_MS = 10_000;

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
        if (this.config.config.agents?.defaults?.skipBootstrap === true) continue;
        addTemplates(path, isNew);
        if (isNew) keepHistory(path, this.config.env);
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

/** A new workspace is a git repository from the beginning, where git is there; soon after the start, not in its way. */
function keepHistory(path: string, env: Environment): void {
  setTimeout(() => {
    const git = new RunningCommand(
      {
        file: 'git',
        args: [...SAFE_GIT_OPTIONS, 'init', '--quiet'],
        cwd: path,
        env: { PATH: env.get('PATH') ?? '', HOME: env.home, ...SAFE_GIT_ENVIRONMENT },
      },
      GIT_TIMEOUT_MS,
    );
    git.closeInput();
    // Without git the workspace has no history, which is fine.
    git.ended.catch(() => undefined);
  }, GIT_DELAY_MS).unref();
}
