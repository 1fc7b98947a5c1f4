import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpenclawError } from '../common/openclaw-error';
import { type ServiceSpec, launchdPlist, serviceName, systemdUnit, windowsScript } from './unit-files';

export interface ServiceState {
  manager: 'systemd' | 'launchd' | 'schtasks';
  /** File that describes the service. */
  file: string;
  installed: boolean;
  /** What the manager says: running, stopped, failed … */
  state: string;
}

export interface ServicePlace {
  platform: NodeJS.Platform;
  home: string;
  /** `XDG_CONFIG_HOME`, where it is set. */
  configHome?: string;
  uid: number;
}

interface Manager {
  manager: ServiceState['manager'];
  file: string;
  content(spec: ServiceSpec): string;
  commands: Record<'install' | 'uninstall' | 'start' | 'stop' | 'restart', string[][]>;
  query: string[];
  /** The state in what the query printed; undefined where it failed. */
  read(output: string | undefined): string;
}

const TIMEOUT_MS = 60_000;

/** Lets the service manager of the platform keep the gateway running. */
export class ServiceManager {
  private readonly manager: Manager;

  /** @throws OpenclawError SERVICE_UNSUPPORTED */
  constructor(place: ServicePlace, profile: string | undefined) {
    this.manager = managerOf(place, serviceName(profile));
  }

  async install(spec: ServiceSpec, force: boolean): Promise<ServiceState> {
    const { file, content } = this.manager;
    if (existsSync(file) && !force)
      throw new OpenclawError('SERVICE_EXISTS', `${file} is there already; --force writes it anew`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content(spec), { mode: 0o600 });
    await this.run('install');
    return this.status();
  }

  async uninstall(): Promise<ServiceState> {
    this.need();
    await this.run('uninstall');
    await rm(this.manager.file, { force: true });
    return this.status();
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
    const output = this.isInstalled ? await call(query).catch(() => undefined) : undefined;
    return { manager, file, installed: this.isInstalled, state: this.isInstalled ? read(output) : 'not installed' };
  }

  private need(): void {
    if (!this.isInstalled)
      throw new OpenclawError(
        'SERVICE_MISSING',
        'the gateway is no service on this machine; openclaw gateway install makes it one',
      );
  }

  private async run(what: keyof Manager['commands']): Promise<void> {
    for (const command of this.manager.commands[what]) {
      try {
        await call(command);
      } catch (error) {
        throw new OpenclawError(
          'SERVICE_MANAGER_FAILED',
          `${command.join(' ')}: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}${what === 'install' ? `; ${this.manager.file} is written, start the gateway by hand with: openclaw gateway run` : ''}`,
          { cause: error },
        );
      }
    }
  }
}

function managerOf({ platform, home, configHome, uid }: ServicePlace, name: string): Manager {
  switch (platform) {
    case 'linux': {
      const ctl = (...args: string[]): string[] => ['systemctl', '--user', ...args];
      return {
        manager: 'systemd',
        file: join(configHome ?? join(home, '.config'), 'systemd', 'user', `${name}.service`),
        content: systemdUnit,
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
        `there is no service manager that is known on ${platform}; let yours start: openclaw gateway run`,
      );
  }
}

function call([program = '', ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error) reject(Object.assign(error, { stderr }));
      else resolve(stdout);
    });
  });
}
