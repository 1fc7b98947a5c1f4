import type { TaskSummary } from './task-summary';

const MINUTE_MS = 60_000;
const QUEUED_TOO_LONG_MS = 10 * MINUTE_MS;
const RUNNING_TOO_LONG_MS = 30 * MINUTE_MS;
/** A result that is to be told comes at once, or with the next turn of its conversation. */
const UNDELIVERED_MS = 5 * MINUTE_MS;

export const AUDIT_SEVERITIES = ['warn', 'error'] as const;
export const AUDIT_CODES = [
  'stale_running',
  'stale_queued',
  'failed',
  'undelivered',
  'inconsistent_timestamps',
] as const;

/** Something about a task that somebody should look at. */
export interface TaskFinding {
  severity: (typeof AUDIT_SEVERITIES)[number];
  code: (typeof AUDIT_CODES)[number];
  taskId: string;
  title: string;
  message: string;
}

/** What is odd about tasks, errors first. */
export function auditTasks(tasks: readonly TaskSummary[], now: number): TaskFinding[] {
  const found = tasks.flatMap((task) =>
    faultsOf(task, now).map(([severity, code, message]): TaskFinding => ({
      severity,
      code,
      taskId: task.id,
      title: task.title,
      message,
    })),
  );
  return [
    ...found.filter(({ severity }) => severity === 'error'),
    ...found.filter(({ severity }) => severity !== 'error'),
  ];
}

type Fault = [TaskFinding['severity'], TaskFinding['code'], string];

function faultsOf(task: TaskSummary, now: number): Fault[] {
  const { status, createdAt, startedAt, endedAt, deliveryStatus, error } = task;
  const faults: Fault[] = [];
  // A program that was started in the background may be meant to run for ever.
  if (status === 'running' && task.kind !== 'exec' && now - (startedAt ?? createdAt) > RUNNING_TOO_LONG_MS)
    faults.push(['error', 'stale_running', `it has been running for ${minutes(now - (startedAt ?? createdAt))}`]);
  if (status === 'queued' && now - createdAt > QUEUED_TOO_LONG_MS)
    faults.push(['warn', 'stale_queued', `it has been waiting for ${minutes(now - createdAt)}`]);
  if (status === 'failed' || status === 'timed_out')
    faults.push(['warn', 'failed', error ?? (status === 'failed' ? 'it gave no reason' : 'it ran out of time')]);
  if (endedAt !== undefined && deliveryStatus === 'pending' && now - endedAt > UNDELIVERED_MS)
    faults.push(['warn', 'undelivered', `it ended ${minutes(now - endedAt)} ago, and nobody has its result`]);
  if (endedAt !== undefined && endedAt < (startedAt ?? createdAt))
    faults.push(['warn', 'inconsistent_timestamps', 'it ended before it began; was the clock changed?']);
  return faults;
}

const minutes = (ms: number): string => `${Math.round(ms / MINUTE_MS)} min`;
