import { Injectable } from '@nestjs/common';
import { TOOK_TOO_LONG } from '../agent/turns/turn-end';
import { cutText } from '../common/cut-text';
import { ConfigService } from '../config/config.service';
import { beginningOf } from '../inbox/inbox-row';
import { agentOfSession } from '../sessions/session-key';
import { DatabaseService } from '../storage/database.service';
import { type RunFacts, type TaskSummary, progressOf } from './task-summary';

/** Newest rows of each kind that are looked at. */
const MOST = 500;
const MOST_TITLE = 160;
/** Channels of turns that programs have started, and that nobody waits for in a chat. */
const PROGRAMS = ['agent', 'hook'] as const;
const CRON = 'cron:';

/** Work beside the conversations as it stands on disk: sub-agents, runs of jobs, turns that programs have started. */
@Injectable()
export class TaskStore {
  constructor(
    private readonly database: DatabaseService,
    private readonly config: ConfigService,
  ) {}

  /** The newest of each kind, or the one with this id. */
  async read(id?: string): Promise<TaskSummary[]> {
    if (id?.startsWith(CRON)) return this.jobRuns(id);
    const found = [...(await this.subagents(id)), ...(await this.programs(id))];
    return id === undefined ? [...found, ...(await this.jobRuns())] : found;
  }

  private async programs(id?: string): Promise<TaskSummary[]> {
    const rows = await this.runs()
      .select('inbox.payload')
      .where('inbox.channel', 'in', [...PROGRAMS])
      .where('inbox.session_key', 'is not', null)
      .$if(id !== undefined, (query) => query.where('inbox.run_id', '=', id ?? ''))
      .orderBy('inbox.seq', 'desc')
      .limit(MOST)
      .execute();
    return rows.map((row) => ({
      id: row.run_id,
      kind: row.channel === 'hook' ? 'hook' : 'agent',
      runtime: 'cli',
      title: beginningOf(row).text,
      agentId: this.agentOf(row.session_key ?? ''),
      sessionKey: row.session_key ?? '',
      runId: row.run_name ?? row.run_id,
      ...progressOf(factsOf(row), TOOK_TOO_LONG),
    }));
  }

  private async subagents(id?: string): Promise<TaskSummary[]> {
    const rows = await this.database.read
      .selectFrom('subagent_runs')
      .select(['run_id', 'parent_key', 'child_key', 'record', 'state', 'created_at', 'ended_at'])
      .$if(id !== undefined, (query) => query.where('run_id', '=', id ?? ''))
      .orderBy('created_at', 'desc')
      .limit(MOST)
      .execute();
    const runs = await this.runsOf(rows.map((row) => row.run_id));
    return this.database.readable(
      'subagent_runs',
      rows,
      (row) => row.run_id,
      (row) => {
        const { task, label } = JSON.parse(row.record) as { task: string; label?: string };
        const createdAt = Number(row.created_at);
        const run = runs.get(row.run_id);
        const lost = { status: 'failed', createdAt, updatedAt: createdAt, error: 'it was lost' } as const;
        return {
          id: row.run_id,
          kind: 'subagent',
          runtime: 'subagent',
          title: label ?? cutText(task, MOST_TITLE),
          agentId: this.agentOf(row.child_key),
          sessionKey: row.parent_key,
          childSessionKey: row.child_key,
          runId: row.run_id,
          ...(run ? progressOf(run, TOOK_TOO_LONG) : lost),
          createdAt,
          deliveryStatus: row.state === 'running' ? 'pending' : 'delivered',
        };
      },
    );
  }

  private async jobRuns(id?: string): Promise<TaskSummary[]> {
    const at = id?.lastIndexOf(':') ?? -1;
    const rows = await this.database.read
      .selectFrom('cron_runs')
      .leftJoin('cron_jobs', 'cron_jobs.id', 'cron_runs.job_id')
      .select(['cron_runs.job_id', 'cron_runs.slot', 'cron_runs.state', 'cron_runs.reason', 'cron_runs.run_id'])
      .select(['cron_runs.summary', 'cron_runs.claimed_at', 'cron_runs.finished_at'])
      .select(['cron_jobs.name', 'cron_jobs.agent_id'])
      .$if(id !== undefined, (query) =>
        query
          .where('cron_runs.job_id', '=', id?.slice(CRON.length, at) ?? '')
          .where('cron_runs.slot', '=', Number(id?.slice(at + 1))),
      )
      .orderBy('cron_runs.claimed_at', 'desc')
      .limit(MOST)
      .execute();
    const runs = await this.runsOf(rows.flatMap((row) => row.run_id ?? []));
    return rows.map((row) => {
      const run = row.run_id === null ? undefined : runs.get(row.run_id);
      const [createdAt, finishedAt] = [
        Number(row.claimed_at),
        row.finished_at === null ? undefined : Number(row.finished_at),
      ];
      const ended = { ok: 'completed', error: 'failed', skipped: 'cancelled' } as const;
      const open = run ? progressOf(run, TOOK_TOO_LONG).status : 'running';
      return {
        id: `${CRON}${row.job_id}:${Number(row.slot)}`,
        kind: 'cron',
        runtime: 'cron',
        status: row.state in ended ? ended[row.state as keyof typeof ended] : open,
        title: row.name ?? row.job_id,
        agentId: row.agent_id ?? this.agentOf(run?.sessionKey ?? ''),
        ...(run?.sessionKey ? { sessionKey: run.sessionKey } : {}),
        ...(row.run_id === null ? {} : { runId: row.run_id }),
        sourceId: row.job_id,
        createdAt,
        updatedAt: finishedAt ?? createdAt,
        ...(run?.startedAt ? { startedAt: run.startedAt } : {}),
        ...(finishedAt === undefined ? {} : { endedAt: finishedAt }),
        ...(row.summary ? { terminalSummary: row.summary } : {}),
        ...(row.reason ? { error: row.reason } : {}),
      };
    });
  }

  /** Where these runs stand. */
  private async runsOf(ids: readonly string[]): Promise<Map<string, RunFacts & { sessionKey: string }>> {
    if (ids.length === 0) return new Map();
    const rows = await this.runs()
      .where('inbox.run_id', 'in', [...ids])
      .execute();
    return new Map(rows.map((row) => [row.run_id, { ...factsOf(row), sessionKey: row.session_key ?? '' }]));
  }

  private runs() {
    return this.database.read
      .selectFrom('inbox')
      .leftJoin('turns', 'turns.run_id', 'inbox.turn_id')
      .select(['inbox.run_id', 'inbox.run_name', 'inbox.channel', 'inbox.session_key', 'inbox.state'])
      .select(['inbox.turn_id', 'inbox.reason', 'inbox.received_at', 'inbox.updated_at'])
      .select(['turns.outcome', 'turns.reason as turn_reason', 'turns.started_at', 'turns.ended_at']);
  }

  private readonly agentOf = (key: string): string => agentOfSession(this.config.config, key);
}

interface RunRow {
  state: RunFacts['state'];
  turn_id: string | null;
  outcome: string | null;
  reason: string | null;
  turn_reason: string | null;
  received_at: number;
  updated_at: number;
  started_at: number | null;
  ended_at: number | null;
}

// What PostgreSQL counts in 64 bits comes as text.
const factsOf = (row: RunRow): RunFacts => ({
  state: row.state,
  turnId: row.turn_id,
  outcome: row.outcome,
  reason: row.turn_reason ?? row.reason,
  receivedAt: Number(row.received_at),
  startedAt: row.started_at === null ? null : Number(row.started_at),
  endedAt: row.ended_at === null ? null : Number(row.ended_at),
  updatedAt: Number(row.updated_at),
});
