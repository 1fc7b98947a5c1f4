import type { TaskStatus } from './tasks.dto';

/** Work beside the conversations, by the names of OpenClaw. Times are milliseconds since 1970. */
export interface TaskSummary {
  id: string;
  /** What it is: `agent` and `hook` are turns that a program has started. */
  kind: 'subagent' | 'cron' | 'agent' | 'hook' | 'exec';
  /** The three of OpenClaw's kinds of work that there are here. */
  runtime: 'subagent' | 'cron' | 'cli';
  status: TaskStatus;
  title: string;
  agentId: string;
  sessionKey?: string;
  /** Conversation of its own that it works in. */
  childSessionKey?: string;
  runId?: string;
  /** The job, where it comes from one. */
  sourceId?: string;
  createdAt: number;
  updatedAt: number;
  startedAt?: number;
  endedAt?: number;
  /** The last line of what it has written. */
  progressSummary?: string;
  terminalSummary?: string;
  error?: string;
  /** Whether the conversation that began it has the result. */
  deliveryStatus?: 'pending' | 'delivered';
}

/** Where a run stands, from its rows in the inbox and among the turns. */
export interface RunFacts {
  state: 'pending' | 'command' | 'running' | 'answered' | 'dropped' | 'failed' | 'quarantined';
  /** Null as long as no turn has taken it. */
  turnId: string | null;
  outcome: string | null;
  reason: string | null;
  receivedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** When its row changed last. */
  updatedAt: number;
}

export type RunProgress = Pick<TaskSummary, 'status' | 'createdAt' | 'updatedAt' | 'startedAt' | 'endedAt' | 'error'>;

/** @param tookTooLong reason of a turn that had run out of time */
export function progressOf(run: RunFacts, tookTooLong: string): RunProgress {
  const isOpen = run.state === 'pending' || run.state === 'command' || run.state === 'running';
  const status = isOpen ? (run.turnId === null ? 'queued' : 'running') : endOf(run, tookTooLong);
  const endedAt = isOpen ? null : (run.endedAt ?? run.updatedAt);
  return {
    status,
    createdAt: run.receivedAt,
    updatedAt: endedAt ?? run.startedAt ?? run.receivedAt,
    ...(run.startedAt === null ? {} : { startedAt: run.startedAt }),
    ...(endedAt === null ? {} : { endedAt }),
    ...(isOpen || status === 'completed' || run.reason === null ? {} : { error: run.reason }),
  };
}

function endOf({ state, outcome, reason }: RunFacts, tookTooLong: string): TaskStatus {
  if (outcome === 'aborted') return reason === tookTooLong ? 'timed_out' : 'cancelled';
  if (outcome === 'failed' || state === 'failed' || state === 'quarantined') return 'failed';
  return state === 'dropped' ? 'cancelled' : 'completed';
}
