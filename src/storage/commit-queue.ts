import { type Kysely, type Transaction, sql } from 'kysely';
import type { Failpoints } from '../common/failpoints';
import type { Dialect } from './dialect';
import type { Schema } from './schema';

export type Write<T> = (transaction: Transaction<Schema>) => Promise<T>;

interface PendingWrite {
  label: string;
  write: Write<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const MAX_BATCH = 256;
/** PostgreSQL: serialisation failure, deadlock. */
const RETRYABLE = new Set(['40001', '40P01']);
const MAX_RETRIES = 5;

/**
 * Runs writes as durable transactions. On SQLite all writes that are ready in the same moment share one transaction
 * and one disk sync (each in its own savepoint, so one failing write does not touch the others); a caller is told
 * after that sync. PostgreSQL groups commits by itself.
 */
export class CommitQueue {
  private readonly waiting: PendingWrite[] = [];
  private draining = false;

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly dialect: Dialect,
    private readonly failpoints: Failpoints,
  ) {}

  run<T>(label: string, write: Write<T>): Promise<T> {
    if (this.dialect === 'postgres') return this.runAlone(label, write);
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ label, write, resolve: resolve as (value: unknown) => void, reject });
      if (!this.draining) {
        this.draining = true;
        queueMicrotask(() => void this.drain());
      }
    });
  }

  private async runAlone<T>(label: string, write: Write<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await this.db.transaction().execute(write);
        this.failpoints.afterCommit([label]);
        return result;
      } catch (error) {
        if (attempt >= MAX_RETRIES || !RETRYABLE.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_BATCH);
      await this.commit(batch);
    }
    this.draining = false;
  }

  private async commit(batch: readonly PendingWrite[]): Promise<void> {
    const settled: (() => void)[] = [];
    try {
      await this.db.transaction().execute(async (transaction) => {
        for (const pending of batch) settled.push(await this.runOne(transaction, pending, batch.length > 1));
      });
    } catch (error) {
      for (const pending of batch) pending.reject(error);
      return;
    }
    this.failpoints.afterCommit(batch.map((pending) => pending.label));
    for (const settle of settled) settle();
  }

  /** Returns what to tell the caller once the transaction is on disk. A lone failing write aborts the transaction. */
  private async runOne(transaction: Transaction<Schema>, pending: PendingWrite, shared: boolean): Promise<() => void> {
    if (!shared) {
      const value = await pending.write(transaction);
      return () => pending.resolve(value);
    }
    await sql`savepoint one_write`.execute(transaction);
    try {
      const value = await pending.write(transaction);
      await sql`release one_write`.execute(transaction);
      return () => pending.resolve(value);
    } catch (error) {
      await sql`rollback to one_write`.execute(transaction);
      await sql`release one_write`.execute(transaction);
      return () => pending.reject(error);
    }
  }
}
