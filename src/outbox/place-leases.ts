import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { DatabaseService } from '../storage/database.service';
import type { Lease } from '../storage/lease';
import { LeaseService } from '../storage/lease.service';

const PREFIX = 'out:';

/** Name of the lease of the place of an outbox row, as an expression over the row; the same as `PREFIX` and `placeKey`. */
export const leaseOfRow: RawBuilder<string> = sql<string>`${PREFIX} || outbox.channel || chr(10) || outbox.account
  || chr(10) || outbox.target`;

/** A place that only this process writes to. */
export interface HeldPlace {
  place: string;
  /** What has to be compared in each write; undefined where there is one process alone. */
  under: Lease | undefined;
  /** Aborts when another process has taken the place over, or this one stops. */
  stop: AbortSignal;
  /** To be called right before something is sent. @throws LeaseLostError when somebody else may be sending by now */
  check(): void;
}

/**
 * One conversation is written to by one gateway at a time, where several share the database. Within a process all who
 * write to it share the lease; their order is that of `ChatLines`.
 */
@Injectable()
export class PlaceLeases {
  private readonly held = new Map<string, { lease: Promise<Lease | undefined>; users: number }>();

  constructor(
    private readonly database: DatabaseService,
    private readonly leases: LeaseService,
  ) {}

  /** This process, as a holder. */
  get holder(): string {
    return this.leases.holder;
  }

  /** Whether other processes may write to the same places. */
  get isShared(): boolean {
    return this.database.dialect === 'postgres';
  }

  /** Does something in a place that nobody else writes to meanwhile. @returns `held` while another process has it */
  async during<T>(
    key: string,
    place: string,
    stop: AbortSignal,
    work: (held: HeldPlace) => Promise<T>,
  ): Promise<T | 'held'> {
    if (!this.isShared) return work({ place, under: undefined, stop, check: () => undefined });
    const lease = await this.take(key);
    if (!lease) return 'held';
    try {
      return await work({
        place,
        under: lease,
        stop: AbortSignal.any([stop, this.leases.lost(lease)]),
        check: () => this.leases.check(lease),
      });
    } finally {
      await this.release(key, lease);
    }
  }

  private async take(key: string): Promise<Lease | undefined> {
    let known = this.held.get(key);
    if (!known) this.held.set(key, (known = { lease: this.leases.acquire(`${PREFIX}${key}`), users: 0 }));
    known.users++;
    const lease = await known.lease.catch((error: unknown) => {
      this.leave(key, known);
      throw error;
    });
    if (!lease) this.leave(key, known);
    return lease;
  }

  private async release(key: string, lease: Lease): Promise<void> {
    const known = this.held.get(key);
    // What can't be let go of runs out, or goes with the process.
    if (known && this.leave(key, known)) await this.leases.release(lease).catch(() => undefined);
  }

  /** Returns whether nobody is left. */
  private leave(key: string, known: { users: number }): boolean {
    if (--known.users > 0) return false;
    if (this.held.get(key) === known) this.held.delete(key);
    return true;
  }
}
