import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commandLine } from '../../common/cli/own-commands';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { callManager } from './call-manager';
import { SYSTEM_UNITS, type ServiceSpec, launchdPlist, serviceName, systemdUnit, windowsScript } from './unit-files';

export interface ServiceState {
  manager: 'systemd' | 'launchd' | 'schtasks';
  /** File that describes the service. */
  file: string;
  installed: boolean;
  /** What the manager says: running, stopped, failed … */
  state: string;
  /** What the owner should know or do, a sentence each. */
  notes: string[];
}

export interface ServicePlace {
  platform: NodeJS.Platform;
  home: string;
  uid: number;
  /** The environment of the caller; the manager's commands get it. */
  variables: Readonly<NodeJS.ProcessEnv>;
  /** Whose service it is: of this user, which is usual, or of the machine, which only systemd on Linux is asked for. */
  scope?: 'user' | 'system';
}

interface Manager {
  manager: ServiceState['manager'];
  file: string;
  /** Rights of the file; its owner's alone by default. */
  mode?: number;
  content(spec: ServiceSpec): string;
  commands: Record<'install' | 'uninstall' | 'start' | 'stop' | 'restart', string[][]>;
  query: string[];
  /** Variables that its commands need beside those of this process. */
  env?: NodeJS.ProcessEnv;
  /** What to do when its commands fail; empty where nothing is known. */
  advice?(): string;
  /** What keeps the service from running on, once it is installed. */
  check?(variables: NodeJS.ProcessEnv): Promise<string[]>;
  /** The state in what the query printed; undefined where it failed. */
  read(output: string | undefined): string;
}

/** Lets the service manager of the platform keep the gateway running. */
export class ServiceManager {
  private readonly manager: Manager;
  private readonly variables: NodeJS.ProcessEnv;

  /** @throws OpenclawError SERVICE_UNSUPPORTED */
  constructor(place: ServicePlace, profile: string | undefined) {
    this.manager = managerOf(place, serviceName(profile));
    this.variables = { ...place.variables, ...this.manager.env };
  }

  /** @throws OpenclawError SERVICE_EXISTS */
  needNew(): void {
    if (this.isInstalled)
      throw new OpenclawError('SERVICE_EXISTS', `${this.manager.file} is there already; --force overwrites it`);
  }

  /** What describes a service of the caller to this manager. */
  render(spec: ServiceSpec): string {
    return this.manager.content(spec);
  }

  /** Writes what describes the service, and has it started. */
  async install(content: string): Promise<ServiceState> {
    const { file, mode = 0o600 } = this.manager;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
    // This process makes its files private; a unit of the machine is read by all.
    await chmod(file, mode);
    await this.run('install');
    return { ...(await this.status()), notes: (await this.manager.check?.(this.variables)) ?? [] };
  }

  /** Takes the service away; its file goes too where the manager can't be reached, so that no later start finds it. */
  async uninstall(): Promise<ServiceState> {
    this.need();
    const notes: string[] = [];
    try {
      await this.run('uninstall');
    } catch (error) {
      notes.push(
        `${messageOf(error)}; its file is removed all the same, a gateway that runs goes on until it is stopped`,
      );
    }
    await rm(this.manager.file, { force: true });
    return { ...(await this.status()), notes };
  }

  async order(what: 'start' | 'stop' | 'restart'): Promise<ServiceState> {
    this.need();
    await this.run(what);
    return this.status();
  }

  get isInstalled(): boolean {
    return existsSync(this.manager.file);
  }

  async status(): Promise<ServiceState> {
    const { manager, file, query, read } = this.manager;
    const installed = this.isInstalled;
    const output = installed ? await callManager(query, this.variables).catch(() => undefined) : undefined;
    return { manager, file, installed, state: installed ? read(output) : 'not installed', notes: [] };
  }

  private need(): void {
    if (!this.isInstalled)
      throw new OpenclawError(
        'SERVICE_MISSING',
        'not installed as a service on this machine; to do so: openclaw gateway install',
      );
  }

  private async run(what: keyof Manager['commands']): Promise<void> {
    for (const command of this.manager.commands[what]) {
      try {
        await callManager(command, this.variables);
      } catch (error) {
        const said = (error as { stderr?: string }).stderr?.trim() || messageOf(error);
        const advice = [
          this.manager.advice?.() ?? '',
          what === 'install'
            ? `${this.manager.file} is written; until then start the gateway by hand with: ${commandLine('gateway run')}`
            : '',
        ].filter((each) => each !== '');
        throw new OpenclawError('SERVICE_MANAGER_FAILED', [`${command.join(' ')}: ${said}`, ...advice].join('; '), {
          cause: error,
        });
      }
    }
  }
}

function managerOf({ platform, home, uid, variables, scope }: ServicePlace, name: string): Manager {
  if (scope === 'system') return machineManager(platform, name);
  switch (platform) {
    case 'linux': {
      const ctl = (...args: string[]): string[] => ['systemctl', '--user', ...args];
      // After `su` or in a job of cron the variable is missing, though the manager of this user may well run.
      const runtime = variables['XDG_RUNTIME_DIR'] ?? `/run/user/${uid}`;
      const hasBus = (): boolean => existsSync(join(runtime, 'bus')) || existsSync(join(runtime, 'systemd', 'private'));
      return {
        manager: 'systemd',
        env: { XDG_RUNTIME_DIR: runtime },
        advice: () =>
          hasBus()
            ? ''
            : `this user has no running service manager (no bus in ${runtime}): log in as this user (ssh, not su), or have one started without a log-in by: sudo loginctl enable-linger ${uid}; then do it again`,
        check: (env) => lingering(uid, env),
        file: join(variables['XDG_CONFIG_HOME'] || join(home, '.config'), 'systemd', 'user', `${name}.service`),
        content: systemdUnit,
        ...systemdCommands(ctl, name),
      };
    }
    case 'darwin': {
      const label = `ai.openclaw.${name.replace(/^openclaw-/, '')}`;
      const file = join(home, 'Library', 'LaunchAgents', `${label}.plist`);
      const target = `gui/${uid}/${label}`;
      return {
        manager: 'launchd',
        file,
        content: (spec) => launchdPlist(spec, label),
        commands: {
          install: [['launchctl', 'bootstrap', `gui/${uid}`, file]],
          uninstall: [['launchctl', 'bootout', target]],
          start: [['launchctl', 'kickstart', target]],
          stop: [['launchctl', 'kill', 'SIGTERM', target]],
          restart: [['launchctl', 'kickstart', '-k', target]],
        },
        query: ['launchctl', 'print', target],
        read: (output) => (output === undefined ? 'stopped' : /state = running/.test(output) ? 'running' : 'stopped'),
      };
    }
    case 'win32': {
      const file = join(home, '.openclaw-service', `${name}.cmd`);
      return {
        manager: 'schtasks',
        file,
        content: windowsScript,
        commands: {
          install: [
            ['schtasks', '/Create', '/F', '/SC', 'ONLOGON', '/RL', 'LIMITED', '/TN', name, '/TR', `"${file}"`],
            ['schtasks', '/Run', '/TN', name],
          ],
          uninstall: [
            ['schtasks', '/End', '/TN', name],
            ['schtasks', '/Delete', '/F', '/TN', name],
          ],
          start: [['schtasks', '/Run', '/TN', name]],
          stop: [['schtasks', '/End', '/TN', name]],
          restart: [
            ['schtasks', '/End', '/TN', name],
            ['schtasks', '/Run', '/TN', name],
          ],
        },
        query: ['schtasks', '/Query', '/TN', name, '/FO', 'LIST'],
        read: (output) => (output !== undefined && /:\s*Running/i.test(output) ? 'running' : 'stopped'),
      };
    }
    default:
      throw new OpenclawError(
        'SERVICE_UNSUPPORTED',
        `no service manager is known on ${platform}; have yours start: openclaw gateway run`,
      );
  }
}

/** systemd itself, which is asked by root. */
function machineManager(platform: NodeJS.Platform, name: string): Manager {
  if (platform !== 'linux')
    throw new OpenclawError(
      'SERVICE_UNSUPPORTED',
      `--system is for systemd on Linux; on ${platform} there is a service of a user: openclaw gateway install`,
    );
  const ctl = (...args: string[]): string[] => ['systemctl', ...args];
  return {
    manager: 'systemd',
    file: join(SYSTEM_UNITS, `${name}.service`),
    mode: 0o644,
    content: systemdUnit,
    ...systemdCommands(ctl, name),
  };
}

function systemdCommands(
  ctl: (...args: string[]) => string[],
  name: string,
): Pick<Manager, 'commands' | 'query' | 'read'> {
  return {
    commands: {
      install: [ctl('daemon-reload'), ctl('enable', '--now', name)],
      uninstall: [ctl('disable', '--now', name)],
      start: [ctl('start', name)],
      stop: [ctl('stop', name)],
      restart: [ctl('restart', name)],
    },
    query: ctl('show', name, '--property=ActiveState', '--value'),
    read: (output) => {
      const state = output?.trim() ?? '';
      return state === 'active' ? 'running' : state === '' ? 'unknown' : state === 'inactive' ? 'stopped' : state;
    },
  };
}

/** Services of a systemd user end with their last log-out unless the user lingers. */
async function lingering(uid: number, env: NodeJS.ProcessEnv): Promise<string[]> {
  const output = await callManager(['loginctl', 'show-user', String(uid), '--property=Linger', '--value'], env).catch(
    () => 'no',
  );
  return output.trim() === 'yes'
    ? []
    : [
        'the gateway ends when you log out and does not start with the machine; to have it run on: loginctl enable-linger',
      ];
}
