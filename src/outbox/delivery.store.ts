import { Injectable, Optional } from '@nestjs/common';
import { Clock, sinceStamp, systemClock } from '../common/clock';
import type { SentMessage } from '../channels/channel-adapter';
import { type DeliveryRoute, targetKey } from '../common/delivery-route';
import { DatabaseService, type WriteOptions } from '../storage/database.service';
import { type Lease, isFree } from '../storage/lease';
import { leaseOfRow } from './place-leases';
import type { OutboxTable } from '../storage/schema';
import { type OutboxPart, isPreview, readRow } from './outbox-part';

const OPEN = ['pending', 'unknown'] as const;
/** Parts that a mark may stand on: what became of an attempt is not known. */
const MARKED = [...OPEN, 'streaming'] as const;

/** Messages of an account that are looked through for the last one of a conversation. */
const MOST_LOOKED_AT = 500;

/** Where a part is sent to, and what says that nobody else does. */
export interface Standing {
  place: string;
  under?: Lease | undefined;
}

export interface DeliveryChange {
  state: 'sent' | 'failed' | 'unknown' | 'uncertain' | 'pending';
  platformId?: string | null;
  error?: string | null;
  /** Pause until the next attempt, in milliseconds. */
  delayMs?: number;
  /** Null: the outcome of the last attempt is known. */
  mark?: null;
  copies?: number;
}

/** What becomes of the rows of the `outbox` table. */
@Injectable()
export class DeliveryStore {
  constructor(
    private readonly database: DatabaseService,
    @Optional() private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Parts to deliver on an account, in order of their queueing.
   * @param holder process that asks, where several share the database: what others are delivering is left to them
   */
  async openIds(channel: string, account: string, holder?: string): Promise<string[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .select('id')
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('state', 'in', OPEN)
      .$if(holder !== undefined, (query) => query.where(isFree(leaseOfRow, this.database.dialect, holder)))
      .orderBy('seq')
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Those of some parts that are still open, in their order. A row that can't be read becomes a dead letter. */
  async open(ids: readonly string[]): Promise<OutboxPart[]> {
    const rows = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('id', 'in', ids)
      .where('state', 'in', OPEN)
      .orderBy('seq')
      .execute();
    const parts: OutboxPart[] = [];
    for (const row of rows.map(readRow))
      if ('unreadable' in row) await this.settle(row.id, { state: 'failed', error: row.unreadable });
      else parts.push(row);
    return parts;
  }

  /** Accounts that have open parts. */
  async accountsWithOpen(): Promise<{ channel: string; account: string }[]> {
    return this.database.read
      .selectFrom('outbox')
      .select(['channel', 'account'])
      .distinct()
      .where('state', 'in', ['pending', 'unknown', 'sending'])
      .execute();
  }

  /** The last messages that arrived on an account, latest first: a chat that waited long may have arrived last. */
  async lastSent(channel: string, account: string, limit: number): Promise<SentMessage[]> {
    const rows = await this.arrived(channel, account, limit)
      .orderBy('updated_at', 'desc')
      .orderBy('seq', 'desc')
      .execute();
    return rows.flatMap(sentOf);
  }

  /** The messages of an account that were queued last and have arrived: an index has them. */
  async newestSent(channel: string, account: string, limit: number): Promise<SentMessage[]> {
    const rows = await this.arrived(channel, account, limit).orderBy('seq', 'desc').execute();
    return rows.flatMap(sentOf);
  }

  private arrived(channel: string, account: string, limit: number) {
    return this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('channel', '=', channel)
      .where('account', '=', account)
      .where('platform_id', 'is not', null)
      .limit(limit);
  }

  /** Id of the last message that arrived in a conversation. */
  async lastSentTo(route: DeliveryRoute): Promise<string | undefined> {
    const { channel, account } = route;
    const sent = await this.lastSent(channel, account, MOST_LOOKED_AT);
    return sent.find((other) => targetKey(other.route) === targetKey(route))?.platformId;
  }

  /**
   * Runs whose message bears an id of the platform: in the very chat, or in any of the account, for threads have ids of
   * their own on some.
   */
  async runsThatSent(route: DeliveryRoute, platformId: string): Promise<string[]> {
    const rows = await this.ofAccount(route).selectAll().where('platform_id', '=', platformId).execute();
    const parts = rows.map(readRow).flatMap((row) => ('route' in row ? [row] : []));
    const here = parts.filter((part) => part.route.to === route.to);
    return [...new Set((here.length > 0 ? here : parts).map(({ runId }) => runId))];
  }

  /** Of some ids of the platform those that messages of an account are known by, other than one part. */
  async known(part: OutboxPart, ids: readonly string[]): Promise<SentMessage[]> {
    if (ids.length === 0) return [];
    const rows = await this.ofAccount(part.route)
      .selectAll()
      .where('platform_id', 'in', ids)
      .where('id', '!=', part.id)
      .execute();
    return rows.flatMap(sentOf);
  }

  /** Other parts that went to the same place and may be there without anybody knowing. */
  async marked(part: OutboxPart, place: string): Promise<OutboxPart[]> {
    const rows = await this.ofAccount(part.route)
      .selectAll()
      .where('target', '=', place)
      .where('mark', 'is not', null)
      .where('state', 'in', MARKED)
      .where('id', '!=', part.id)
      .orderBy('seq')
      .execute();
    return rows.map(readRow).filter((row) => 'payload' in row) as OutboxPart[];
  }

  /** Where other messages of an account may have arrived without anybody knowing: the place of each. */
  async markedPlaces(part: OutboxPart): Promise<string[]> {
    const rows = await this.ofAccount(part.route)
      .select('target')
      .where('mark', 'is not', null)
      .where('state', 'in', [...MARKED, 'sending'])
      .where('id', '!=', part.id)
      .execute();
    return rows.map(({ target }) => target);
  }

  /**
   * Parts that a process was cut off in which is gone: whether they arrived is unknown. Where several share the database
   * a process that sends holds the lease of the place. Previews wait for the final text of
   * their turn, which goes on. Their time stays that of the attempt.
   */
  async markInterrupted(): Promise<number> {
    return this.database.write('outbox.interrupted', async (transaction) => {
      const rows = await transaction
        .selectFrom('outbox')
        .select(['id', 'payload'])
        .where('state', '=', 'sending')
        .$if(this.isShared, (query) => query.where(isFree(leaseOfRow, this.database.dialect)))
        .execute();
      for (const row of rows)
        await transaction
          .updateTable('outbox')
          .set({
            state: isPreview(row.payload) ? 'streaming' : 'unknown',
            error: 'the gateway stopped while it was being sent',
          })
          .where('id', '=', row.id)
          .where('state', '=', 'sending')
          .$if(this.isShared, (query) => query.where(isFree(leaseOfRow, this.database.dialect)))
          .execute();
      return rows.length;
    });
  }

  /** Whether something is being sent, or was when its process ended. */
  async hasSending(): Promise<boolean> {
    const row = await this.database.read
      .selectFrom('outbox')
      .select('id')
      .where('state', '=', 'sending')
      .where(isFree(leaseOfRow, this.database.dialect))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Notes that the part is being sent or changed, before it is. */
  async sending(
    id: string,
    { place, under }: Standing,
    attempt: { mark: string | null; copies: number } | undefined,
  ): Promise<void> {
    await this.database.write(
      'outbox.sending',
      (transaction) =>
        transaction
          .updateTable('outbox')
          .set((eb) => ({
            state: 'sending',
            target: place,
            attempts: eb('attempts', '+', 1),
            updated_at: this.clock.now(),
            ...(attempt ? { ...attempt, searched: null } : {}),
          }))
          .where('id', '=', id)
          .execute(),
      optionsOf(under),
    );
  }

  /** How far the search for a part has come. */
  async searched(id: string, progress: string, under?: Lease): Promise<void> {
    await this.change('outbox.searched', id, { searched: progress }, under);
  }

  /**
   * A search has come to its end: the platform's id of the message, or null where it is not there. What was found has the
   * text that was looked for: unless another one has come since, it has arrived.
   */
  async resolved(looked: OutboxPart, platformId: string | null, under?: Lease): Promise<void> {
    await this.database.write(
      'outbox.resolved',
      async (transaction) => {
        const row = await transaction
          .selectFrom('outbox')
          .select(['payload', 'state'])
          .where('id', '=', looked.id)
          .executeTakeFirst();
        const isOpen = row?.state === 'pending' || row?.state === 'unknown';
        const isFinal = isOpen && row.payload === JSON.stringify(looked.payload);
        await transaction
          .updateTable('outbox')
          .set({
            mark: null,
            searched: null,
            copies: 0,
            updated_at: this.clock.now(),
            ...(platformId === null
              ? {}
              : { platform_id: platformId, ...(isFinal ? { state: 'sent', error: null } : {}) }),
          })
          .where('id', '=', looked.id)
          .execute();
      },
      optionsOf(under),
    );
  }

  /** @throws LeaseLostError where `under` names a lease that another process has by now */
  async settle(id: string, change: DeliveryChange, under?: Lease): Promise<void> {
    const { state, platformId, error, delayMs, mark, copies } = change;
    await this.change(
      `outbox.${state}`,
      id,
      {
        state,
        ...(platformId === undefined ? {} : { platform_id: platformId }),
        ...(error === undefined ? {} : { error }),
        ...(mark === undefined ? {} : { mark, searched: null }),
        ...(copies === undefined ? {} : { copies }),
        ...(delayMs === undefined ? {} : { next_attempt_at: this.clock.now() + delayMs }),
      },
      under,
    );
  }

  /** For how long a part has been waiting, in milliseconds; a clock that was set forward makes it no longer. */
  ageOf({ createdAt }: OutboxPart): number {
    return sinceStamp(this.clock, createdAt);
  }

  /**
   * What is left of the pause that a former process noted, in milliseconds. A clock that was set back since makes it no
   * longer than it was.
   */
  pauseLeft({ nextAttemptAt, updatedAt }: OutboxPart): number {
    return Math.max(0, Math.min(nextAttemptAt - updatedAt, nextAttemptAt - this.clock.now()));
  }

  /** The message of an answer that comes before one of its parts, and when it was last changed. */
  async before({ runId, part }: OutboxPart): Promise<OutboxPart | undefined> {
    const row = await this.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('run_id', '=', runId)
      .where('part', '=', part - 1)
      .executeTakeFirst();
    const before = row && readRow(row);
    return before && 'payload' in before ? before : undefined;
  }

  /** What is left of a pause after a part, in milliseconds. A clock that was set back makes it no longer than it is. */
  leftOfPause(pauseMs: number, { updatedAt }: OutboxPart): number {
    return Math.max(0, Math.min(pauseMs, updatedAt + pauseMs - this.clock.now()));
  }

  /**
   * For how long nobody has been sending a part whose attempt was cut off, at least, in milliseconds: since that was noted,
   * or, where a former process did it, since this one began. A clock that was set back makes it 0.
   */
  sinceCut({ updatedAt }: OutboxPart): number {
    return Math.max(0, Math.min(this.clock.now() - updatedAt, performance.now()));
  }

  private async change(
    label: string,
    id: string,
    set: Partial<Omit<OutboxTable, 'seq' | 'copies'>> & { copies?: number },
    under: Lease | undefined,
  ): Promise<void> {
    await this.database.write(
      label,
      (transaction) =>
        transaction
          .updateTable('outbox')
          .set({ ...set, updated_at: this.clock.now() })
          .where('id', '=', id)
          .execute(),
      optionsOf(under),
    );
  }

  private get isShared(): boolean {
    return this.database.dialect === 'postgres';
  }

  private ofAccount({ channel, account }: DeliveryRoute) {
    return this.database.read.selectFrom('outbox').where('channel', '=', channel).where('account', '=', account);
  }
}

const optionsOf = (under: Lease | undefined): WriteOptions => (under ? { under } : {});

/** Nothing for a row that can't be read. */
const sentOf = (row: Parameters<typeof readRow>[0]): SentMessage[] => {
  const part = readRow(row);
  return 'route' in part && part.platformId !== null ? [{ route: part.route, platformId: part.platformId }] : [];
};
