import { readFileSync, readdirSync, statfsSync } from 'node:fs';
import { folderSize } from '../../workspace/guest-folder';
import { lowerPriority } from './lower-priority';
import type { TreeLimits } from './sandbox';

const PAGE_BYTES = 4096;
const LOOK_EVERY_MS = 200;
const MEASURE_EVERY_MS = 2000;
/** By then a sandbox stands. */
const FIRST_LOOK_MS = 20;

/**
 * Watches what a command and everything it started use, and calls back once with the reason when that is too much. What
 * begins a session of its own is put behind the gateway too.
 * The kernel's own limits count per process; a tree of many small ones slips through them.
 * @returns stops watching
 */
export function watchTree(pid: number, limits: TreeLimits, tooMuch: (reason: string) => void): () => void {
  if (process.platform !== 'linux') return () => undefined;
  const room = limits.room && watchRoom(limits.room, tooMuch);
  let free = limits.places.map(freeBytes);
  let timer: NodeJS.Timeout;
  const lookAfter = (ms: number): void => {
    timer = setTimeout(() => {
      const { pids, bytes } = treeOf(pid, limits.processes);
      pids.forEach(lowerPriority);
      const before = free;
      free = limits.places.map(freeBytes);
      const written = mostLost(before, free);
      room?.wrote(written);
      // Whoever fills a disk as fast as until now goes on for as long until the next look.
      const reason = excess({ processes: pids.length, bytes, free: Math.min(...free) - written }, limits);
      if (reason === undefined) lookAfter(LOOK_EVERY_MS);
      else tooMuch(reason);
    }, ms);
    timer.unref();
  };
  lookAfter(FIRST_LOOK_MS);
  return () => {
    clearTimeout(timer);
    room?.end();
  };
}

/** What disks hold less than before, on the one that lost most. */
const mostLost = (before: readonly number[], now: readonly number[]): number =>
  Math.max(0, ...now.map((bytes, index) => (before[index] ?? 0) - bytes).filter(Number.isFinite));

interface RoomWatch {
  /** So much was written to the disk since the last call, by whomever: a room that may be full by it is measured at once. */
  wrote(bytes: number): void;
  end(): void;
}

/** A full room leaves a command the time to clear it up. */
function watchRoom(
  { folders, bytes: most }: NonNullable<TreeLimits['room']>,
  tooMuch: (reason: string) => void,
): RoomWatch {
  let isOver = false;
  let isMeasuring = false;
  let held = 0;
  let written = 0;
  let timer: NodeJS.Timeout;
  const measure = async (): Promise<void> => {
    isMeasuring = true;
    const began = performance.now();
    written = 0;
    const sizes = await Promise.all(folders.map((folder) => folderSize(folder).catch(() => ({ bytes: 0 }))));
    isMeasuring = false;
    if (isOver) return;
    held = sizes.reduce((sum, size) => sum + size.bytes, 0);
    if (held > most)
      tooMuch(
        `more than ${Math.round(most / 1024 / 1024)} MiB in /tmp and the home folder of this conversation; remove what is not needed`,
      );
    // A room of many files is looked at less often.
    else wait(Math.max(MEASURE_EVERY_MS, (performance.now() - began) * 20));
  };
  const wait = (ms: number): void => {
    timer = setTimeout(() => void measure(), ms);
    timer.unref();
  };
  wait(MEASURE_EVERY_MS);
  return {
    wrote: (bytes) => {
      written += bytes;
      if (isOver || isMeasuring || held + written <= most) return;
      clearTimeout(timer);
      void measure();
    },
    end: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

function excess(
  { processes, bytes, free }: { processes: number; bytes: number; free: number },
  limits: TreeLimits,
): string | undefined {
  if (processes > limits.processes) return `more than ${limits.processes} processes`;
  if (bytes > limits.memoryBytes) return `more than ${Math.round(limits.memoryBytes / 1024 / 1024)} MiB of memory`;
  return free < limits.freeDiskBytes
    ? `less than ${Math.round(limits.freeDiskBytes / 1024 / 1024)} MiB left on the disk`
    : undefined;
}

function freeBytes(place: string): number {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    // It is gone; the command will find out by itself.
    return Infinity;
  }
}

/** A process and those below it, listed no further than needed, and their resident memory. */
function treeOf(root: number, enough: number): { pids: number[]; bytes: number } {
  const open = [root];
  const pids: number[] = [];
  let bytes = 0;
  for (let pid = open.pop(); pid !== undefined && pids.length <= enough; pid = open.pop()) {
    pids.push(pid);
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
  return { pids, bytes };
}
