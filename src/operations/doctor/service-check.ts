import { existsSync, readdirSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { readTextIfExists } from '../../common/atomic-file';
import { commandLine } from '../../common/cli/own-commands';
import { serviceManager } from '../service/install-service';
import { SYSTEM_UNITS, variablesOf } from '../service/unit-files';
import { type DoctorCheck, type DoctorFinding, note, problem } from './finding';

const KNOWN: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32'];
const OWN_UNIT = /^openclaw-gateway.*\.service$/;

/** A gateway that is installed as a service: whether that can start, and does. */
export const checkService: DoctorCheck = async ({ env, stateDir }) => {
  if (!KNOWN.includes(process.platform)) return [];
  const manager = serviceManager(env);
  const { file, state, installed } = await manager.status();
  const several = process.platform === 'linux' ? rivals(dirname(file), stateDir) : [];
  if (!installed) return several;
  const unit = readTextIfExists(file) ?? '';
  const again = commandLine('gateway install --force');
  const findings: DoctorFinding[] = programsIn(unit)
    .filter((path) => !existsSync(path))
    .map((path) => problem('service.program_missing', `${file} starts ${path}, which is not there any more`, again));
  if (state === 'failed')
    findings.push(
      problem('service.failed', `the service has failed (${file})`, `look at its log: ${commandLine('logs')}`),
    );
  return [...findings, ...pathFault(file, unit, again), ...several];
};

/** What is found here need not be found by the service: its search path is the one in its unit. */
function pathFault(file: string, unit: string, fix: string): DoctorFinding[] {
  const path = variablesOf(unit).get('PATH');
  if (path === undefined || process.platform !== 'linux') return [];
  return path.split(delimiter).some((folder) => existsSync(join(folder, 'bwrap')))
    ? []
    : [
        problem(
          'service.path',
          `the PATH of the service (${file}) has no bwrap: commands in the sandbox are refused there`,
          `install bubblewrap, then: ${fix}`,
        ),
      ];
}

/** Services that work on one state directory: all but one of them fail, again and again. */
function rivals(folder: string, stateDir: string): DoctorFinding[] {
  const units = [folder, SYSTEM_UNITS].flatMap((place) =>
    (existsSync(place) ? readdirSync(place) : [])
      .filter((name) => OWN_UNIT.test(name))
      .map((name) => join(place, name))
      .filter((path) => variablesOf(readTextIfExists(path) ?? '').get('OPENCLAW_STATE_DIR') === stateDir),
  );
  const [first, ...others] = units;
  return others.map((path) =>
    note(
      'service.several',
      `${path} and ${first ?? ''} both start a gateway for ${stateDir}, of which one can run`,
      `${path.startsWith(SYSTEM_UNITS) ? 'sudo systemctl' : 'systemctl --user'} disable --now ${basename(path, '.service')}`,
    ),
  );
}

/** Absolute paths of the line that starts a systemd service; other managers are left to say it themselves. */
const programsIn = (unit: string): string[] =>
  unit
    .split('\n')
    .filter((line) => line.startsWith('ExecStart='))
    .flatMap((line) => line.split('"'))
    .filter((part) => isAbsolute(part));
