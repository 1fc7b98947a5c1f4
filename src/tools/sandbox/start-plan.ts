import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withOrdinaryRights } from '../../common/private-files';
import { lowerPriority } from './lower-priority';
import type { SpawnPlan } from './sandbox';

/** Starts what a driver has planned, as the head of a process group of its own, its three streams as pipes. */
export function startPlan(plan: SpawnPlan): ChildProcess {
  const extra = plan.descriptor3 ? openBytes(plan.descriptor3) : undefined;
  try {
    const start = (): ChildProcess =>
      spawn(plan.file, plan.args, {
        cwd: plan.cwd,
        env: plan.env,
        stdio: ['pipe', 'pipe', 'pipe', ...(extra === undefined ? [] : [extra])],
        detached: true,
      });
    const child = plan.ordinaryRights ? withOrdinaryRights(start) : start();
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
