import { Injectable } from '@nestjs/common';
import { type Insertable, type Selectable, type Transaction, sql } from 'kysely';
import { type Logger, LoggerFactory } from '../common/logger';
import { DatabaseService } from '../storage/database.service';
import type { Schema, UsageCallTable } from '../storage/schema';
import { isPassingFault } from '../storage/storage-fault';
import { untilStored } from '../storage/until-stored';

export type UsageRow = Selectable<UsageCallTable>;
export type NewUsageRow = Omit<Insertable<UsageCallTable>, 'calls'>;

export interface UsageSum {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  /** US dollars. */
  totalCost: number;
  calls: number;
  /** Calls of models whose price is not known. */
  missingCostEntries: number;
}

export interface UsageFilter {
  fromDay?: string;
  toDay?: string;
  sessionKey?: string;
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
    await transaction.insertInto('usage_calls').values(row).execute();
  }

  async settleIn(transaction: Transaction<Schema>, row: NewUsageRow): Promise<void> {
    const { id, ...values } = row;
    await transaction.updateTable('usage_calls').set(values).where('id', '=', id).execute();
  }

  async removeIn(transaction: Transaction<Schema>, id: string): Promise<void> {
    await transaction.deleteFrom('usage_calls').where('id', '=', id).execute();
  }

  async sum(filter: UsageFilter, transaction?: Transaction<Schema>): Promise<UsageSum> {
    const row = await this.filtered(filter, transaction).select(sums).executeTakeFirst();
    return sumOf(row);
  }

  /** Sums by day, model, agent, session, purpose or channel. */
  async groups(filter: UsageFilter, group: UsageGroup): Promise<(UsageSum & { key: string })[]> {
    if (group === 'channel') return this.byChannel(filter);
    const column = USAGE_GROUPS[group];
    const rows = await this.filtered(filter)
      .select(sums)
      .select(
        group === 'model' ? sql<string>`provider || '/' || model`.as('key') : sql<string>`${sql.ref(column)}`.as('key'),
      )
      .groupBy(group === 'model' ? ['provider', 'model'] : [column])
      .orderBy('key')
      .execute();
    return rows.map((row) => ({ key: row.key ?? '', ...sumOf(row) }));
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
          .select(['input', 'output', 'cache_read', 'cache_write', 'cost_micros', 'calls', 'priced'])
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
      .select(sums)
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
    if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId);
    if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId);
    if (filter.sender !== undefined) query = query.where('sender', '=', filter.sender);
    if (filter.jobId !== undefined) query = query.where('job_id', '=', filter.jobId);
    if (filter.purpose !== undefined) query = query.where('purpose', '=', filter.purpose);
    return query;
  }
}

const sums = [
  sql<number>`coalesce(sum(input), 0)`.as('input'),
  sql<number>`coalesce(sum(output), 0)`.as('output'),
  sql<number>`coalesce(sum(cache_read), 0)`.as('cacheRead'),
  sql<number>`coalesce(sum(cache_write), 0)`.as('cacheWrite'),
  sql<number>`coalesce(sum(cost_micros), 0)`.as('micros'),
  sql<number>`coalesce(sum(calls), 0)`.as('calls'),
  sql<number>`coalesce(sum((1 - priced) * calls), 0)`.as('missing'),
];

type SumRow = Record<'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'micros' | 'calls' | 'missing', number | string>;

function sumOf(row: SumRow | undefined): UsageSum {
  const number = (name: keyof SumRow): number => Number(row?.[name] ?? 0);
  const [input, output, cacheRead, cacheWrite] = [
    number('input'),
    number('output'),
    number('cacheRead'),
    number('cacheWrite'),
  ];
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    totalTokens: input + output + cacheRead + cacheWrite,
    totalCost: number('micros') / 1_000_000,
    calls: number('calls'),
    missingCostEntries: number('missing'),
  };
}
