import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option, SubCommand } from 'nest-commander';
import {
  CliCommand,
  CommandGroup,
  GatewayCommandBase,
  type GatewayOptions,
  type JsonOptions,
} from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { counted, printJson, printLine } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { readLockOwner } from '../../common/lock-file';
import { OpenclawError } from '../../common/openclaw-error';
import { isAlive } from '../../common/process-identity';
import { agentEntries } from '../../config/agent-entries';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { loadConfig } from '../../config/load-config';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { withGateway } from '../../gateway/client/with-gateway';
import { SqliteFile } from '../../storage/sqlite-file';
import { sqlitePath } from '../../storage/sqlite-path';
import { workspacePath } from '../../workspace/workspace-path';
import { createBackup, planBackup, restoreBackup, verifyBackup } from './archive';
import { commandLine, quoted } from '../../common/cli/own-commands';

interface CreateOptions extends GatewayOptions {
  output?: string;
  onlyConfig?: boolean;
  workspace?: boolean;
  dryRun?: boolean;
}

/** What was made, or with `--dry-run` would be. */
interface Made {
  path: string;
  files: number;
  database: string;
  dryRun?: boolean;
  bytes?: number;
}

const CREATE_TIMEOUT_MS = 600_000;

@SubCommand({ name: 'create', description: 'everything in one archive, also while the gateway runs' })
export class BackupCreateCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--output <file>', description: 'name of the archive' })
  parseOutput(value: string): string {
    return value;
  }

  @Option({ flags: '--only-config', description: 'the configuration alone' })
  parseOnlyConfig(): boolean {
    return true;
  }

  @Option({ flags: '--no-workspace', description: 'without the files of the assistant' })
  parseNoWorkspace(): boolean {
    return false;
  }

  @Option({ flags: '--dry-run', description: 'only tell what would be in it; write nothing' })
  parseDryRun(): boolean {
    return true;
  }

  async run(_: string[], options: CreateOptions): Promise<void> {
    const wish = {
      ...(options.output ? { output: resolve(options.output) } : {}),
      ...(options.onlyConfig ? { onlyConfig: true } : {}),
      ...(options.workspace === false ? { noWorkspace: true } : {}),
      ...(options.dryRun ? { dryRun: true } : {}),
    };
    const made = (await this.byGateway(wish, options)) ?? (await this.locally(wish));
    if (options.json) printJson(made);
    else if (made.dryRun)
      printLine(
        `${counted(made.files, 'file')} (${made.bytes} bytes${made.database === 'none' ? '' : ' and the database'}) would come into ${made.path}; nothing was written`,
      );
    else {
      printLine(
        `${made.path} (${counted(made.files, 'file')}${made.database === 'none' ? ', without a database' : ''})`,
      );
      printLine(`It holds secrets. Check it with: ${commandLine(`backup verify ${quoted(made.path)}`)}`);
    }
  }

  /** The gateway alone has its database open; undefined: it does not run. */
  private async byGateway(wish: Record<string, unknown>, options: GatewayOptions): Promise<Made | undefined> {
    try {
      return await withGateway(
        resolveGatewayTarget(this.env, options),
        (client) => client.call<Made>('backup.create', wish),
        { timeoutMs: CREATE_TIMEOUT_MS },
      );
    } catch (error) {
      if (error instanceof OpenclawError && error.exitCode === ExitCode.gatewayUnreachable) return undefined;
      throw error;
    }
  }

  private async locally({ dryRun, ...wish }: Record<string, unknown>): Promise<Made> {
    const stateDir = resolveStateDir(this.env);
    const file = sqlitePath(stateDir);
    const isElsewhere = this.env.get('OPENCLAW_DATABASE_URL') !== undefined;
    const configPath = resolveConfigPath(this.env, stateDir);
    const { config } = loadConfig(configPath, this.env);
    const whole = {
      stateDir,
      configPath,
      workspaces: agentEntries(config).map(({ id }) => workspacePath(config, this.env, stateDir, id)),
      ...wish,
      ...(existsSync(file) && !isElsewhere
        ? {
            snapshot: async (to: string) => {
              const database = new SqliteFile(file, { readOnly: true });
              try {
                await database.copyTo(to);
              } finally {
                database.close();
              }
            },
          }
        : {}),
    };
    if (dryRun) return { dryRun: true, ...(await planBackup(whole)) };
    const { path, manifest } = await createBackup(whole);
    return { path, files: manifest.files.length, database: manifest.database };
  }
}

@SubCommand({
  name: 'verify',
  arguments: '<archive>',
  description: 'restore an archive somewhere to see that it works',
})
export class BackupVerifyCommand extends CliCommand {
  async run([archive]: string[], options: JsonOptions): Promise<void> {
    if (archive === undefined) throw new UsageError('which archive?');
    const manifest = await verifyBackup(resolve(archive));
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    if (options.json)
      printJson({
        ok: true,
        createdAt: manifest.createdAt,
        files: manifest.files.length,
        bytes,
        database: manifest.database,
      });
    else
      printLine(
        `complete: ${manifest.files.length} files, ${bytes} bytes, ${manifest.database === 'sqlite' ? 'database sound' : 'no database'}, of ${manifest.createdAt}`,
      );
  }
}

@SubCommand({ name: 'restore', arguments: '<archive>', description: 'put an archive in the place of the state folder' })
export class BackupRestoreCommand extends CliCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--target <folder>', description: 'another folder than the state folder' })
  parseTarget(value: string): string {
    return value;
  }

  @Option({ flags: '--workspaces', description: 'put workspaces that were outside the state folder back there' })
  parseWorkspaces(): boolean {
    return true;
  }

  @Option({ flags: '--dry-run', description: 'only check the archive' })
  parseDryRun(): boolean {
    return true;
  }

  async run(
    [archive]: string[],
    options: JsonOptions & { target?: string; dryRun?: boolean; workspaces?: boolean },
  ): Promise<void> {
    if (archive === undefined) throw new UsageError('which archive?');
    const target = options.target ? resolve(options.target) : resolveStateDir(this.env);
    this.refuseWhileRunning(target);
    if (options.dryRun) {
      const manifest = await verifyBackup(resolve(archive));
      const workspaces = (manifest.outside ?? []).map(({ at }) => at);
      if (options.json) printJson({ ok: true, dryRun: true, target, files: manifest.files.length, workspaces });
      else printLine(`${counted(manifest.files.length, 'file')} would come to ${target}; nothing was changed`);
      return;
    }
    const { manifest, before, workspaces } = await restoreBackup(resolve(archive), target, options.workspaces);
    if (options.json)
      printJson({ ok: true, target, files: manifest.files.length, workspaces, ...(before ? { before } : {}) });
    else {
      printLine(`${manifest.files.length} files of ${manifest.createdAt} are in ${target}`);
      if (before) printLine(`What was there before is in ${before}`);
      for (const { at, now, before: aside } of workspaces)
        printLine(
          now === at
            ? `The workspace is back in ${at}${aside ? `; what was there before is in ${aside}` : ''}`
            : `The workspace of ${at} is in ${now}; move it, or restore with --workspaces`,
        );
    }
  }

  private refuseWhileRunning(target: string): void {
    const owner = readLockOwner(gatewayLockPath(target, resolveConfigPath(this.env, target)));
    if (owner && isAlive(owner))
      throw new OpenclawError(
        'GATEWAY_RUNNING',
        `the gateway runs (process ${owner.pid}); stop it first: kill ${owner.pid}`,
      );
  }
}

const LEAVES = [BackupCreateCommand, BackupVerifyCommand, BackupRestoreCommand];

@Command({ name: 'backup', description: 'archives of everything', subCommands: LEAVES })
export class BackupCommand extends CommandGroup {}

export const BACKUP_COMMANDS = [BackupCommand, ...LEAVES] as const;
