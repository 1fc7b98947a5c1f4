// What the figures were measured on.
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.mjs';

export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    commit: commit(),
    syncMs: syncMs(),
  };
}

export const load = () => loadavg()[0].toFixed(2);

function commit() {
  try {
    const hash = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    const dirty =
      execFileSync('git', ['status', '--porcelain', '--', 'src', 'scripts', 'ui'], { encoding: 'utf8' }) !== '';
    return dirty ? `${hash} with changes` : hash;
  } catch {
    return 'unknown';
  }
}

/** Milliseconds for writing 4 KiB and syncing it to the disk under the temporary folder, where the databases lie. */
function syncMs() {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-'));
  const file = openSync(join(folder, 'sync'), 'w');
  const times = [];
  for (let count = 0; count < 50; count++) {
    const start = performance.now();
    writeSync(file, Buffer.alloc(4096));
    fsyncSync(file);
    times.push(performance.now() - start);
  }
  closeSync(file);
  rmSync(folder, { recursive: true, force: true });
  return median(times);
}
