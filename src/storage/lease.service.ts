import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable, Optional } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { Clock, systemClock } from '../common/clock';
import { OpenclawError } from '../common/openclaw-error';
import { type ProcessIdentity, currentProcess, isAlive } from '../common/process-identity';
import { DatabaseService } from './database.service';
import type { Schema } from './schema';

export interface Lease {
  name: string;
  /** Rises whenever the lease changes hands; compared inside every commit that the lease protects. */
  token: number;
}

/** The lease changed hands; what its former holder wanted to commit was refused. */
export class LeaseLostError extends OpenclawError {
  constructor(name: string) {
    super('LEASE_LOST', `another process has taken over ${name}`);
  }
}

export const LEASE_TTL_MS = 30_000;

interface HolderFacts extends ProcessIdentity {
  id: string;
  host: string;
}

/** Whether a holder was a process of this machine that has ended. */
function isGone(holder: string): boolean {
  try {
    const { host, ...identity } = JSON.parse(holder) as HolderFacts;
    return host === hostname() && !isAlive(identity);
  } catch {
    return false;
  }
}

/** Named leases with fencing tokens, the same on SQLite and PostgreSQL. */
@Injectable()
export class LeaseService {
  /** This process, as a lease holder. */
  readonly holder: string;

  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {
    const { pid, startTime } = currentProcess();
    this.holder = JSON.stringify({ id: randomUUID(), host: hostname(), pid, startTime } satisfies HolderFacts);
  }

  /** Takes a free or expired lease, or prolongs one's own. Returns undefined while somebody else holds it. */
  acquire(name: string, ttlMs = LEASE_TTL_MS): Promise<Lease | undefined> {
    return this.database.write('lease.acquire', (transaction) => this.acquireIn(transaction, name, ttlMs));
  }

  /** As {@link acquire}, as part of a larger transaction. */
  async acquireIn(transaction: Transaction<Schema>, name: string, ttlMs = LEASE_TTL_MS): Promise<Lease | undefined> {
    const now = this.clock.now();
    const row = await transaction
      .insertInto('leases')
      .values({ name, holder: this.holder, token: 1, expires_at: now + ttlMs })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((eb) => ({
            holder: this.holder,
            expires_at: now + ttlMs,
            token: eb
              .case()
              .when('leases.holder', '=', this.holder)
              .then(eb.ref('leases.token'))
              .else(eb('leases.token', '+', 1))
              .end(),
          }))
          .where((eb) => eb.or([eb('leases.holder', '=', this.holder), eb('leases.expires_at', '<=', now)])),
      )
      .returning('token')
      .executeTakeFirst();
    return row ? { name, token: Number(row.token) } : undefined;
  }

  /** @throws LeaseLostError unless the lease still carries this token. Call it inside the protected transaction. */
  async verifyIn(transaction: Transaction<Schema>, lease: Lease): Promise<void> {
    let query = transaction.selectFrom('leases').select(['holder', 'token']).where('name', '=', lease.name);
    if (this.database.dialect === 'postgres') query = query.forUpdate();
    const row = await query.executeTakeFirst();
    if (!row || row.holder !== this.holder || Number(row.token) !== lease.token) throw new LeaseLostError(lease.name);
  }

  /**
   * Frees what processes left behind that can't come back: on SQLite everything (its file has one process at a time), on
   * a shared database the leases of processes of this machine that are gone. Others run out by themselves.
   */
  async releaseAbandoned(): Promise<void> {
    const rows = await this.database.read
      .selectFrom('leases')
      .select('holder')
      .distinct()
      .where('holder', '!=', this.holder)
      .where('expires_at', '>', 0)
      .execute();
    const gone = rows.map((row) => row.holder).filter((holder) => this.database.dialect === 'sqlite' || isGone(holder));
    if (gone.length === 0) return;
    await this.database.write('lease.release', (transaction) =>
      transaction.updateTable('leases').set({ expires_at: 0 }).where('holder', 'in', gone).execute(),
    );
  }

  /** Prolongs every lease of this process that has not expired. */
  async renewAll(ttlMs = LEASE_TTL_MS): Promise<void> {
    const now = this.clock.now();
    await this.database.write('lease.renew', (transaction) =>
      transaction
        .updateTable('leases')
        .set({ expires_at: now + ttlMs })
        .where('holder', '=', this.holder)
        .where('expires_at', '>', now)
        .execute(),
    );
  }

  /** Lets go of one lease; its token stays so that it can only rise. */
  async release(lease: Lease): Promise<void> {
    await this.database.write('lease.release', (transaction) =>
      transaction
        .updateTable('leases')
        .set({ expires_at: 0 })
        .where('name', '=', lease.name)
        .where('holder', '=', this.holder)
        .where('token', '=', lease.token)
        .execute(),
    );
  }

  /** Lets go of everything this process holds. */
  async releaseAll(): Promise<void> {
    await this.database.write('lease.release', (transaction) =>
      transaction.updateTable('leases').set({ expires_at: 0 }).where('holder', '=', this.holder).execute(),
    );
  }
}
