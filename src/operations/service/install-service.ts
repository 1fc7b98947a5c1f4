import { delimiter, dirname, join, parse } from 'node:path';
import { appRoot } from '../../common/app-root';
import { commandLine } from '../../common/cli/own-commands';
import { OpenclawError } from '../../common/openclaw-error';
import type { Environment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import { gatewayPort, uiPort as uiPortOf } from '../../config/ports';
import { resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import { agentEntries } from '../../config/agent-entries';
import { BubblewrapDriver, SANDBOX_TRIAL } from '../../tools/sandbox/bubblewrap.driver';
import { workspacePath } from '../../workspace/workspace-path';
import { type CarriedVariables, carryVariables, lastingPath } from './carried-variables';
import { HARDENING, isolationOf } from './hardening';
import { type ProbedHardening, probeHardening } from './probe-hardening';
import { ServiceManager, type ServiceState } from './service-manager';

export interface ServiceWishes {
  port?: number;
  /** 0: on the gateway port only. */
  uiPort?: number;
  /** Write it anew where it is there already. */
  force?: boolean;
  /** Token of the gateway, instead of the one that the caller has in the environment. */
  token?: string;
}

/** The environment that the service is made of. */
export const variablesWith = (env: Environment, { token }: ServiceWishes): NodeJS.ProcessEnv =>
  token === undefined ? env.all() : { ...env.all(), OPENCLAW_GATEWAY_TOKEN: token };

/** A token that was named is the one that holds. @throws OpenclawError SERVICE_TOKEN */
export function needToken({ kept, left }: CarriedVariables, file: string, { token }: ServiceWishes): void {
  if (token === undefined || ![...kept, ...left].includes('OPENCLAW_GATEWAY_TOKEN')) return;
  throw new OpenclawError(
    'SERVICE_TOKEN',
    `--token: ${file} has another OPENCLAW_GATEWAY_TOKEN, or can't hold this one; change that line, or leave --token out`,
  );
}

/** The service manager of this machine, for the profile of the call. @throws OpenclawError SERVICE_UNSUPPORTED */
export const serviceManager = (env: Environment, scope: 'user' | 'system' = 'user'): ServiceManager =>
  new ServiceManager(
    { platform: process.platform, home: env.home, uid: process.getuid?.() ?? 0, variables: env.all(), scope },
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
  const variables = variablesWith(env, wishes);
  const { config, variables: referred } = loadConfig(configPath, env);
  const manager = serviceManager(env);
  if (wishes.force !== true) manager.needNew();
  const file = join(stateDir, '.env');
  const carried = carryVariables(file, variables, referred.values());
  needToken(carried, file, wishes);
  const folders = agentEntries(config).map(({ id }) => workspacePath(config, env, stateDir, id));
  const hardening = process.platform === 'linux' ? await hardeningFor(env, stateDir, configPath, folders) : undefined;
  const content = manager.render({
    node: process.execPath,
    program: join(appRoot(), 'bin', 'openclaw'),
    stateDir,
    configPath,
    port: wishes.port ?? gatewayPort(config, env),
    ...(uiPort === undefined ? {} : { uiPort }),
    ...(path && process.platform !== 'win32' ? { path: lastingPath(path, delimiter) } : {}),
    ...(profile ? { profile } : {}),
    ...(hardening ? { hardening: hardening.lines } : {}),
  });
  const state = await manager.install(content);
  return { ...state, notes: [...notesOf(carried, file), ...hardeningNotes(hardening), ...state.notes] };
}

/** The strongest settings that the manager of this user takes, and in which the gateway can do its work. */
async function hardeningFor(
  env: Environment,
  stateDir: string,
  configPath: string,
  workspaces: readonly string[],
): Promise<ProbedHardening> {
  // An update puts the new program beside the old one.
  const aside = dirname(appRoot());
  const own = [env.home, stateDir, dirname(configPath), ...workspaces, aside];
  const writable = [...own.filter((path) => path !== parse(path).root), '/tmp', '/var/tmp'];
  const variables = env.all();
  return probeHardening({
    run: ['systemd-run', '--user', '--wait', '--collect', '--quiet', '--service-type=exec'],
    env: { ...variables, XDG_RUNTIME_DIR: variables['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}` },
    trial: await trialIn(stateDir),
    harmless: HARDENING,
    wished: isolationOf([...new Set(writable)]),
  });
}

/** Writes into a folder as the gateway will and, where that works at all, makes a sandbox. */
export async function trialIn(folder: string): Promise<string[]> {
  const sandbox = (await new BubblewrapDriver().unusableReason()) === undefined ? SANDBOX_TRIAL : ['true'];
  return ['/bin/sh', '-c', 'test ! -d "$0" || test -w "$0" && exec "$@"', folder, ...sandbox];
}

export const hardeningNotes = (probed: ProbedHardening | undefined): string[] =>
  probed === undefined || probed.left.length === 0
    ? []
    : [
        `the service is not kept in by ${probed.left.join(', ')}: ${
          probed.untried === undefined
            ? 'systemd does not take that on this machine, or the sandbox does not work with it'
            : `it could not be tried whether that works here (${probed.untried.split('\n')[0] ?? ''})`
        }`,
      ];

export function notesOf({ written, kept, left }: CarriedVariables, file: string): string[] {
  const notes: [string[], string][] = [
    [written, `kept in ${file} for the service`],
    [kept, `${file} has another value, which the service takes`],
    [left, `no line of ${file} can hold the value; store it with ${commandLine('secrets set')}`],
  ];
  return notes.filter(([names]) => names.length > 0).map(([names, text]) => `${names.join(', ')}: ${text}`);
}
