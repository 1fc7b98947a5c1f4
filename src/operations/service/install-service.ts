import { delimiter, join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { commandLine } from '../../common/cli/own-commands';
import type { Environment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import { gatewayPort, uiPort as uiPortOf } from '../../config/ports';
import { resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { type CarriedVariables, carryVariables, lastingPath } from './carried-variables';
import { ServiceManager, type ServiceState } from './service-manager';

export interface ServiceWishes {
  port?: number;
  /** 0: on the gateway port only. */
  uiPort?: number;
  /** Write it anew where it is there already. */
  force?: boolean;
}

/** The service manager of this machine, for the profile of the call. @throws OpenclawError SERVICE_UNSUPPORTED */
export const serviceManager = (env: Environment): ServiceManager =>
  new ServiceManager(
    { platform: process.platform, home: env.home, uid: process.getuid?.() ?? 0, variables: env.all() },
    env.get('OPENCLAW_PROFILE'),
  );

/** Has this machine start the gateway and keep it running. @throws OpenclawError SERVICE_EXISTS */
export async function installService(env: Environment, wishes: ServiceWishes): Promise<ServiceState> {
  const stateDir = resolveStateDir(env);
  const configPath = resolveConfigPath(env, stateDir);
  const profile = env.get('OPENCLAW_PROFILE');
  const path = env.get('PATH');
  const uiPort = wishes.uiPort ?? (env.get('OPENCLAW_UI_PORT') ? uiPortOf(env) : undefined);
  // As the caller has them: the configuration may set some itself.
  const variables = env.all();
  const { config, variables: referred } = loadConfig(configPath, env);
  const manager = serviceManager(env);
  if (wishes.force !== true) manager.needNew();
  const carried = carryVariables(stateDir, variables, referred.values());
  const state = await manager.install({
    node: process.execPath,
    program: join(appRoot(), 'bin', 'openclaw'),
    stateDir,
    configPath,
    port: wishes.port ?? gatewayPort(config, env),
    ...(uiPort === undefined ? {} : { uiPort }),
    ...(path && process.platform !== 'win32' ? { path: lastingPath(path, delimiter) } : {}),
    ...(profile ? { profile } : {}),
  });
  return { ...state, notes: [...notesOf(carried, join(stateDir, '.env')), ...state.notes] };
}

function notesOf({ written, kept, left }: CarriedVariables, file: string): string[] {
  const notes: [string[], string][] = [
    [written, `kept in ${file} for the service`],
    [kept, `${file} has another value, which the service takes`],
    [left, `no line of ${file} can hold the value; store it with ${commandLine('secrets set')}`],
  ];
  return notes.filter(([names]) => names.length > 0).map(([names, text]) => `${names.join(', ')}: ${text}`);
}
