import { ExpressionWrapper, type OperationNode, type Transaction, sql } from 'kysely';
import type { Schema } from './schema';

/** A statement that changes rows and whose result nobody asks for. */
interface LaterWrite {
  toOperationNode(): OperationNode;
  execute(): Promise<unknown>;
}

const waiting = new WeakMap<Transaction<Schema>, Map<string, LaterWrite>>();

/** From now on what is written later in this transaction waits for {@link writeWaiting}: each statement is a round trip. */
export function collectWrites(transaction: Transaction<Schema>): void {
  if (!waiting.has(transaction)) waiting.set(transaction, new Map());
}

/**
 * Runs a statement at the end of its write, on PostgreSQL together with the others in one round trip; at once on SQLite. They
 * see nothing of each other, so what waits for the same row goes first; nothing else in that write may read what waits.
 * @param row which one it changes: its table and key
 */
export async function writeLater(transaction: Transaction<Schema>, row: string, statement: LaterWrite): Promise<void> {
  const others = waiting.get(transaction);
  if (!others) {
    await statement.execute();
    return;
  }
  if (others.has(row)) await writeWaiting(transaction);
  others.set(row, statement);
}

/** Runs what waits. */
export async function writeWaiting(transaction: Transaction<Schema>): Promise<void> {
  const statements = [...(waiting.get(transaction)?.values() ?? [])];
  dropWaiting(transaction);
  const [only] = statements;
  if (!only) return;
  if (statements.length === 1) {
    await only.execute();
    return;
  }
  const parts = statements.map(
    (statement, index) => sql`${sql.ref(`w${index}`)} as (${new ExpressionWrapper(statement.toOperationNode())})`,
  );
  await sql`with ${sql.join(parts)} select 1`.execute(transaction);
}

/** Forgets what waits: the write has failed. */
export function dropWaiting(transaction: Transaction<Schema>): void {
  waiting.get(transaction)?.clear();
}
