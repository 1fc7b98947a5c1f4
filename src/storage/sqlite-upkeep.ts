import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { appRoot } from '../common/app-root';
import type { Logger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';

export interface UpkeepRequest {
  file: string;
  pragma: string;
}

/** Writes after which the write-ahead log is moved into the database: some four to sixteen megabytes. */
const WRITES_PER_CHECKPOINT = 1000;

/**
 * What takes long on a SQLite file is done by a thread with a connection of its own, so that no turn waits for the disk
 * meanwhile. The thread lives as long as the work: an idle one would cost ten megabytes.
 */
export class SqliteUpkeep {
  private writes = 0;
  private running: Promise<unknown> | undefined;

  constructor(
    private readonly file: string,
    private readonly log: Logger,
  ) {}

  /** Counts a write; moves the log into the database when there have been many. */
  written(): void {
    if (++this.writes < WRITES_PER_CHECKPOINT || this.running) return;
    this.writes = 0;
    this.checkpoint().catch((error: unknown) =>
      this.log.warn({ error: messageOf(error) }, 'the write-ahead log was not moved into the database; tried again'),
    );
  }

  /** `ok`, or the first fault of the file. Reads all of it. */
  async integrity(): Promise<string> {
    const rows = (await this.run('quick_check(1)')) as { quick_check?: string }[];
    return rows[0]?.quick_check ?? 'no answer';
  }

  /** Resolves when no thread has the file open any more. */
  async idle(): Promise<void> {
    await this.running?.catch(() => undefined);
  }

  private async checkpoint(): Promise<void> {
    const since = performance.now();
    const [moved] = (await this.run('wal_checkpoint(PASSIVE)')) as { log: number; checkpointed: number }[];
    this.log.debug({ ...moved, ms: Math.round(performance.now() - since) }, 'write-ahead log moved into the database');
  }

  /** One after the other: two threads would wait for each other's locks. */
  private run(pragma: string): Promise<unknown> {
    const turn = this.idle().then(() => inThread({ file: this.file, pragma }));
    const running = turn.finally(() => {
      if (this.running === running) this.running = undefined;
    });
    this.running = running;
    return running;
  }
}

function inThread(request: UpkeepRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(appRoot(), 'dist', 'storage', 'upkeep-thread.js'), { workerData: request, env: {} });
    worker.once('error', reject);
    let rows: unknown;
    worker.once('message', (answer) => (rows = answer));
    worker.once('exit', () => (rows === undefined ? reject(new Error('the thread ended')) : resolve(rows)));
  });
}
