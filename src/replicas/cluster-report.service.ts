import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { isPlainObject } from '../common/plain-object';
import { DatabaseService } from '../storage/database.service';
import { databaseNow } from '../storage/dialect';
import { LEADER } from './leader.service';
import type { LinkWay } from './replica-link';
import { type ReplicaFacts, ReplicaStore } from './replica.store';
import { Replicas } from './replicas.service';

/** Gateways that were silent for longer are told of no more: they are gone. */
const TOLD_MS = 60_000;
/** One that was silent for longer than this is said to be gone. */
const GONE_MS = 10_000;

export interface ReplicaReport extends ReplicaFacts {
  id: string;
  /** The gateway that answers. */
  isSelf?: true;
  /** Does the chores of all. */
  isLeader?: true;
  isGone?: true;
  startedAt: number;
  silentForMs: number;
  /** Leases that it holds. */
  holds: { sessions: number; chats: number; accounts: string[]; other: number };
}

export interface ClusterReport {
  /** False where the gateway has its own SQLite file: there is nobody else. */
  shared: boolean;
  replicas: ReplicaReport[];
  /** Whether the gateway that answers hears at once what others do. */
  hears: boolean;
  /** What carries that now. */
  way?: LinkWay;
  /** By how much its clock is ahead of the database's, in milliseconds. */
  clockAheadMs: number;
  /** What nobody has taken up yet, and for how long the oldest has been waiting, in milliseconds. */
  messages: { waiting: number; oldestMs: number };
  deliveries: { waiting: number; oldestMs: number };
  /** Leases whose holder is gone, and that have not run out or been taken over yet. */
  orphaned: number;
}

/** Who shares the database, who holds what, and what waits. */
@Injectable()
export class ClusterReports {
  constructor(
    private readonly database: DatabaseService,
    private readonly replicas: Replicas,
    private readonly store: ReplicaStore,
  ) {}

  async make(): Promise<ClusterReport> {
    const shared = this.database.dialect === 'postgres';
    const before = Date.now();
    const { rows } = await sql<{ now: number }>`select ${databaseNow(this.database.dialect)} as now`.execute(
      this.database.read,
    );
    const clockAheadMs = Math.round((before + Date.now()) / 2 - Number(rows[0]?.now));
    const leases = await this.leases();
    const known = shared ? await this.store.all(TOLD_MS) : [];
    const leader = leases.find(({ name }) => name === LEADER)?.holder;
    const replicas = known.map(({ id, facts, startedAt, silentForMs }): ReplicaReport => ({
      id,
      ...facts,
      ...(id === this.replicas.id ? { isSelf: true } : {}),
      ...(id === leader ? { isLeader: true } : {}),
      ...(silentForMs > GONE_MS ? { isGone: true } : {}),
      startedAt,
      silentForMs,
      holds: holdsOf(leases.filter(({ holder }) => holder === id).map(({ name }) => name)),
    }));
    const there = new Set(replicas.filter(({ isGone }) => !isGone).map(({ id }) => id));
    return {
      shared,
      replicas,
      hears: this.replicas.isConnected,
      ...(this.replicas.way ? { way: this.replicas.way } : {}),
      clockAheadMs,
      messages: await this.waiting('inbox', 'received_at', ['pending', 'command']),
      deliveries: await this.waiting('outbox', 'created_at', ['pending', 'unknown', 'sending']),
      orphaned: shared ? leases.filter(({ holder }) => !there.has(holder)).length : 0,
    };
  }

  private async leases(): Promise<{ name: string; holder: string }[]> {
    const rows = await this.database.read
      .selectFrom('leases')
      .select(['name', 'holder'])
      .where('expires_at', '>', databaseNow(this.database.dialect))
      .execute();
    return rows.map(({ name, holder }) => ({ name, holder: idOf(holder) }));
  }

  private async waiting(
    table: 'inbox' | 'outbox',
    since: 'received_at' | 'created_at',
    states: readonly string[],
  ): Promise<{ waiting: number; oldestMs: number }> {
    const { rows } = await sql<{ count: number; oldest: number | null }>`select count(*) as count,
      min(${sql.ref(since)}) as oldest from ${sql.table(table)}
      where state in (${sql.join(states)})`.execute(this.database.read);
    const [row] = rows;
    const oldest = row?.oldest === null || row?.oldest === undefined ? undefined : Number(row.oldest);
    return {
      waiting: Number(row?.count ?? 0),
      oldestMs: oldest === undefined ? 0 : Math.max(0, Date.now() - oldest),
    };
  }
}

function idOf(holder: string): string {
  try {
    const facts: unknown = JSON.parse(holder);
    return isPlainObject(facts) ? String(facts['id']) : holder;
  } catch {
    return holder;
  }
}

function holdsOf(names: readonly string[]): ReplicaReport['holds'] {
  const holds: ReplicaReport['holds'] = { sessions: 0, chats: 0, accounts: [], other: 0 };
  for (const name of names) {
    const [kind = '', ...rest] = name.split(':');
    if (kind === 'lane') holds.sessions++;
    else if (kind === 'out') holds.chats++;
    else if (kind === 'poller' || kind === 'account') holds.accounts.push(rest.join(':'));
    else if (name !== LEADER) holds.other++;
  }
  holds.accounts.sort();
  return holds;
}
