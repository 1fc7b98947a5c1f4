import { accessSync, constants, statSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { commandLine, quoted } from '../../common/cli/own-commands';
import { messageOf } from '../../common/openclaw-error';
import { agentEntries } from '../../config/agent-entries';
import { DEFAULT_MIN_FREE_MB } from '../maintenance/maintenance.config';
import { BubblewrapDriver } from '../../tools/sandbox/bubblewrap.driver';
import { workspacePath } from '../../workspace/workspace-path';
import { type DoctorCheck, type DoctorFinding, note, problem, sound } from './finding';

const MIB = 1024 * 1024;

/** Room on the disk of the state directory: below the limit no message is taken. */
export const checkDisk: DoctorCheck = ({ stateDir, config }) => {
  const minFreeMb = config.maintenance?.minFreeMb ?? DEFAULT_MIN_FREE_MB;
  const place = nearest(stateDir);
  const { bavail, bsize, ffree, files } = statfsSync(place);
  const freeMb = Math.floor((bavail * bsize) / MIB);
  if (files > 0 && ffree === 0)
    return [
      problem('disk.no_inodes', `the disk of ${place} has no room for another file (no inodes)`, 'remove files there'),
    ];
  if (freeMb === 0)
    return [
      problem(
        'disk.full',
        `the disk of ${place} is full: nothing can be written, and no message is taken`,
        `make room there; the largest folders: du -xhd1 ${quoted(place)} | sort -h`,
      ),
    ];
  if (minFreeMb > 0 && freeMb < minFreeMb)
    return [
      problem(
        'disk.low',
        `only ${freeMb} MB are free on the disk of ${place}; below ${minFreeMb} MB (maintenance.minFreeMb) no message is taken`,
        `make room there; the largest folders: du -xhd1 ${quoted(place)} | sort -h`,
      ),
    ];
  return [];
};

/** Whether the state directory and the folders of the agents can be written. */
export const checkFolders: DoctorCheck = ({ stateDir, config, env, snapshot }) => {
  const folders = snapshot.issues.length > 0 ? [] : agentEntries(config);
  return [
    ...writable(
      stateDir,
      'state',
      'the state directory',
      `give it to the user of the gateway: sudo chown -R ${process.getuid?.() ?? '<user>'} ${quoted(stateDir)}; or set OPENCLAW_STATE_DIR to another folder`,
    ),
    ...folders.flatMap(({ id }) =>
      writable(
        workspacePath(config, env, stateDir, id),
        'workspace',
        `the workspace of ${id}`,
        commandLine('config set agents.defaults.workspace <folder>'),
      ),
    ),
  ];
};

/** Whether commands can be walled off here. */
export const checkSandbox: DoctorCheck = async () => {
  const reason = await new BubblewrapDriver().unusableReason();
  if (reason === undefined) return [sound('sandbox', 'bubblewrap works')];
  const message = `${reason}; commands in the sandbox are refused (sandbox_unavailable)`;
  const fix = 'install bubblewrap, for example: apt install bubblewrap';
  // Elsewhere there is no such program to install.
  return [process.platform === 'linux' ? problem('sandbox.unusable', message, fix) : note('sandbox.unusable', message)];
};

function writable(path: string, check: string, what: string, fix: string): DoctorFinding[] {
  try {
    const place = nearest(path);
    if (!statSync(place).isDirectory())
      return [problem(`${check}.unwritable`, `${what} can't be made: ${place} is a file`, fix)];
    accessSync(place, constants.W_OK | constants.X_OK);
    if (place !== path && isUnwritableKind(place))
      return [problem(`${check}.unwritable`, `${what} can't be made in ${place}`, fix)];
    return [];
  } catch (error) {
    return [problem(`${check}.unwritable`, `${what}, ${path}, can't be written: ${messageOf(error)}`, fix)];
  }
}

/** Magic numbers of file systems in which nobody makes folders: proc and sysfs. */
const isUnwritableKind = (place: string): boolean => [0x9fa0, 0x62656572].includes(statfsSync(place).type);

/** The folder itself, or the nearest thing above it that exists. */
function nearest(path: string): string {
  let place = path;
  while (!statSync(place, { throwIfNoEntry: false }) && place !== dirname(place)) place = dirname(place);
  return place;
}
