import { readFileSync, readdirSync, statfsSync } from 'node:fs';
import type { TreeLimits } from './sandbox';

const PAGE_BYTES = 4096;
const LOOK_EVERY_MS = 200;

/**
 * Watches what a command and everything it started use, and calls back once with the reason when that is too much.
 * The kernel's own limits count per process; a tree of many small ones slips through them.
 * @returns stops watching
 */
export function watchTree(pid: number, limits: TreeLimits, tooMuch: (reason: string) => void): () => void {
  if (process.platform !== 'linux') return () => undefined;
  const timer = setInterval(() => {
    const reason = excess(pid, limits);
    if (reason === undefined) return;
    clearInterval(timer);
    tooMuch(reason);
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function excess(pid: number, limits: TreeLimits): string | undefined {
  const { processes, bytes } = treeOf(pid, limits.processes);
  if (processes > limits.processes) return `more than ${limits.processes} processes`;
  if (bytes > limits.memoryBytes) return `more than ${Math.round(limits.memoryBytes / 1024 / 1024)} MiB of memory`;
  try {
    const { bavail, bsize } = statfsSync(limits.workspace);
    if (bavail * bsize < limits.freeDiskBytes)
      return `less than ${Math.round(limits.freeDiskBytes / 1024 / 1024)} MiB left on the disk`;
  } catch {
    // The workspace is gone; the command will find out by itself.
  }
  return undefined;
}

/** Processes below one, counted no further than needed, and their resident memory. */
function treeOf(root: number, enough: number): { processes: number; bytes: number } {
  const open = [root];
  let processes = 0;
  let bytes = 0;
  for (let pid = open.pop(); pid !== undefined && processes <= enough; pid = open.pop()) {
    processes++;
    try {
      bytes += Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim();
        if (children !== '') open.push(...children.split(' ').map(Number));
      }
    } catch {
      // It ended while we looked.
    }
  }
  return { processes, bytes };
}
