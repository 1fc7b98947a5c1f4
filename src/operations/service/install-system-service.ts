import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { appRoot } from '../../common/app-root';
import { quoted } from '../../common/cli/own-commands';
import { OpenclawError, messageOf } from '../../common/openclaw-error';
import { isWithin, realPlace } from '../../common/paths/path-place';
import type { Environment } from '../../config/environment';
import { callManager } from './call-manager';
import { carryVariables } from './carried-variables';
import { SYSTEM_HARDENING } from './hardening';
import {
  type ServiceWishes,
  hardeningNotes,
  needToken,
  notesOf,
  serviceManager,
  trialIn,
  variablesWith,
} from './install-service';
import { probeHardening } from './probe-hardening';
import type { ServiceState } from './service-manager';
import { SYSTEM_ENVIRONMENT, systemUnit } from './unit-files';

const USER = 'openclaw';
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
/** Folders that such a service does not see, or sees others of. */
const HIDDEN = ['/home', '/root', '/run/user', '/tmp', '/var/tmp'];

/**
 * Has systemd start the gateway with the machine, as a user without any rights, whose state is in `/var/lib`. Keys of this shell
 * are kept where only root reads them.
 * @throws OpenclawError SERVICE_NEEDS_ROOT, SERVICE_PLACE, SERVICE_USER, SERVICE_EXISTS, SERVICE_UNSUPPORTED
 */
export async function installSystemService(
  env: Environment,
  { user = USER, ...wishes }: ServiceWishes & { user?: string },
): Promise<ServiceState> {
  const program = join(appRoot(), 'bin', 'openclaw');
  const manager = serviceManager(env, 'system');
  if (process.getuid?.() !== 0)
    throw new OpenclawError(
      'SERVICE_NEEDS_ROOT',
      `a service of the machine is installed by root: sudo ${quoted(program)} gateway install --system; one of this user alone: openclaw gateway install`,
    );
  if (!USER_NAME.test(user))
    throw new OpenclawError(
      'SERVICE_USER',
      `--user ${JSON.stringify(user)} is not the name of a user: small letters, digits, "_" and "-" only`,
    );
  needVisible(program);
  needVisible(process.execPath);
  if (wishes.force !== true) manager.needNew();
  const profile = env.get('OPENCLAW_PROFILE');
  const stateName = profile && profile !== 'default' ? `openclaw-${profile}` : 'openclaw';
  const stateDir = `/var/lib/${stateName}`;
  const variables = variablesWith(env, wishes);
  const isNew = await makeUser(user, stateDir, variables);
  mkdirSync(dirname(SYSTEM_ENVIRONMENT), { recursive: true });
  // systemd reads the values in single quotes as they are.
  const carried = carryVariables(SYSTEM_ENVIRONMENT, variables, [], [`'`]);
  needToken(carried, SYSTEM_ENVIRONMENT, wishes);
  const hardening = await probeHardening({
    run: ['systemd-run', '--wait', '--collect', '--quiet', '--service-type=exec', `--uid=${user}`],
    env: variables,
    trial: await trialIn(stateDir),
    harmless: SYSTEM_HARDENING,
    wished: [],
  });
  const { port, uiPort } = wishes;
  const state = await manager.install(
    systemUnit({
      node: process.execPath,
      program,
      user,
      stateName,
      ...(port === undefined ? {} : { port }),
      ...(uiPort === undefined ? {} : { uiPort }),
      ...(profile ? { profile } : {}),
      hardening: hardening.lines,
    }),
  );
  return {
    ...state,
    notes: [
      ...(isNew ? [`the user ${user} was made for it`] : []),
      ...notesOf(carried, SYSTEM_ENVIRONMENT),
      ...hardeningNotes(hardening),
      `commands for it begin with: sudo -u ${user} env HOME=${stateDir} OPENCLAW_STATE_DIR=${stateDir} ${quoted(program)}`,
      ...state.notes,
    ],
  };
}

/** @throws OpenclawError SERVICE_PLACE */
function needVisible(path: string): void {
  const place = realPlace(path);
  const folder = HIDDEN.find((each) => isWithin(each, place));
  if (folder !== undefined)
    throw new OpenclawError(
      'SERVICE_PLACE',
      `${place} lies in ${folder}, which a service of the machine does not see; put the program into /opt/openclaw-nest, and Node where all users find it`,
    );
}

/** @returns whether there was none of that name */
async function makeUser(user: string, home: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await callManager(['id', '-u', user], env);
    return false;
  } catch {
    try {
      await callManager(['useradd', '--system', '--home-dir', home, '--shell', '/usr/sbin/nologin', user], env);
      return true;
    } catch (error) {
      throw new OpenclawError('SERVICE_USER', `the user ${user} could not be made: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}
