import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** What the gateway starts for others shall not take the processor from it. */
const NICENESS = 10;

/**
 * Puts a process behind the gateway where both want the processor. On Linux its session too: with autogroups (sched(7),
 * the default of most desktops and servers) the kernel shares out between sessions first, and niceness counts only within.
 * To be called again from time to time: a process may begin another session, and the kernel lets a user change one session
 * in a tenth of a second.
 */
export function lowerPriority(pid: number): void {
  try {
    if (getPriority(pid) < NICENESS) setPriority(pid, NICENESS);
    if (process.platform !== 'linux') return;
    const session = `/proc/${pid}/autogroup`;
    const nice = Number(/ nice (-?\d+)/.exec(readFileSync(session, 'latin1'))?.[1] ?? NICENESS);
    if (nice < NICENESS) writeFileSync(session, String(NICENESS));
  } catch {
    // It is gone already, this kernel has no autogroups, or the system does not let us (now).
  }
}
