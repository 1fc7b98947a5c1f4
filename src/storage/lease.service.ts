import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { type Transaction, sql } from 'kysely';
import { type ProcessIdentity, currentProcess, isAlive } from '../common/process-identity';
import { sleep } from '../common/sleep';
import { DatabaseService } from './database.service';
import { type Dialect, databaseNow } from './dialect';
import { type Lease, LeaseLostError } from './lease';
import type { Schema } from './schema';

/** How long a lease lasts that is not prolonged, in milliseconds. Nobody can take over what lies in an SQLite file. */
const TTL_MS: Record<Dialect, number> = { sqlite: 30_000, postgres: 7000 };
/** How often leases are prolonged. */
const RENEW_MS: Record<Dialect, number> = { sqlite: 10_000, postgres: 2000 };

/** Pause between two looks at a lease that is waited for. */
const WAIT_MS = 1000;

interface Holding {
  token: number;
  lost: AbortController;
  /** Until when nobody can have taken it over, on the monotonic clock, which goes on while the process is paused. */
  sureUntil: number;
}

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

/**
 * Named leases with fencing tokens, the same on SQLite and PostgreSQL. A row is there only while its lease is held. Time is
 * the database's: processes whose clocks differ agree on when one has run out.
 */
@Injectable()
export class LeaseService {
  /** This process among those on the database. */
  readonly id = randomUUID();
  /** The same, as a lease holder: with where it runs. */
  readonly holder: string;
  /** What this process holds, as far as it knows, and how it is told that it does not any more. */
  private readonly held = new Map<string, Holding>();
  private lastToken = 0;
  private found: ReadonlyMap<string, number> = new Map();

  constructor(private readonly database: DatabaseService) {
    const { pid, startTime } = currentProcess();
    this.holder = JSON.stringify({ id: this.id, host: hostname(), pid, startTime } satisfies HolderFacts);
  }

  /** Leases that others had not let go of when this process began, whether or not they had ended, with their tokens. */
  get foundHeld(): ReadonlyMap<string, number> {
    return this.found;
  }

  /** Takes a free or expired lease, or prolongs one's own. Returns undefined while somebody else holds it. */
  acquire(name: string, ttlMs = this.ttlMs): Promise<Lease | undefined> {
    return this.database.write('lease.acquire', (transaction) => this.acquireIn(transaction, name, ttlMs));
  }

  /**
   * Takes a lease as soon as it is free. Returns undefined when the signal aborts first.
   * @param waiting called once where somebody else holds it
   */
  async wait(name: string, signal: AbortSignal, waiting: () => void): Promise<Lease | undefined> {
    for (let tries = 0; !signal.aborted; tries++) {
      const lease = await this.acquire(name);
      if (lease) return lease;
      if (tries === 0) waiting();
      await sleep(WAIT_MS, signal);
    }
    return undefined;
  }

  /** Whether nobody else holds a lease; it may be another one's in the next moment. */
  async isFree(name: string): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('leases')
      .select('name')
      .where('name', '=', name)
      .where('holder', '!=', this.holder)
      .where('expires_at', '>', databaseNow(this.database.dialect))
      .executeTakeFirst();
    return row === undefined;
  }

  /** As {@link acquire}, as part of a larger transaction. */
  async acquireIn(transaction: Transaction<Schema>, name: string, ttlMs = this.ttlMs): Promise<Lease | undefined> {
    const sureUntil = performance.now() + ttlMs;
    const now = databaseNow(this.database.dialect);
    // Rises over processes by the clock, within one whatever the clock does.
    const token = (this.lastToken = Math.max(this.lastToken + 1, Date.now()));
    const row = await transaction
      .insertInto('leases')
      .values({ name, holder: this.holder, token, expires_at: sql<number>`${now} + ${ttlMs}` })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((eb) => ({
            holder: eb.ref('excluded.holder'),
            expires_at: eb.ref('excluded.expires_at'),
            token: sql<number>`case when leases.holder = excluded.holder then leases.token
              when leases.token >= excluded.token then leases.token + 1 else excluded.token end`,
          }))
          .where((eb) => eb.or([eb('leases.holder', '=', this.holder), eb('leases.expires_at', '<=', now)])),
      )
      .returning('token')
      .executeTakeFirst();
    if (!row) return undefined;
    const lease = { name, holder: this.holder, token: Number(row.token) };
    const known = this.held.get(name);
    if (known?.token === lease.token) known.sureUntil = sureUntil;
    else this.held.set(name, { token: lease.token, lost: new AbortController(), sureUntil });
    return lease;
  }

  /** Whether no other process can be on the database. */
  get isAlone(): boolean {
    return this.database.dialect === 'sqlite';
  }

  /** How long a lease lasts that is not prolonged, in milliseconds. */
  get ttlMs(): number {
    return TTL_MS[this.database.dialect];
  }

  /** How often leases are prolonged, in milliseconds. */
  get renewMs(): number {
    return RENEW_MS[this.database.dialect];
  }

  /**
   * Whether nobody can have taken the lease over by now; to be asked right before something is done that can't be taken
   * back. After a pause of this process it says no until the lease is prolonged.
   */
  isSure({ name, token }: Lease): boolean {
    const known = this.held.get(name);
    if (known?.token !== token || known.lost.signal.aborted) return false;
    return this.database.dialect === 'sqlite' || performance.now() < known.sureUntil;
  }

  /** @throws LeaseLostError unless it {@link isSure} */
  check(lease: Lease): void {
    if (!this.isSure(lease)) throw new LeaseLostError(lease.name);
  }

  /** Aborts when another process has taken the lease over. */
  lost(lease: Lease): AbortSignal {
    const known = this.held.get(lease.name);
    return known?.token === lease.token ? known.lost.signal : AbortSignal.abort();
  }

  /**
   * Frees what processes left behind that can't come back: on SQLite everything (its file has one process at a time), on
   * a shared database the leases of processes of this machine that are gone. Others run out by themselves.
   */
  async releaseAbandoned(): Promise<void> {
    const rows = await this.database.read
      .selectFrom('leases')
      .select(['name', 'holder', 'token'])
      .where('holder', '!=', this.holder)
      .execute();
    this.found = new Map(rows.map(({ name, token }) => [name, Number(token)]));
    const holders = [...new Set(rows.map((row) => row.holder))];
    const gone = holders.filter((holder) => this.database.dialect === 'sqlite' || isGone(holder));
    if (gone.length === 0) return;
    await this.database.write('lease.release', (transaction) =>
      transaction.deleteFrom('leases').where('holder', 'in', gone).execute(),
    );
  }

  /**
   * Prolongs what this process holds and tells what it has lost. On SQLite, whose file has one process at a time, nobody
   * could take anything over, so nothing is written.
   */
  async renewAll(ttlMs = this.ttlMs): Promise<void> {
    if (this.database.dialect === 'sqlite' || this.held.size === 0) return;
    const asked = new Map(this.held);
    const sureUntil = performance.now() + ttlMs;
    const now = databaseNow(this.database.dialect);
    const rows = await this.database.write('lease.renew', (transaction) =>
      transaction
        .updateTable('leases')
        .set({ expires_at: sql<number>`${now} + ${ttlMs}` })
        .where('holder', '=', this.holder)
        .returning(['name', 'token'])
        .execute(),
    );
    const kept = new Set(rows.map(({ name, token }) => `${token} ${name}`));
    for (const [name, holding] of asked) {
      if (kept.has(`${holding.token} ${name}`)) {
        holding.sureUntil = sureUntil;
        continue;
      }
      if (this.held.get(name) === holding) this.held.delete(name);
      holding.lost.abort();
    }
  }

  /** Lets go of one lease. */
  async release(lease: Lease): Promise<void> {
    await this.database.write('lease.release', (transaction) => this.releaseIn(transaction, lease));
  }

  /** As {@link release}, as part of a larger transaction. */
  async releaseIn(transaction: Transaction<Schema>, { name, holder, token }: Lease): Promise<void> {
    await transaction
      .deleteFrom('leases')
      .where('name', '=', name)
      .where('holder', '=', holder)
      .where('token', '=', token)
      .execute();
    this.forget({ name, holder, token });
  }

  /** Notes that a holding ended with a commit. */
  forget({ name, token }: Lease): void {
    if (this.held.get(name)?.token === token) this.held.delete(name);
  }

  /** Lets go of everything this process holds. */
  async releaseAll(): Promise<void> {
    this.held.clear();
    await this.database.write('lease.release', (transaction) =>
      transaction.deleteFrom('leases').where('holder', '=', this.holder).execute(),
    );
  }
}
