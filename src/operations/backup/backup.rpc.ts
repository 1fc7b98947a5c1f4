import { Injectable } from '@nestjs/common';
import { OpenclawError } from '../../common/openclaw-error';
import { Bool, Doc, Opt, Text } from '../../common/validation/fields';
import { agentEntries } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { RpcMethod } from '../../rpc/rpc-method';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import { workspacePath } from '../../workspace/workspace-path';
import { createBackup, planBackup } from './archive';

export class BackupCreateParams {
  /** File on the gateway's machine. */
  @Opt() @Text({ max: 1000 }) output?: string;
  @Opt() @Bool() onlyConfig?: boolean;
  @Opt() @Bool() noWorkspace?: boolean;
  @Opt() @Bool() @Doc('Only tells what would be in it.') dryRun?: boolean;
}

@Injectable()
export class BackupRpc {
  constructor(
    private readonly config: ConfigService,
    private readonly database: DatabaseService,
  ) {}

  @RpcMethod({
    name: 'backup.create',
    scope: 'operator.admin',
    params: BackupCreateParams,
    summary: 'Puts configuration, database, workspaces and secrets into one archive while the gateway runs.',
  })
  async create({ dryRun, ...params }: BackupCreateParams): Promise<unknown> {
    const { stateDir, path: configPath, config, env } = this.config;
    try {
      const wish = {
        stateDir,
        configPath,
        workspaces: agentEntries(config).map(({ id }) => workspacePath(config, env, stateDir, id)),
        ...params,
        ...(this.database.dialect === 'sqlite' ? { snapshot: (to: string) => this.database.snapshot(to) } : {}),
      };
      if (dryRun) return { dryRun, ...(await planBackup(wish)) };
      const { path, manifest } = await createBackup(wish);
      return { path, files: manifest.files.length, database: manifest.database, createdAt: manifest.createdAt };
    } catch (error) {
      if (error instanceof OpenclawError) throw invalidRequest(error.message);
      throw error;
    }
  }
}
