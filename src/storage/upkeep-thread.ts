import { parentPort, workerData } from 'node:worker_threads';
import { SqliteFile } from './sqlite-file';
import type { UpkeepRequest } from './sqlite-upkeep';

const { file, pragma } = workerData as UpkeepRequest;
const database = new SqliteFile(file, { mustExist: true });
// Without it closing would copy the log into the database again, and wait for readers.
database.pragma('wal_autocheckpoint = 0');
const rows = database.pragma(pragma);
database.close();
parentPort?.postMessage(rows);
