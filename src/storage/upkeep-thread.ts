import { parentPort, workerData } from 'node:worker_threads';
import { SqliteFile } from './sqlite-file';
import type { SweepStatement, UpkeepRequest } from './sqlite-upkeep';

/** Milliseconds between two transactions, in which others get a turn. */
const PAUSE_MS = 5;

const request = workerData as UpkeepRequest;
const { file } = request;
const database = new SqliteFile(file, { mustExist: true });
// Without it closing would copy the log into the database again, and wait for readers.
database.pragma('wal_autocheckpoint = 0');
const answer =
  'sweeps' in request ? request.sweeps.map(sweep) : request.pragmas.flatMap((text) => database.pragma(text));
database.close();
parentPort?.postMessage(answer);

/** Repeats a transaction until it changes nothing any more. Returns how many rows it changed. */
function sweep(statements: readonly SweepStatement[]): number {
  const prepared = statements.map(({ sql, parameters }) => ({ statement: database.prepare(sql), parameters }));
  for (let total = 0; ;) {
    let changed = 0;
    database.exec('begin immediate');
    for (const { statement, parameters } of prepared) changed += Number(statement.run(...parameters).changes);
    database.exec('commit');
    total += changed;
    if (changed === 0) return total;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}
