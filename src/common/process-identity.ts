import { readFileSync } from 'node:fs';

/** A process that may have ended and whose number may have been given to another one since. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks since boot (Linux), to tell a reused pid apart. */
  startTime?: number;
  command?: string;
}

/** Start time of a process on Linux, undefined elsewhere or when it is gone. */
export function processStartTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(afterName[19]);
  } catch {
    return undefined;
  }
}

/** Command line of a process, without secrets that were passed on it. */
export function processCommand(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return text === '' ? undefined : text.replace(/(--(?:token|password)[= ])\S+/g, '$1***');
  } catch {
    return undefined;
  }
}

export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: processStartTime(process.pid), command: processCommand(process.pid) };
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = processStartTime(identity.pid);
  return identity.startTime === undefined || started === undefined || started === identity.startTime;
}
