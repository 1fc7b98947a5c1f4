import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { printJson, printLine } from '../../common/cli/output';
import { readLockOwner } from '../../common/lock-file';
import { UsageError } from '../../common/cli/cli-error';
import { OpenclawError } from '../../common/openclaw-error';
import { isAlive } from '../../common/process-identity';
import { Environment } from '../../config/environment';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { type ServiceWishes, installService, serviceManager } from './install-service';
import { installSystemService } from './install-system-service';
import type { ServiceManager, ServiceState } from './service-manager';

const MAX_PORT = 65_535;

type ScopeOptions = JsonOptions & { system?: boolean };
type InstallOptions = ScopeOptions & ServiceWishes & { user?: string };

abstract class ServiceCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  @Option({ flags: '--system', description: 'the service of the machine, instead of that of this user; needs root' })
  parseSystem(): boolean {
    return true;
  }

  protected manager({ system }: { system?: boolean }): ServiceManager {
    return serviceManager(this.env, system ? 'system' : 'user');
  }

  protected print(state: ServiceState, options: JsonOptions): void {
    if (options.json) printJson(state);
    else for (const line of [`${state.manager}: ${state.state} (${state.file})`, ...state.notes]) printLine(line);
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

  @Option({ flags: '--ui-port <port>', description: 'port of the Control UI; 0: on the gateway port only' })
  parseUiPort(value: string): number {
    return parseWholeNumber('--ui-port', value, 0, MAX_PORT);
  }

  @Option({ flags: '--runtime <program>', description: 'what runs it; it needs Node', choices: ['node'] })
  parseRuntime(value: string): string {
    return value;
  }

  @Option({
    flags: '--token <token>',
    description: 'token of the gateway, kept in a file that the service alone reads',
  })
  parseToken(value: string): string {
    if (/^[\x21-\x7e]+$/.test(value)) return value;
    throw new UsageError('--token must be of visible characters without blanks');
  }

  @Option({ flags: '--force', description: 'overwrite the service' })
  parseForce(): boolean {
    return true;
  }

  @Option({ flags: '--user <name>', description: 'with --system: the user that it runs as; openclaw by default' })
  parseUser(value: string): string {
    return value;
  }

  async run(_: string[], options: InstallOptions): Promise<void> {
    if (options.user !== undefined && !options.system)
      throw new UsageError('--user names the user of a service of the machine; it goes with --system');
    const install = options.system ? installSystemService : installService;
    this.print(await install(this.env, options), options);
  }
}

@SubCommand({ name: 'uninstall', description: 'remove the service; the state stays' })
export class GatewayUninstallCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: ScopeOptions): Promise<void> {
    this.print(await this.manager(options).uninstall(), options);
  }
}

@SubCommand({ name: 'start', description: 'start the service' })
export class GatewayStartCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: ScopeOptions): Promise<void> {
    this.print(await this.manager(options).order('start'), options);
  }
}

@SubCommand({ name: 'stop', description: 'stop the service, or a gateway that was started by hand' })
export class GatewayStopCommand extends ServiceCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(_: string[], options: ScopeOptions): Promise<void> {
    const manager = this.manager(options);
    if (manager.isInstalled || options.system) return this.print(await manager.order('stop'), options);
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

  async run(_: string[], options: ScopeOptions): Promise<void> {
    this.print(await this.manager(options).order('restart'), options);
  }
}

export const SERVICE_LEAVES = [
  GatewayInstallCommand,
  GatewayUninstallCommand,
  GatewayStartCommand,
  GatewayStopCommand,
  GatewayRestartCommand,
] as const;
