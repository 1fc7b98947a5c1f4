// What the store does in a second with the binding that this version of Node gets, beside better-sqlite3 where a folder
// with that package is named by BENCH_SQLITE_PEER (it needs a compiler, so it is no dependency).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../scripts/paths.mjs';
import { median, round } from './statistics.mjs';

const ROUNDS = 7;
/** Share of the peer's speed that is given up at the most. */
const WITHIN = 0.9;

/** The gateway's database, for looking into it after a run. */
export function openDatabase(stateDir) {
  const { SqliteFile } = createRequire(import.meta.url)(at('dist', 'storage', 'sqlite-file.js'));
  return new SqliteFile(join(stateDir, 'openclaw-nest.sqlite'), { readOnly: true });
}

export function measureStorage(add) {
  const peer = process.env.BENCH_SQLITE_PEER;
  const figures = { ours: [], peer: [] };
  for (let count = 0; count < ROUNDS; count++) {
    figures.ours.push(run());
    if (peer) figures.peer.push(run(peer));
  }
  for (const [key, name] of [
    ['writes', 'synced transactions of three inserts'],
    ['reads', 'reads of one row by key'],
    ['lists', 'reads of twenty rows'],
  ]) {
    const ours = median(figures.ours.map((figure) => figure[key]));
    const theirs = peer ? median(figures.peer.map((figure) => figure[key])) : undefined;
    const ratio = theirs ? ours / theirs : 1;
    add(
      `${name}, through the query builder`,
      `${round(ours, 0)} a second`,
      theirs ? `>= ${WITHIN} of better-sqlite3` : 'none',
      ratio >= WITHIN,
      theirs ? `better-sqlite3 ${round(theirs, 0)}, ratio ${round(ratio, 2)}` : 'better-sqlite3 not at hand',
    );
  }
}

function run(...peer) {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-bench-storage-'));
  try {
    const program = at('bench', 'programs', 'storage-binding.cjs');
    return JSON.parse(execFileSync(process.execPath, [program, folder, ...peer], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
