import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { readLockOwner } from '../../common/lock-file';
import { OpenclawError } from '../../common/openclaw-error';
import { isFileSystemRoot, isWithin, realPlace } from '../../common/paths/path-place';
import { isAlive } from '../../common/process-identity';
import { agentEntries } from '../../config/agent-entries';
import type { Environment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import { gatewayLockPath, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { workspacePath } from '../../workspace/workspace-path';

/** One thing that goes. */
export interface Removal {
  path: string;
  what: string;
}

export const RESET_SCOPES = ['config', 'config+creds+sessions', 'full'] as const;
export type ResetScope = (typeof RESET_SCOPES)[number];

/** Folders of the state that hold no setting, no credential and no conversation. */
const KEPT_WITH_SESSIONS: ReadonlySet<string> = new Set([
  'skills',
  'plugins',
  'hooks',
  'logs',
  'completions',
  'backups',
]);
/** What a state folder of ours holds one of, so that no other folder is taken for one. */
const SIGNS = ['openclaw-nest.sqlite', 'secrets.json', 'identity', 'onboarding.json'];

/** What lies where, for taking it away. */
export class Removals {
  readonly stateDir: string;
  readonly configPath: string;
  private readonly workspaces: readonly string[];

  constructor(private readonly env: Environment) {
    this.stateDir = resolveStateDir(env);
    this.configPath = resolveConfigPath(env, this.stateDir);
    const { config } = loadConfig(this.configPath, env);
    const paths = agentEntries(config).map(({ id }) => workspacePath(config, env, this.stateDir, id));
    this.workspaces = [...new Set(paths)].filter((path) => existsSync(path));
  }

  /** @throws OpenclawError GATEWAY_RUNNING */
  needStopped(): void {
    const owner = readLockOwner(gatewayLockPath(this.stateDir, this.configPath));
    if (owner && isAlive(owner))
      throw new OpenclawError(
        'GATEWAY_RUNNING',
        `the gateway runs (process ${owner.pid}) and would write on; stop it first: openclaw gateway stop`,
      );
  }

  reset(scope: ResetScope): Removal[] {
    const config = existsSync(this.configPath) ? [{ path: this.configPath, what: 'configuration' }] : [];
    if (scope === 'config') return config;
    if (scope === 'full') return this.unique([...config, ...this.state(), ...this.workspaceFolders()]);
    return this.unique([...config, ...this.state().filter(({ what }) => !KEPT_WITH_SESSIONS.has(what))]);
  }

  /** Everything of the state folder but the files of the assistant, which are somebody's work. */
  state(): Removal[] {
    if (!existsSync(this.stateDir)) return [];
    this.needOurs(this.stateDir);
    return readdirSync(this.stateDir)
      .map((name) => ({ path: join(this.stateDir, name), what: name }))
      .filter(({ path }) => !this.workspaces.some((workspace) => isWithin(path, workspace)));
  }

  workspaceFolders(): Removal[] {
    return this.workspaces.map((path) => {
      this.needHarmless(path);
      return { path, what: 'workspace' };
    });
  }

  /** The command's link, where it leads here. */
  links(): Removal[] {
    const program = join(appRoot(), 'bin', 'openclaw');
    return ['.local/bin', 'bin'].flatMap((folder) => {
      const path = join(this.env.home, folder, 'openclaw');
      try {
        const leadsHere = lstatSync(path).isSymbolicLink() && realpathSync(path) === realpathSync(program);
        return leadsHere ? [{ path, what: `link to ${readlinkSync(path)}` }] : [];
      } catch {
        return [];
      }
    });
  }

  /** Removes them, and the state folder itself where nothing is left in it. */
  remove(removals: readonly Removal[]): void {
    for (const { path } of removals) rmSync(path, { recursive: true, force: true });
    const isLeft = existsSync(this.stateDir) && readdirSync(this.stateDir).length === 0;
    if (isLeft) rmSync(this.stateDir, { recursive: true });
  }

  private needOurs(folder: string): void {
    this.needHarmless(folder);
    const isOurs = existsSync(this.configPath) || SIGNS.some((name) => existsSync(join(folder, name)));
    // Where the state has gone already, the work of the assistant is what is left.
    const isRest = (name: string): boolean => name === 'workspace' || name.startsWith('workspace-');
    if (!isOurs && !readdirSync(folder).every(isRest))
      throw new OpenclawError('NOT_A_STATE_FOLDER', `${folder} holds nothing of OpenClaw; nothing was removed`);
  }

  /** @throws OpenclawError REMOVAL_REFUSED where more would go than is ours */
  private needHarmless(path: string): void {
    const place = realPlace(path);
    const holds = [this.env.home, appRoot(), process.cwd()].find((other) => isWithin(place, realPlace(other)));
    if (isFileSystemRoot(place) || holds !== undefined)
      throw new OpenclawError(
        'REMOVAL_REFUSED',
        `${path} ${holds === undefined ? 'is the whole file system' : `holds ${holds}`}; nothing was removed. Remove what you mean by hand`,
      );
  }

  private unique(removals: readonly Removal[]): Removal[] {
    return [...new Map(removals.map((removal) => [removal.path, removal])).values()];
  }
}
