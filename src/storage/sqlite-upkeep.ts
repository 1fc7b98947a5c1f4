import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { appRoot } from '../common/app-root';
import type { Logger } from '../common/logger';
import { messageOf } from '../common/openclaw-error';

/** A statement of a transaction that removes some rows, see `retention.ts`. */
export interface SweepStatement {
  sql: string;
  parameters: readonly unknown[];
}

export type UpkeepWork = { pragmas: readonly string[] } | { sweeps: readonly (readonly SweepStatement[])[] };
export type UpkeepRequest = { file: string } & UpkeepWork;

/** Writes after which the size of the write-ahead log is looked at. */
const WRITES_PER_LOOK = 50;
/** Looks after which the log is moved into the database in any case. */
const LOOKS_PER_CHECKPOINT = 20;
/** Bytes of the log from which on it is moved at once. */
const LOG_BYTES = 4 * 1024 * 1024;
/**
 * What is there is moved while others write. Then what came meanwhile, which is little: for that moment writes wait, and the
 * file becomes empty. Without it the log of a gateway that is never idle would grow on and on.
 */
const CHECKPOINT = ['wal_checkpoint(PASSIVE)', 'busy_timeout = 1000', 'wal_checkpoint(TRUNCATE)'];

/**
 * What takes long on a SQLite file is done by a thread with a connection of its own, so that no turn waits for the disk
 * meanwhile. The thread lives as long as the work: an idle one would cost ten megabytes.
 */
export class SqliteUpkeep {
  private writes = 0;
  private running: Promise<unknown> | undefined;
  /** Whether it is time for the log, however short it is. */
  private isDue = false;
  private stopped = false;

  constructor(
    private readonly file: string,
    private readonly log: Logger,
  ) {}

  /** Counts a write; moves the log into the database when it has become long. */
  written(): void {
    if (++this.writes % WRITES_PER_LOOK !== 0) return;
    if (this.writes % (WRITES_PER_LOOK * LOOKS_PER_CHECKPOINT) === 0) this.isDue = true;
    this.lookAtLog();
  }

  /** `ok`, or the first fault of the file. Reads all of it. */
  async integrity(): Promise<string> {
    const rows = (await this.run({ pragmas: ['quick_check(1)'] })) as { quick_check?: string }[];
    return rows[0]?.quick_check ?? 'no answer';
  }

  /** Runs each transaction until it changes nothing any more. Returns how many rows each of them changed. */
  async sweep(sweeps: readonly (readonly SweepStatement[])[]): Promise<number[]> {
    return (await this.run({ sweeps })) as number[];
  }

  /** Resolves when no thread has the file open any more; none will. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running?.catch(() => undefined);
  }

  private lookAtLog(): void {
    if (this.running || this.stopped) return;
    if (!this.isDue && (statSync(`${this.file}-wal`, { throwIfNoEntry: false })?.size ?? 0) < LOG_BYTES) return;
    this.isDue = false;
    this.checkpoint()
      .catch((error: unknown) =>
        this.log.warn({ error: messageOf(error) }, 'the write-ahead log was not moved into the database; tried again'),
      )
      .finally(() => {
        if (this.isDue) this.lookAtLog();
      });
  }

  private async checkpoint(): Promise<void> {
    const since = performance.now();
    const [moved] = (await this.run({ pragmas: CHECKPOINT })) as { log: number; checkpointed: number }[];
    this.log.debug({ ...moved, ms: Math.round(performance.now() - since) }, 'write-ahead log moved into the database');
  }

  /** One after the other: two threads would wait for each other's locks. */
  private run(work: UpkeepWork): Promise<unknown> {
    const before = this.running?.catch(() => undefined) ?? Promise.resolve();
    const turn = before.then(() => inThread({ file: this.file, ...work }));
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
