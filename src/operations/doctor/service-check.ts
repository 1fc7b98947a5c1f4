import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { readTextIfExists } from '../../common/atomic-file';
import { commandLine } from '../../common/cli/own-commands';
import { ServiceManager } from '../service/service-manager';
import { type DoctorCheck, type DoctorFinding, problem } from './finding';

const KNOWN: readonly NodeJS.Platform[] = ['linux', 'darwin', 'win32'];

/** A gateway that is installed as a service: whether that can start, and does. */
export const checkService: DoctorCheck = async ({ env }) => {
  if (!KNOWN.includes(process.platform)) return [];
  const place = { platform: process.platform, home: env.home, uid: process.getuid?.() ?? 0, variables: env.all() };
  const manager = new ServiceManager(place, env.get('OPENCLAW_PROFILE'));
  if (!manager.isInstalled) return [];
  const { file, state } = await manager.status();
  const gone = programsIn(readTextIfExists(file) ?? '').filter((path) => !existsSync(path));
  const findings: DoctorFinding[] = gone.map((path) =>
    problem('service', `${file} starts ${path}, which is not there any more`, commandLine('gateway install --force')),
  );
  if (state === 'failed')
    findings.push(problem('service', `the service has failed (${file})`, `look at its log: ${commandLine('logs')}`));
  return findings;
};

/** Absolute paths of the line that starts a systemd service; other managers are left to say it themselves. */
const programsIn = (unit: string): string[] =>
  unit
    .split('\n')
    .filter((line) => line.startsWith('ExecStart='))
    .flatMap((line) => line.split('"'))
    .filter((part) => isAbsolute(part));
