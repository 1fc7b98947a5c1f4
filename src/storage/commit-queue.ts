import { CompiledQuery, type Kysely, type Transaction, sql } from 'kysely';
import { type BackoffPolicy, backoffDelay } from '../common/backoff';
import type { Failpoints } from '../common/failpoints';
import { sleep } from '../common/sleep';
import type { Dialect } from './dialect';
import { collectWrites, dropWaiting, writeWaiting } from './later-writes';
import { ConnectionLostError } from './postgres-connection';
import type { Schema } from './schema';
import { sqliteFaultOf } from './sqlite-file';
import { DatabaseBusyError, DatabaseFullError, endsTransaction, isForRoom } from './storage-fault';

export type Write<T> = (transaction: Transaction<Schema>) => Promise<T>;

interface PendingWrite {
  label: string;
  write: Write<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Where a write is in its transaction. */
type Place = 'alone' | 'first' | 'next';

const MAX_BATCH = 256;
const BEGIN_IMMEDIATE = CompiledQuery.raw('begin immediate');
/** In one round trip with the number by which the server can say later whether it was committed. */
const BEGIN_TRANSACTION: CompiledQuery<{ id: string }> = CompiledQuery.raw(
  'begin; select pg_current_xact_id()::text as id',
) as CompiledQuery<{ id: string }>;
const COMMIT = CompiledQuery.raw('commit');
const BEGIN = ['savepoint one_write'];
const END_AND_BEGIN = ['release savepoint one_write', ...BEGIN];
/** For how long writes wait for a database that is busy or can't be reached; then their callers are told. */
const PATIENCE_MS = 20_000;
const RETRY: BackoffPolicy = { initialMs: 5, maxMs: 250, factor: 1.6, jitter: 0.2 };
/** PostgreSQL, with other replicas: serialisation failure, deadlock. */
const CONFLICTS = ['40001', '40P01'];
const UNIQUE_VIOLATION = '23505';
/** Rows that were not there when they were looked for; another replica may have been faster. */
const COUNTED = ['transcript_events_pk', 'outbox_part', 'sessions_pkey'];
const MAX_CONFLICTS = 8;

/** The connection broke while a transaction was being committed. */
class CommitInDoubt extends Error {
  constructor(
    readonly transactionId: string,
    readonly settled: readonly (() => void)[],
    cause: unknown,
  ) {
    super('the connection broke during a commit', { cause });
  }
}

/**
 * The one writer: writes run one after another in the order in which they were asked for. All that are ready in the same
 * moment share one transaction and one disk sync, each in its own savepoint, so one failing write does not touch the
 * others; where a fault ends the transaction itself, each is run by itself. A caller is told after that sync. A transaction
 * that the database was too busy for, or lost its connection in, is run again, so what a write changes outside of the
 * database it has to set, not to add to.
 */
export class CommitQueue {
  private readonly waiting: PendingWrite[] = [];
  private draining = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly dialect: Dialect,
    private readonly failpoints: Failpoints,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  run<T>(label: string, write: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ label, write, resolve: resolve as (value: unknown) => void, reject });
      if (!this.draining) {
        this.draining = true;
        // Whatever else the loop has taken in by now goes into the same transaction.
        setImmediate(() => void this.drain());
      }
    });
  }

  /** What is not on disk yet is not tried again. */
  stop(): void {
    this.stopping.abort();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, MAX_BATCH));
    this.draining = false;
  }

  private async commit(batch: readonly PendingWrite[]): Promise<void> {
    const deadline = performance.now() + this.patienceMs;
    let conflicts = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        const settled = await this.attempt(batch);
        this.failpoints.afterCommit(batch.map((pending) => pending.label));
        for (const settle of settled) settle();
        return;
      } catch (error) {
        if (error instanceof CommitInDoubt) {
          let isCommitted: boolean;
          try {
            isCommitted = await this.isCommitted(error.transactionId, deadline);
          } catch (unknown) {
            // Nobody can say what became of it: it is neither run again nor called done.
            for (const pending of batch) pending.reject(unknown);
            return;
          }
          if (isCommitted) {
            for (const settle of error.settled) settle();
            return;
          }
        }
        const isConflict = isConflictOf(error);
        const isOver = performance.now() >= deadline || this.stopping.signal.aborted;
        const isStuck = isConflict && ++conflicts > MAX_CONFLICTS;
        if ((isStuck || endsTransaction(error)) && batch.length > 1) {
          // Whichever it is, it must not take the others with it.
          for (const pending of batch) await this.commit([pending]);
          return;
        }
        if (isOver || conflicts > MAX_CONFLICTS || !(isConflict || isTransient(error))) {
          for (const pending of batch) pending.reject(told(error));
          return;
        }
        await sleep(backoffDelay(RETRY, attempt), this.stopping.signal);
      }
    }
  }

  /** One transaction over all of them. Returns what to tell their callers. */
  private attempt(batch: readonly PendingWrite[]): Promise<(() => void)[]> {
    return this.db.connection().execute(async (connection) => {
      const settled: (() => void)[] = [];
      try {
        // Its second statement may fail after the first, so this is rolled back as well.
        const id = await this.begin(connection);
        const transaction = connection as unknown as Transaction<Schema>;
        if (this.dialect === 'postgres') collectWrites(transaction);
        for (const [index, pending] of batch.entries()) {
          const place = batch.length === 1 ? 'alone' : index === 0 ? 'first' : 'next';
          settled.push(await this.runOne(transaction, pending, place));
        }
        await this.end(connection, id, settled);
      } catch (error) {
        await sql`rollback`.execute(connection).catch(() => undefined);
        throw error;
      }
      return settled;
    });
  }

  /** Returns the id of the transaction, where somebody could ask for it. */
  private async begin(connection: Kysely<Schema>): Promise<string | undefined> {
    if (this.dialect === 'postgres') return (await connection.executeQuery(BEGIN_TRANSACTION)).rows[0]?.id;
    // Taking the lock at once means that nothing has to be waited for later on.
    await connection.executeQuery(BEGIN_IMMEDIATE);
    return undefined;
  }

  private async end(
    connection: Kysely<Schema>,
    id: string | undefined,
    settled: readonly (() => void)[],
  ): Promise<void> {
    try {
      await connection.executeQuery(COMMIT);
    } catch (error) {
      throw id && error instanceof ConnectionLostError ? new CommitInDoubt(id, settled, error) : error;
    }
  }

  /** Asks the server what became of a transaction. */
  private async isCommitted(transactionId: string, deadline: number): Promise<boolean> {
    for (;;) {
      try {
        const { rows } = await sql<{
          status: string | null;
        }>`select pg_xact_status(${transactionId}::text::xid8) as status`.execute(this.db);
        if (rows[0]?.status !== 'in progress') return rows[0]?.status === 'committed';
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
        if (performance.now() >= deadline || this.stopping.signal.aborted) return false;
      }
      await sleep(RETRY.maxMs, this.stopping.signal);
    }
  }

  /** Returns what to tell the caller once the transaction is on disk. A lone failing write aborts the transaction. */
  private async runOne(transaction: Transaction<Schema>, pending: PendingWrite, place: Place): Promise<() => void> {
    const run = async (): Promise<() => void> => {
      dropWaiting(transaction);
      const value = await pending.write(transaction);
      await writeWaiting(transaction);
      return () => pending.resolve(value);
    };
    if (place === 'alone') return run();
    await this.savepoint(place === 'first' ? BEGIN : END_AND_BEGIN, transaction);
    try {
      return await run();
    } catch (error) {
      if (isConflictOf(error) || error instanceof ConnectionLostError || endsTransaction(error)) throw error;
      await sql`rollback to savepoint one_write`.execute(transaction);
      return () => pending.reject(told(error));
    }
  }

  /** Each statement is a round trip on PostgreSQL, so it gets several in one; the commit ends the last savepoint. */
  private async savepoint(statements: readonly string[], transaction: Transaction<Schema>): Promise<void> {
    const texts = this.dialect === 'postgres' ? [statements.join('; ')] : statements;
    for (const text of texts) await transaction.executeQuery(CompiledQuery.raw(text));
  }
}

/** Whether another replica was in the way, so that the same again may go well. */
function isConflictOf(error: unknown): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return CONFLICTS.includes(String(code)) || (code === UNIQUE_VIOLATION && COUNTED.includes(String(constraint)));
}

const isTransient = (error: unknown): boolean =>
  error instanceof ConnectionLostError || error instanceof CommitInDoubt || sqliteFaultOf(error) === 'busy';

function told(error: unknown): unknown {
  if (error instanceof CommitInDoubt) return error.cause;
  if (isForRoom(error)) return new DatabaseFullError(error as Error);
  return sqliteFaultOf(error) === 'busy' ? new DatabaseBusyError(error as Error) : error;
}
