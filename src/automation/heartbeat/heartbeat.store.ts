import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import { DatabaseService } from '../../storage/database.service';
import type { Schema } from '../../storage/schema';

/** What the last heartbeat came to, in the words of the wire. Times in milliseconds. */
export interface HeartbeatOutcome {
  ts: number;
  status: 'sent' | 'ok-empty' | 'ok-token' | 'skipped' | 'failed';
  agentId: string;
  reason?: string;
  to?: string;
  channel?: string;
  preview?: string;
  durationMs?: number;
  silent?: boolean;
  indicatorType?: 'ok' | 'alert' | 'error';
}

export interface HeartbeatState {
  agentId: string;
  lastRunAt: number;
  /** Run that goes on. */
  runId?: string;
  lastText?: string;
  lastTextAt?: number;
  outcome?: HeartbeatOutcome;
}

/** Row by agent of the `heartbeats` table. */
@Injectable()
export class HeartbeatStore {
  constructor(private readonly database: DatabaseService) {}

  async all(): Promise<HeartbeatState[]> {
    const rows = await this.database.read.selectFrom('heartbeats').selectAll().execute();
    return this.database.readable(
      'heartbeats',
      rows,
      (row) => row.agent_id,
      (row) => ({
        agentId: row.agent_id,
        lastRunAt: Number(row.last_run_at),
        ...(row.run_id === null ? {} : { runId: row.run_id }),
        ...(row.last_text === null ? {} : { lastText: row.last_text }),
        ...(row.last_text_at === null ? {} : { lastTextAt: Number(row.last_text_at) }),
        ...(row.outcome === null ? {} : { outcome: JSON.parse(row.outcome) as HeartbeatOutcome }),
      }),
    );
  }

  async find(agentId: string): Promise<HeartbeatState | undefined> {
    return (await this.all()).find((state) => state.agentId === agentId);
  }

  async save(state: HeartbeatState): Promise<void> {
    await this.database.write('heartbeat', (transaction) => this.saveIn(transaction, state));
  }

  async saveIn(transaction: Transaction<Schema>, state: HeartbeatState): Promise<void> {
    const row = {
      agent_id: state.agentId,
      last_run_at: state.lastRunAt,
      run_id: state.runId ?? null,
      last_text: state.lastText ?? null,
      last_text_at: state.lastTextAt ?? null,
      outcome: state.outcome ? JSON.stringify(state.outcome) : null,
    };
    await transaction
      .insertInto('heartbeats')
      .values(row)
      .onConflict((conflict) => conflict.column('agent_id').doUpdateSet(row))
      .execute();
  }
}
