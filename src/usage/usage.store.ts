import { Injectable } from '@nestjs/common';
import { type Insertable, type Selectable, type Transaction, sql } from 'kysely';
import { type Logger, LoggerFactory } from '../common/logger';
import { DatabaseService } from '../storage/database.service';
import { writeLater } from '../storage/later-writes';
import type { Schema, UsageCallTable } from '../storage/schema';
import { isPassingFault } from '../storage/storage-fault';
import { untilStored } from '../storage/until-stored';
import { groupBy } from './report/grouped';
import { SUMS, type SumRow, type UsageSum, sumOf } from './usage-sum';

export type UsageRow = Selectable<UsageCallTable>;
export type NewUsageRow = Omit<Insertable<UsageCallTable>, 'calls'>;

export interface UsageFilter {
  fromDay?: string;
  toDay?: string;
  sessionKey?: string;
  /** Of any of these. */
  sessionKeys?: readonly string[];
  agentId?: string;
  runId?: string;
  sender?: string;
  jobId?: string;
  purpose?: string;
}

export const USAGE_GROUPS = {
  day: 'day',
  model: 'model',
  agent: 'agent_id',
  session: 'session_key',
  purpose: 'purpose',
} as const;
export type UsageGroup = keyof typeof USAGE_GROUPS | 'channel';

/** What one model was used for one agent on one day. */
export interface UsageCell extends UsageSum {
  day: string;
  agentId: string;
  provider: string;
  model: string;
}

/** What was used until a moment, since the point before it. */
export interface UsagePoint extends UsageSum {
  day: string;
  at: number;
}

/** What budgets count by itself. */
const SUBJECTS = {
  runId: 'run_id',
  sessionKey: 'session_key',
  agentId: 'agent_id',
  sender: 'sender',
  jobId: 'job_id',
} as const;
export type UsageSubject = keyof typeof SUBJECTS;

/** Any transaction budgets are compared in is held apart from others by this number. */
const BUDGET_LOCK = 7_210_031;

/** Rows of `usage_calls`: one for each model call. */
@Injectable()
export class UsageStore {
  private readonly log: Logger;

  constructor(
    private readonly database: DatabaseService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('usage');
  }

  /** While the database has no room, or is away, this waits: no call fails because it could not be counted. */
  write<T>(label: string, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
    const again = { log: this.log, what: 'what a model call costs', isWorthIt: isPassingFault };
    return untilStored(() => this.database.write(label, work), again);
  }

  /** On PostgreSQL other replicas wait here; SQLite has one writer anyway. */
  async lockIn(transaction: Transaction<Schema>): Promise<void> {
    if (this.database.dialect === 'postgres')
      await sql`select pg_advisory_xact_lock(${BUDGET_LOCK})`.execute(transaction);
  }

  async insertIn(transaction: Transaction<Schema>, row: NewUsageRow): Promise<void> {
    await writeLater(transaction, `usage_calls ${row.id}`, transaction.insertInto('usage_calls').values(row));
  }

  async settleIn(transaction: Transaction<Schema>, row: NewUsageRow): Promise<void> {
    const { id, ...values } = row;
    await writeLater(
      transaction,
      `usage_calls ${id}`,
      transaction.updateTable('usage_calls').set(values).where('id', '=', id),
    );
  }

  async removeIn(transaction: Transaction<Schema>, id: string): Promise<void> {
    await transaction.deleteFrom('usage_calls').where('id', '=', id).execute();
  }

  async sum(filter: UsageFilter, transaction?: Transaction<Schema>): Promise<UsageSum> {
    const row = await this.filtered(filter, transaction).select(SUMS).executeTakeFirst();
    return sumOf(row);
  }

  /** Sums by day, model, agent, session, purpose or channel. */
  async groups(filter: UsageFilter, group: UsageGroup): Promise<(UsageSum & { key: string })[]> {
    if (group === 'channel') return this.byChannel(filter);
    const column = USAGE_GROUPS[group];
    const rows = await this.filtered(filter)
      .select(SUMS)
      .select(
        group === 'model' ? sql<string>`provider || '/' || model`.as('key') : sql<string>`${sql.ref(column)}`.as('key'),
      )
      .groupBy(group === 'model' ? ['provider', 'model'] : [column])
      .orderBy('key')
      .execute();
    return rows.map((row) => ({ key: row.key ?? '', ...sumOf(row) }));
  }

  /** Sums by day, agent and model. */
  async cells(filter: UsageFilter): Promise<UsageCell[]> {
    const rows = await this.filtered(filter)
      .select(SUMS)
      .select(['day', 'agent_id', 'provider', 'model'])
      .groupBy(['day', 'agent_id', 'provider', 'model'])
      .orderBy('day')
      .orderBy('agent_id')
      .orderBy('provider')
      .orderBy('model')
      .execute();
    return rows.map(cellOf);
  }

  /** The same by session. */
  async sessionCells(filter: UsageFilter): Promise<Map<string, UsageCell[]>> {
    const rows = await this.filtered(filter)
      .select(SUMS)
      .select(['session_key', 'day', 'agent_id', 'provider', 'model'])
      .groupBy(['session_key', 'day', 'agent_id', 'provider', 'model'])
      .orderBy('day')
      .orderBy('agent_id')
      .orderBy('provider')
      .orderBy('model')
      .execute();
    const bySession = groupBy(rows, (row) => row.session_key ?? '');
    return new Map([...bySession].map(([key, found]) => [key, found.map(cellOf)]));
  }

  /** How what was used has grown: a point for each call, or for several that follow each other where there are more. */
  async points(filter: UsageFilter, most: number): Promise<UsagePoint[]> {
    const rows = await this.database.read
      .selectFrom(
        this.filtered(filter)
          .selectAll()
          .select(sql<number>`ntile(${sql.lit(most)}) over (order by at, id)`.as('point'))
          .where('state', '!=', 'reserved')
          .as('spent'),
      )
      .select(SUMS)
      .select([sql<number>`max(at)`.as('at'), sql<string>`max(day)`.as('day')])
      .groupBy('point')
      .orderBy('point')
      .execute();
    return rows.map(({ at, day, ...row }) => ({ ...sumOf(row), at: Number(at), day }));
  }

  /** Channel of the last message that is kept of each session. */
  async channels(sessionKeys: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.read
      .selectFrom('sessions')
      .select((eb) => [
        'key',
        eb
          .selectFrom('inbox')
          .select('inbox.channel')
          .whereRef('inbox.session_key', '=', 'sessions.key')
          .orderBy('inbox.seq', 'desc')
          .limit(1)
          .as('channel'),
      ])
      .where('key', 'in', ['', ...sessionKeys])
      .execute();
    return new Map(rows.flatMap(({ key, channel }): [string, string][] => (channel === null ? [] : [[key, channel]])));
  }

  /** Whoever or whatever used most in one respect, the most first. */
  async heaviest(filter: UsageFilter, respect: UsageSubject, limit: number): Promise<string[]> {
    const column = SUBJECTS[respect];
    const rows = await this.filtered(filter)
      .select(sql<string>`${sql.ref(column)}`.as('key'))
      .where(column, 'is not', null)
      .groupBy(column)
      .orderBy(sql`sum(input + output + cache_read + cache_write)`, 'desc')
      .orderBy('key')
      .limit(limit)
      .execute();
    return rows.flatMap(({ key }) => (key === '' ? [] : [key]));
  }

  /** By the channel of the message that the run answers; '' where that message is gone, or there was none. */
  private async byChannel(filter: UsageFilter): Promise<(UsageSum & { key: string })[]> {
    const rows = await this.database.read
      .selectFrom(
        this.filtered(filter)
          .select(['input', 'output', 'cache_read', 'cache_write', 'calls', 'priced'])
          .select(['cost_micros', 'input_micros', 'output_micros', 'cache_read_micros', 'cache_write_micros'])
          .select((eb) =>
            eb
              .selectFrom('inbox')
              .select('inbox.channel')
              .whereRef('inbox.turn_id', '=', 'usage_calls.run_id')
              .limit(1)
              .as('channel'),
          )
          .as('spent'),
      )
      .select(SUMS)
      .select(sql<string>`coalesce(channel, '')`.as('key'))
      .groupBy('channel')
      .orderBy('key')
      .execute();
    return rows.map((row) => ({ key: row.key, ...sumOf(row) }));
  }

  /** Single calls, newest first; of long ago there are only sums. */
  async calls(filter: UsageFilter, limit: number): Promise<UsageRow[]> {
    return this.filtered(filter)
      .selectAll()
      .where('state', '!=', 'summed')
      .orderBy('at', 'desc')
      .limit(limit)
      .execute();
  }

  private filtered(filter: UsageFilter, transaction?: Transaction<Schema>) {
    let query = (transaction ?? this.database.read).selectFrom('usage_calls');
    if (filter.fromDay !== undefined) query = query.where('day', '>=', filter.fromDay);
    if (filter.toDay !== undefined) query = query.where('day', '<=', filter.toDay);
    if (filter.sessionKey !== undefined) query = query.where('session_key', '=', filter.sessionKey);
    if (filter.sessionKeys !== undefined) query = query.where('session_key', 'in', ['', ...filter.sessionKeys]);
    if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId);
    if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId);
    if (filter.sender !== undefined) query = query.where('sender', '=', filter.sender);
    if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId);
    if (filter.purpose !== undefined) query = query.where('purpose', '=', filter.purpose);
    return query;
  }
}

const cellOf = (row: SumRow & Pick<UsageRow, 'day' | 'agent_id' | 'provider' | 'model'>): UsageCell => ({
  ...sumOf(row),
  day: row.day,
  agentId: row.agent_id,
  provider: row.provider,
  model: row.model,
});
