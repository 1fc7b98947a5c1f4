import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withOrdinaryRights } from '../../common/private-files';
import { lowerPriority } from './lower-priority';
import type { SpawnPlan } from './sandbox';

/**
 * Runs a program beside a process that waits for the end of descriptor 3, which only we hold open, and then ends the group. A
 * missing program ends with {@link NOT_FOUND}.
 */
const KEEPER =
  'command -v -- "$1" >/dev/null || exit 127; { read -r _ <&3; kill -9 0; } >/dev/null 2>&1 & exec 3<&-; exec "$@"';
export const NOT_FOUND = 127;

/** Starts what a driver has planned, as the head of a process group of its own, its three streams as pipes. */
export function startPlan(plan: SpawnPlan): ChildProcess {
  const extra = plan.descriptor3 ? openBytes(plan.descriptor3) : undefined;
  const isKept = plan.endsWithParent === true && process.platform !== 'win32';
  const [file, args] = isKept ? ['sh', ['-c', KEEPER, 'sh', plan.file, ...plan.args]] : [plan.file, plan.args];
  try {
    const start = (): ChildProcess =>
      spawn(file, args, {
        cwd: plan.cwd,
        env: plan.env,
        stdio: ['pipe', 'pipe', 'pipe', ...(isKept ? ['pipe' as const] : extra === undefined ? [] : [extra])],
        detached: true,
      });
    const child = plan.ordinaryRights ? withOrdinaryRights(start) : start();
    if (isKept) child.once('exit', () => child.stdio[3]?.destroy());
    if (child.pid !== undefined) lowerPriority(child.pid);
    return child;
  } finally {
    if (extra !== undefined) closeSync(extra);
  }
}

/** A descriptor from which a child reads bytes; the file has no name any more. */
function openBytes(bytes: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-fd-'));
  try {
    const file = join(folder, 'bytes');
    writeFileSync(file, bytes, { mode: 0o600 });
    return openSync(file, 'r');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
