import { type RawBuilder, type SqlBool, type Transaction, sql } from 'kysely';
import { OpenclawError } from '../common/openclaw-error';
import { type Dialect, databaseNow } from './dialect';
import type { Schema } from './schema';

export interface Lease {
  name: string;
  /** The process that has it. */
  holder: string;
  /** No two holdings of a lease have the same one, and it rises; compared inside every commit that the lease protects. */
  token: number;
}

/** The lease changed hands; what its former holder wanted to commit was refused. */
export class LeaseLostError extends OpenclawError {
  constructor(name: string) {
    super('LEASE_LOST', `another process has taken over ${name}`);
  }
}

/**
 * Holds the lease's row until the end of the transaction.
 * @throws LeaseLostError unless it is still the same holding
 */
export async function requireLeaseIn(transaction: Transaction<Schema>, lease: Lease, dialect: Dialect): Promise<void> {
  let query = transaction.selectFrom('leases').select(['holder', 'token']).where('name', '=', lease.name);
  if (dialect === 'postgres') query = query.forShare();
  const row = await query.executeTakeFirst();
  if (row?.holder !== lease.holder || Number(row.token) !== lease.token) throw new LeaseLostError(lease.name);
}

/**
 * A condition on rows: nobody holds their lease.
 * @param name of the lease, as an expression over the row
 * @param self a holder who does not count
 */
export const isFree = (name: RawBuilder<string>, dialect: Dialect, self = ''): RawBuilder<SqlBool> =>
  sql<SqlBool>`not exists (select 1 from leases where leases.name = ${name}
    and leases.holder <> ${self} and leases.expires_at > ${databaseNow(dialect)})`;

/** Ends a holding. @throws LeaseLostError when it had ended before */
export async function endLeaseIn(transaction: Transaction<Schema>, lease: Lease): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom('leases')
    .where('name', '=', lease.name)
    .where('holder', '=', lease.holder)
    .where('token', '=', lease.token)
    .executeTakeFirst();
  if (Number(numDeletedRows) !== 1) throw new LeaseLostError(lease.name);
}
