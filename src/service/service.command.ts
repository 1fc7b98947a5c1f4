import { join } from 'node:path';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../common/cli/cli-command';
import { printJson, printLine } from '../common/cli/output';
import { appRoot } from '../common/app-root';
import { readLockOwner } from '../common/lock-file';
import { OpenclawError } from '../common/openclaw-error';
import { isAlive } from '../common/process-identity';
import { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import { gatewayPort } from '../config/ports';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { ServiceManager, type ServiceState } from './service-manager';

const MAX_PORT = 65_535;

abstract class ServiceCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected manager(): ServiceManager {
    const configHome = this.env.get('XDG_CONFIG_HOME');
    return new ServiceManager(
      {
        platform: process.platform,
        home: this.env.home,
        ...(configHome ? { configHome } : {}),
        uid: process.getuid?.() ?? 0,
      },
      this.env.get('OPENCLAW_PROFILE'),
    );
  }

  protected print(state: ServiceState, options: JsonOptions): void {
    if (options.json) printJson(state);
    else printLine(`${state.manager}: ${state.state} (${state.file})`);
  }
}

@SubCommand({ name: 'install', description: 'have the gateway started and kept running by this machine' })
export class GatewayInstallCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--port <port>', description: 'port to listen on' })
  parsePort(value: string): number {
    return parseWholeNumber('--port', value, 1, MAX_PORT);
  }

  @Option({ flags: '--force', description: 'write the service anew' })
  parseForce(): boolean {
    return true;
  }

  async run(_: string[], options: JsonOptions & { port?: number; force?: boolean }): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    const configPath = resolveConfigPath(this.env, stateDir);
    const profile = this.env.get('OPENCLAW_PROFILE');
    const state = await this.manager().install(
      {
        node: process.execPath,
        program: join(appRoot(), 'bin', 'openclaw'),
        stateDir,
        configPath,
        port: options.port ?? gatewayPort(loadConfig(configPath, this.env).config, this.env),
        ...(profile ? { profile } : {}),
      },
      options.force === true,
    );
    this.print(state, options);
  }
}

@SubCommand({ name: 'uninstall', description: 'the gateway is no service any more; its state stays' })
export class GatewayUninstallCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: JsonOptions): Promise<void> {
    this.print(await this.manager().uninstall(), options);
  }
}

@SubCommand({ name: 'start', description: 'start the service' })
export class GatewayStartCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: JsonOptions): Promise<void> {
    this.print(await this.manager().order('start'), options);
  }
}

@SubCommand({ name: 'stop', description: 'stop the service, or a gateway that was started by hand' })
export class GatewayStopCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: JsonOptions): Promise<void> {
    const manager = this.manager();
    if (manager.isInstalled) return this.print(await manager.order('stop'), options);
    const stateDir = resolveStateDir(this.env);
    const owner = readLockOwner(gatewayLockPath(stateDir, resolveConfigPath(this.env, stateDir)));
    if (!owner || !isAlive(owner)) throw new OpenclawError('GATEWAY_NOT_RUNNING', `no gateway runs for ${stateDir}`);
    process.kill(owner.pid, 'SIGTERM');
    if (options.json) printJson({ stopped: owner.pid });
    else printLine(`process ${owner.pid} was told to stop`);
  }
}

@SubCommand({ name: 'restart', description: 'restart the service' })
export class GatewayRestartCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: JsonOptions): Promise<void> {
    this.print(await this.manager().order('restart'), options);
  }
}

export const SERVICE_LEAVES = [
  GatewayInstallCommand,
  GatewayUninstallCommand,
  GatewayStartCommand,
  GatewayStopCommand,
  GatewayRestartCommand,
] as const;
