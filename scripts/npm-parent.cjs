'use strict';
// npm hands signals to the shell that it starts scripts with, and that shell keeps them for itself: a gateway would go on
// without anybody who waits for it, with port and lock.
const { readFileSync } = require('node:fs');

const LOOK_MS = 1000;
const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'busybox', 'zsh']);

/** Ends this process as SIGTERM does when the npm that started it, or the shell between them, is gone. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event !== 'start' || process.platform === 'win32') return;
  const atFirst = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === atFirst) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  timer.unref();
}

/** The parent, and where that is npm's shell on Linux, npm. */
function ancestors() {
  const { ppid } = process;
  if (process.platform !== 'linux') return String(ppid);
  try {
    const stat = readFileSync(`/proc/${ppid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const [, grandparent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return SHELLS.has(name) ? `${ppid} ${grandparent}` : String(ppid);
  } catch {
    // Another user's process, or gone in between.
    return String(process.ppid);
  }
}

module.exports = { endWithNpm };
