import { Injectable } from '@nestjs/common';
import type { Selectable, Transaction } from 'kysely';
import { type ContentOrigin, storedOrigin } from '../common/content-parts';
import type { DeliveryRoute } from '../common/delivery-route';
import type { GrantedRule } from '../common/granted-rule';
import { DatabaseService } from '../storage/database.service';
import type { Schema, SubagentRunTable } from '../storage/schema';

/** A task handed to a sub-agent. */
export interface SubagentRun {
  runId: string;
  parentKey: string;
  childKey: string;
  task: string;
  label?: string;
  cleanup: 'delete' | 'keep';
  /** Chat of the parent, where the answer to the result goes. */
  route?: DeliveryRoute;
  /** What the parent had read when it gave the task. */
  origin: ContentOrigin;
  isOwner: boolean;
  /** What it may do unasked: the rules that held when it was made. */
  rules?: readonly GrantedRule[];
  createdAt: number;
}

@Injectable()
export class SubagentStore {
  constructor(private readonly database: DatabaseService) {}

  async addIn(transaction: Transaction<Schema>, run: SubagentRun): Promise<void> {
    const { runId, parentKey, childKey, createdAt, ...record } = run;
    await transaction
      .insertInto('subagent_runs')
      .values({
        run_id: runId,
        parent_key: parentKey,
        child_key: childKey,
        record: JSON.stringify(record),
        state: 'running',
        created_at: createdAt,
        ended_at: null,
      })
      .execute();
  }

  /** Runs whose result has not reached the parent yet. */
  async open(): Promise<SubagentRun[]> {
    const rows = await this.database.read
      .selectFrom('subagent_runs')
      .selectAll()
      .where('state', '=', 'running')
      .orderBy('created_at')
      .execute();
    return this.readable(rows);
  }

  /** Runs that a conversation has begun, newest first. */
  async ofParent(parentKey: string, limit: number): Promise<SubagentRun[]> {
    const rows = await this.database.read
      .selectFrom('subagent_runs')
      .selectAll()
      .where('parent_key', '=', parentKey)
      .orderBy('created_at', 'desc')
      .limit(limit)
      .execute();
    return this.readable(rows);
  }

  private readable(rows: readonly Selectable<SubagentRunTable>[]): SubagentRun[] {
    return this.database.readable('subagent_runs', rows, (row) => row.run_id, fromRow);
  }

  /** A run in any state. */
  async any(runId: string): Promise<SubagentRun | undefined> {
    const row = await this.database.read
      .selectFrom('subagent_runs')
      .selectAll()
      .where('run_id', '=', runId)
      .executeTakeFirst();
    return row && fromRow(row);
  }

  async find(runId: string): Promise<SubagentRun | undefined> {
    const row = await this.database.read
      .selectFrom('subagent_runs')
      .selectAll()
      .where('run_id', '=', runId)
      .where('state', '=', 'running')
      .executeTakeFirst();
    return row && fromRow(row);
  }

  /** Notes that the parent has the result. @returns false when it had it already */
  async announceIn(transaction: Transaction<Schema>, runId: string): Promise<boolean> {
    const row = await transaction
      .updateTable('subagent_runs')
      .set({ state: 'announced', ended_at: Date.now() })
      .where('run_id', '=', runId)
      .where('state', '=', 'running')
      .returning('run_id')
      .executeTakeFirst();
    return row !== undefined;
  }
}

function fromRow(row: Selectable<SubagentRunTable>): SubagentRun {
  const record = JSON.parse(row.record) as Omit<SubagentRun, 'runId' | 'parentKey' | 'childKey' | 'createdAt'>;
  return {
    ...record,
    origin: storedOrigin(record.origin, 'assistant'),
    runId: row.run_id,
    parentKey: row.parent_key,
    childKey: row.child_key,
    createdAt: Number(row.created_at),
  };
}
