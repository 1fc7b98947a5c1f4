import { delimiter, join } from 'node:path';
import { Option, SubCommand } from 'nest-commander';
import { CliCommand, type JsonOptions, parseWholeNumber } from '../common/cli/cli-command';
import { commandLine } from '../common/cli/own-commands';
import { printJson, printLine } from '../common/cli/output';
import { appRoot } from '../common/app-root';
import { readLockOwner } from '../common/lock-file';
import { OpenclawError } from '../common/openclaw-error';
import { isAlive } from '../common/process-identity';
import { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import { gatewayPort, uiPort as uiPortOf } from '../config/ports';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { type CarriedVariables, carryVariables, lastingPath } from './carried-variables';
import { ServiceManager, type ServiceState } from './service-manager';

const MAX_PORT = 65_535;

interface InstallOptions extends JsonOptions {
  port?: number;
  uiPort?: number;
  force?: boolean;
}

abstract class ServiceCommandBase extends CliCommand {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected manager(): ServiceManager {
    return new ServiceManager(
      {
        platform: process.platform,
        home: this.env.home,
        uid: process.getuid?.() ?? 0,
        variables: this.env.all(),
      },
      this.env.get('OPENCLAW_PROFILE'),
    );
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

  @Option({ flags: '--force', description: 'write the service anew' })
  parseForce(): boolean {
    return true;
  }

  async run(_: string[], options: InstallOptions): Promise<void> {
    const stateDir = resolveStateDir(this.env);
    const configPath = resolveConfigPath(this.env, stateDir);
    const profile = this.env.get('OPENCLAW_PROFILE');
    const path = this.env.get('PATH');
    const uiPort = options.uiPort ?? (this.env.get('OPENCLAW_UI_PORT') ? uiPortOf(this.env) : undefined);
    // As the caller has them: the configuration may set some itself.
    const variables = this.env.all();
    const { config, variables: referred } = loadConfig(configPath, this.env);
    const manager = this.manager();
    if (options.force !== true) manager.needNew();
    const carried = carryVariables(stateDir, variables, referred.values());
    const state = await manager.install({
      node: process.execPath,
      program: join(appRoot(), 'bin', 'openclaw'),
      stateDir,
      configPath,
      port: options.port ?? gatewayPort(config, this.env),
      ...(uiPort === undefined ? {} : { uiPort }),
      ...(path && process.platform !== 'win32' ? { path: lastingPath(path, delimiter) } : {}),
      ...(profile ? { profile } : {}),
    });
    this.print({ ...state, notes: [...notesOf(carried, join(stateDir, '.env')), ...state.notes] }, options);
  }
}

function notesOf({ written, kept, left }: CarriedVariables, file: string): string[] {
  const notes: [string[], string][] = [
    [written, `kept in ${file} for the service`],
    [kept, `${file} has another value, which the service takes`],
    [left, `no line of ${file} can hold the value; store it with ${commandLine('secrets set')}`],
  ];
  return notes.filter(([names]) => names.length > 0).map(([names, text]) => `${names.join(', ')}: ${text}`);
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
