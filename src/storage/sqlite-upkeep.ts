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
export type UpkeepAnswer = { result: unknown[] } | { error: string };

/** Writes after which the size of the write-ahead log is looked at. */
const WRITES_PER_LOOK = 50;
/** Looks after which the log is moved into the database in any case. */
const LOOKS_PER_CHECKPOINT = 20;
/** Bytes of the log from which on it is moved at once. */
const LOG_BYTES = 4 * 1024 * 1024;
/** A thread without work ends after so long. */
const IDLE_MS = 5000;
/**
 * What is there is moved while others write. Then what came meanwhile, which is little: for that moment writes wait, and the
 * file becomes empty. Without it the log of a gateway that is never idle would grow on and on.
 */
const CHECKPOINT = ['wal_checkpoint(PASSIVE)', 'busy_timeout = 1000', 'wal_checkpoint(TRUNCATE)'];

/**
 * What takes long on a SQLite file is done by a thread with a connection of its own, so that no turn waits for the disk
 * meanwhile. The thread lives a little longer than the work: to begin one costs more than to move a log, but an idle one
 * ten megabytes.
 */
export class SqliteUpkeep {
  private writes = 0;
  private running: Promise<unknown> | undefined;
  /** Whether it is time for the log, however short it is. */
  private isDue = false;
  private stopped = false;
  private thread: UpkeepThread | undefined;
  private idle: NodeJS.Timeout | undefined;

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

  /** `ok`, or the first fault of the file, be it that it can't be checked. Reads all of it. */
  async integrity(): Promise<string> {
    try {
      const rows = (await this.run({ pragmas: ['quick_check(1)'] })) as { quick_check?: string }[];
      return rows[0]?.quick_check ?? 'no answer';
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Runs each transaction until it changes nothing any more. Returns how many rows each of them changed. */
  async sweep(sweeps: readonly (readonly SweepStatement[])[]): Promise<number[]> {
    return (await this.run({ sweeps })) as number[];
  }

  /** Resolves when no thread has the file open any more; none will. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running?.catch(() => undefined);
    await this.dismiss();
  }

  private async dismiss(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    clearTimeout(this.idle);
    await thread?.end();
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
    const turn = before.then(() => this.inThread({ file: this.file, ...work }));
    const running = turn.finally(() => {
      if (this.running === running) this.running = undefined;
    });
    this.running = running;
    return running;
  }

  private async inThread(request: UpkeepRequest): Promise<unknown> {
    clearTimeout(this.idle);
    if (!this.thread || this.thread.hasEnded) this.thread = new UpkeepThread();
    try {
      return await this.thread.ask(request);
    } finally {
      this.idle = setTimeout(() => void this.dismiss(), IDLE_MS).unref();
    }
  }
}

/** Answers one request at a time. */
class UpkeepThread {
  hasEnded = false;
  private readonly worker = new Worker(join(appRoot(), 'dist', 'storage', 'upkeep-thread.js'), { env: {} });
  private readonly exited: Promise<void>;
  private settle: ((answer: UpkeepAnswer) => void) | undefined;

  constructor() {
    this.worker.on('message', (answer: UpkeepAnswer) => this.settle?.(answer));
    this.worker.on('error', (error) => this.settle?.({ error: messageOf(error) }));
    this.exited = new Promise((resolve) =>
      this.worker.once('exit', () => {
        this.hasEnded = true;
        this.settle?.({ error: 'the thread ended' });
        resolve();
      }),
    );
  }

  async ask(request: UpkeepRequest): Promise<unknown[]> {
    this.worker.ref();
    const answer = await new Promise<UpkeepAnswer>((resolve) => {
      this.settle = resolve;
      this.worker.postMessage(request);
    });
    this.worker.unref();
    if ('error' in answer) throw new Error(answer.error);
    return answer.result;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
    await this.exited;
  }
}
