import { parentPort } from 'node:worker_threads';
import { SqliteFile, sqliteFaultOf } from './sqlite-file';
import type { SweepStatement, UpkeepAnswer, UpkeepRequest } from './sqlite-upkeep';

/** Milliseconds between two transactions, in which others get a turn. */
const PAUSE_MS = 5;
/** Longest wait for others who write. */
const MOST_WAIT_MS = 60_000;

parentPort?.on('message', (request: UpkeepRequest) => {
  let answer: UpkeepAnswer;
  try {
    answer = { result: workOn(request) };
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  parentPort?.postMessage(answer);
});

/** The file is open only while it is worked on. */
function workOn(request: UpkeepRequest): unknown[] {
  const database = new SqliteFile(request.file, { mustExist: true });
  try {
    // Without it closing would copy the log into the database again, and wait for readers.
    database.pragma('wal_autocheckpoint = 0');
    return 'sweeps' in request
      ? request.sweeps.map((statements) => sweep(database, statements))
      : request.pragmas.flatMap((text) => database.pragma(text));
  } finally {
    database.close();
  }
}

/** Repeats a transaction until it changes nothing any more. Returns how many rows it changed. */
function sweep(database: SqliteFile, statements: readonly SweepStatement[]): number {
  const prepared = statements.map(({ sql, parameters }) => ({ statement: database.prepare(sql), parameters }));
  for (let total = 0; ;) {
    let changed = 0;
    begin(database);
    for (const { statement, parameters } of prepared) changed += Number(statement.run(...parameters).changes);
    database.exec('commit');
    total += changed;
    if (changed === 0) return total;
    pause(PAUSE_MS);
  }
}

/** Looks often for the moment between two writes of others: SQLite's own waiting sleeps ever longer and may never meet one. */
function begin(database: SqliteFile): void {
  database.pragma('busy_timeout = 0');
  for (const since = performance.now(); ;) {
    try {
      database.exec('begin immediate');
      return;
    } catch (error) {
      if (sqliteFaultOf(error) !== 'busy' || performance.now() - since > MOST_WAIT_MS) throw error;
      pause(1);
    }
  }
}

const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
