import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isTimeZone } from '../../common/zoned-time';
import { sqlitePath } from '../../storage/sqlite-path';
import { type DoctorCheck, type DoctorFinding, problem } from './finding';

/** Clocks that nobody sets are off by seconds; certificates, signatures and jobs take as much as this. */
const TOLERATED_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
const SET_IT = 'set the clock by NTP: sudo timedatectl set-ntp true';

/** Whether this machine's clock and time zone can be right, by what lies here. Servers are compared where they are asked. */
export const checkClock: DoctorCheck = ({ env, stateDir }) => [
  ...zoneFault(env.get('TZ')),
  ...filesOfTomorrow(stateDir),
];

/**
 * Compares the clock with that of a server.
 * @param date what the header `Date` of its answer said, Unix milliseconds
 */
export function clockFault(host: string, date: number | undefined): DoctorFinding[] {
  const off = date === undefined ? 0 : Date.now() - date;
  if (Math.abs(off) < TOLERATED_MS) return [];
  return [
    problem(
      'clock.differs',
      `the clock here (${new Date().toISOString()}) is ${lengthOf(off)} ${off > 0 ? 'ahead of' : 'behind'} that of ${host}: jobs run at wrong times, and certificates and log-ins are refused`,
      SET_IT,
    ),
  ];
}

function zoneFault(zone: string | undefined): DoctorFinding[] {
  const name = zone?.replace(/^:/, '');
  return name === undefined || isTimeZone(name)
    ? []
    : [
        problem(
          'clock.zone_unknown',
          `TZ is "${name}", which is not a time zone of the IANA list: the gateway counts in UTC`,
          'set TZ to a name of the list, such as Europe/Berlin; all names: timedatectl list-timezones',
        ),
      ];
}

/** What was written later than now was written by a clock that went otherwise. */
function filesOfTomorrow(stateDir: string): DoctorFinding[] {
  const [newest] = [sqlitePath(stateDir), ...filesIn(stateDir), ...filesIn(join(stateDir, 'logs'))]
    .map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.at - a.at);
  const off = (newest?.at ?? 0) - Date.now();
  if (!newest || off < TOLERATED_MS) return [];
  return [
    problem(
      'clock.behind',
      `${newest.path} was written ${lengthOf(off)} after what the clock here says (${new Date().toISOString()}): the clock is, or was, wrong`,
      SET_IT,
    ),
  ];
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

function lengthOf(ms: number): string {
  const hours = Math.abs(ms) / HOUR_MS;
  return hours < 2
    ? `${Math.round(hours * 60)} minutes`
    : hours < 48
      ? `${Math.round(hours)} hours`
      : `${Math.round(hours / 24)} days`;
}
