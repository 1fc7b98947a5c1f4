import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** What the gateway starts for others shall not take the processor from it. */
const NICENESS = 10;

/**
 * Puts a process behind the gateway where both want the processor. On Linux its session too: with autogroups (sched(7),
 * the default of most desktops and servers) the kernel shares out between sessions first, and niceness counts only within.
 * @returns false where it has to be tried again: the kernel lets a user change one session in a tenth of a second
 */
export function lowerPriority(pid: number): boolean {
  try {
    if (getPriority(pid) < NICENESS) setPriority(pid, NICENESS);
    return process.platform !== 'linux' || lowerSession(pid);
  } catch {
    // It is gone already, or the system does not let us.
    return true;
  }
}

function lowerSession(pid: number): boolean {
  const file = `/proc/${pid}/autogroup`;
  let now: string;
  try {
    now = readFileSync(file, 'latin1');
  } catch {
    // This kernel has none.
    return true;
  }
  const nice = Number(/ nice (-?\d+)/.exec(now)?.[1] ?? NICENESS);
  if (nice >= NICENESS) return true;
  try {
    writeFileSync(file, String(NICENESS));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
  }
}
